//go:build tools

// Package tools pins the programs that the build runs, so that a clean clone
// runs the same versions.
package tools

import (
	_ "github.com/99designs/gqlgen"
	_ "honnef.co/go/tools/cmd/staticcheck"
)
