// Command generate writes graph/ as gqlgen does it, and beside it the bindings
// of the plan (graph/bind), from the same configuration, so that the two cannot
// differ in what a field is.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	log.SetOutput(io.Discard) // gqlgen tells each field that becomes a resolver
	for _, one := range []struct{ settings, bindings string }{
		{"graph/plan/plantest/gqlgen.yml", "graph/plan/plantest/bound/bind.generated.go"},
		{"gqlgen.yml", "graph/bind/bind.generated.go"},
	} {
		if err := generate(one.settings, one.bindings); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", one.settings, err)
			os.Exit(1)
		}
	}
}

func generate(settings, file string) error {
	loaded, err := config.LoadConfig(settings)
	if err != nil {
		return err
	}
	return api.Generate(loaded, api.AddPlugin(bindings{file: file}))
}
