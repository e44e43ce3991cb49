package lxd

import (
	"errors"
	"slices"
	"testing"
)

type operatorOf string

func (o operatorOf) Allows(project string, write bool) bool { return project == string(o) || !write }

// A plan shows what would differ, and no secret to those from whom it is hidden.
func TestAPlanTellsDifferencesWithoutSecrets(t *testing.T) {
	was := map[string]any{"description": "", "config": StringMap{"limits.cpu": "1", "user.password": "old", "user.a": "x"}, "status": "Running"}
	is := map[string]any{"description": "new", "config": StringMap{"limits.cpu": "2", "user.password": "new"}}
	for as, want := range map[operatorOf][]string{"p": {"config.limits.cpu", "config.user.a", "config.user.password", "description"}, "other": {"config.limits.cpu", "config.user.a", "description"}} {
		plan := NewChangePlan(true)
		if err := plan.tell(as, "p", "PUT", "/1.0/x", was, is); err != nil {
			t.Fatal(err)
		}
		var fields []string
		for _, change := range plan.Changes {
			fields = append(fields, change.Field)
		}
		if !slices.Equal(fields, want) {
			t.Errorf("to an operator of %s: %v", as, fields)
		}
		if plan.Changes[1].After != nil || plan.Changes[1].Before == nil {
			t.Errorf("a key that goes has no value then: %+v", plan.Changes[1])
		}
	}
	gone := NewChangePlan(true)
	if err := gone.tell(operatorOf("p"), "p", "DELETE", "/1.0/x", was, nil); err != nil || gone.Request.Body != nil || len(gone.Changes) != 5 {
		t.Errorf("a delete takes all away: %+v, %v", gone, err)
	}
}

// What stands in the way is noted down in a plan, and an error without one;
// what is wrong with the question is an error in both.
func TestBlockers(t *testing.T) {
	for _, known := range []struct {
		err  error
		code ChangeBlockerCode
	}{{&ExistsError{"x"}, BlockedByName}, {&ConflictError{"x"}, BlockedByState}, {&InUseError{"x"}, BlockedByUse}, {&LimitError{"x"}, BlockedByLimit}} {
		plan := NewChangePlan(true)
		if err := plan.Block(known.err); err != nil || len(plan.Blockers) != 1 || plan.Blockers[0].Code != known.code {
			t.Errorf("%T: %+v, %v", known.err, plan.Blockers, err)
		}
		if err := NewChangePlan(false).Block(known.err); !errors.Is(err, known.err) {
			t.Errorf("%T without a plan: %v", known.err, err)
		}
	}
	if err := NewChangePlan(true).Block(&InputError{"input.name", "x"}); err == nil {
		t.Error("bad input is no blocker")
	}
}
