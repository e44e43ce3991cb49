// Package mirror keeps LXD's inventory in memory: instances without their
// state, their snapshots, profiles, projects, pools, custom volumes, networks,
// ACLs, images and aliases. LXD's events keep it, and what they leave out is
// read again: see effects.go. Whoever reads takes a [View], one picture that
// does not change, and is shown of it what the caller's scope allows, by the
// same methods and with the same errors as of the client.
//
// There is no view before the first full list, nor between a disconnect and
// the next: LXD is asked instead. It reads as lxdql, so nothing leaves it but
// through a scope.
package mirror
