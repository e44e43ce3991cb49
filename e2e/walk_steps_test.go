package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// step is one mutation of a story, the code that it has to fail with ("" for
// none), and what has to be at a path of the answer (nil for not looked at).
type step struct {
	mutation, code string
	path           []any
	want           any
}

// walk takes steps one after the other, with the same variables, which are strings.
func (s *running) walk(t *testing.T, token string, variables map[string]any, steps []step) {
	t.Helper()
	for _, step := range steps {
		declared := ""
		for _, name := range slices.Sorted(maps.Keys(variables)) {
			if strings.Contains(step.mutation, "$"+name) {
				declared += ", $" + name + ": String!"
			}
		}
		if declared != "" {
			declared = "(" + declared[2:] + ")"
		}
		got := s.ask(t, token, "mutation"+declared+" { "+step.mutation+" }", variables)
		if got.code() != step.code || (step.path != nil && got.at(step.path...) != step.want) {
			t.Errorf("%s: want %q %v: %s", step.mutation, step.code, step.want, got.Text)
		}
	}
}
