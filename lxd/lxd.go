// Package lxd speaks LXD's REST API and nothing else: the wire types with
// LXD's JSON names, the client's calls, and the hub that relays LXD's events.
//
// The types are also what the GraphQL schema is bound to, so what a field
// shows is what LXD sent: a method beside the struct stands where GraphQL says
// it differently.
//
// Every call takes the [Scope] of the caller and answers only what that scope
// allows: no path to LXD leads around it.
package lxd
