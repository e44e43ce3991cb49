// Package bind says for each field of each object type where in Go it comes
// from: a field of the struct, a method, or what resolves it. It is generated
// from gqlgen's own configuration, so that it says the same as gqlgen's code.
package bind
