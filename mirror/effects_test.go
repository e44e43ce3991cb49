package mirror

import (
	_ "embed"
	"strings"
	"testing"
)

// actions.txt are LXD's lifecycle actions, of 5.0.2, 5.21.7 and 6.9.
//
//go:embed testdata/actions.txt
var known string

// Each action of LXD's is in the table or among those that change nothing that
// is held, and in one only.
func TestEachActionIsKnown(t *testing.T) {
	listed := words(known)
	if len(listed) != 145 {
		t.Errorf("%d actions are listed, not 145", len(listed))
	}
	for action := range listed {
		_, one := effects[action]
		if one == nothing[action] {
			t.Errorf("%s: in the table %v, among those that change nothing %v", action, one, nothing[action])
		}
	}
	for action := range effects {
		if !listed[action] {
			t.Errorf("LXD has no action %s", action)
		}
	}
	for action := range nothing {
		if !listed[action] {
			t.Errorf("LXD has no action %s", action)
		}
	}
	if strings.Contains(known, "_") {
		t.Error("an action has no underscore")
	}
}
