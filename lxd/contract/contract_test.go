package contract

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// nobody may see nothing; reader may read one project and change none.
type nobody struct{}

func (nobody) Allows(string, bool) bool { return false }

type reader struct{ project string }

func (r reader) Allows(project string, write bool) bool { return project == r.project && !write }

func ptr[T any](value T) *T { return &value }

func fromBusybox(project, name string) *lxd.CreateInstanceInput {
	return &lxd.CreateInstanceInput{Name: name, Project: &project, Source: &lxd.InstanceSource{Type: lxd.SourceImage, Alias: ptr("busybox")}}
}

// done waits for an operation that has to succeed.
func (d *daemon) done(t *testing.T, operation *lxd.Operation, err error) *lxd.Operation {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ended, err := d.WaitOperation(t.Context(), lxd.System, operation, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if ended.Status() != lxd.OperationSuccess {
		t.Fatalf("%s: %s %s", ended.Description, ended.Status(), ended.Err)
	}
	return ended
}

func status(err error) int {
	var answer *lxd.Error
	if errors.As(err, &answer) {
		return answer.Status
	}
	return 0
}

func TestWhoMayNotSeeAProjectSeesThatThereIsNone(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.project(t)
		d.done(t, must(d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "c1"))), nil)
		_, err := d.Instances(t.Context(), nobody{}, lxd.InstanceList{Project: project})
		if status(err) != http.StatusNotFound {
			t.Errorf("list: %v", err)
		}
		if _, err := d.Instance(t.Context(), nobody{}, project, "c1"); status(err) != http.StatusNotFound {
			t.Errorf("one: %v", err)
		}
		all, err := d.Instances(t.Context(), reader{project}, lxd.InstanceList{AllProjects: true})
		if err != nil || len(all) != 1 || all[0].Name != "c1" {
			t.Errorf("a reader of one project sees %d instances of all, %v", len(all), err)
		}
		var forbidden *lxd.ForbiddenError
		if _, err := d.DeleteInstance(t.Context(), reader{project}, nil, project, "c1", false); !errors.As(err, &forbidden) {
			t.Errorf("a reader deletes: %v", err)
		}
	})
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		for what, ask := range map[string]func() error{
			"instance":            func() error { _, err := d.Instance(t.Context(), lxd.System, "", "nope"); return err },
			"instance of project": func() error { _, err := d.Instance(t.Context(), lxd.System, "nope", "nope"); return err },
			"project":             func() error { _, err := d.Project(t.Context(), lxd.System, "nope"); return err },
			"instances of project": func() error {
				_, err := d.Instances(t.Context(), lxd.System, lxd.InstanceList{Project: "nope"})
				return err
			},
			"operations": func() error { _, err := d.Operations(t.Context(), lxd.System, "nope"); return err },
			"image":      func() error { _, err := d.Image(t.Context(), lxd.System, "default", "abcdef012345"); return err },
			"profile":    func() error { _, err := d.Profile(t.Context(), lxd.System, "default", "nope"); return err },
			"operation": func() error {
				_, err := d.Operation(t.Context(), lxd.System, "6a0c64ac-0000-4000-8000-000000000000")
				return err
			},
		} {
			if err := ask(); status(err) != http.StatusNotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestAnInstanceLives(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.project(t)
		operation, err := d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "c1"))
		if ended := d.done(t, operation, err); ended.Project != project {
			t.Errorf("the operation is of project %q, not %q", ended.Project, project)
		}
		var exists *lxd.ExistsError
		if _, err := d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "c1")); !errors.As(err, &exists) {
			t.Errorf("a second c1: %v", err)
		}
		var conflict *lxd.ConflictError
		if _, err := d.change(t, project, lxd.ActionStop); !errors.As(err, &conflict) {
			t.Errorf("stop of what is stopped: %v", err)
		}
		for _, step := range []struct {
			action lxd.InstanceAction
			after  lxd.InstanceStatus
		}{
			{lxd.ActionStart, lxd.StatusRunning}, {lxd.ActionFreeze, lxd.StatusFrozen}, {lxd.ActionUnfreeze, lxd.StatusRunning},
			{lxd.ActionRestart, lxd.StatusRunning}, {lxd.ActionFreeze, lxd.StatusFrozen}, {lxd.ActionStop, lxd.StatusStopped},
		} {
			operation, err := d.change(t, project, step.action)
			d.done(t, operation, err)
			instance := must(d.Instance(t.Context(), lxd.System, project, "c1"))
			if instance.Status != step.after {
				t.Errorf("after %s it is %s", step.action, instance.Status)
			}
			if running := instance.State.Pid() != nil; running != (step.after != lxd.StatusStopped) {
				t.Errorf("after %s: pid %v", step.action, instance.State.Pid())
			}
		}
		operation, err = d.DeleteInstance(t.Context(), lxd.System, nil, project, "c1", false)
		d.done(t, operation, err)
		if _, err := d.Instance(t.Context(), lxd.System, project, "c1"); !lxd.IsNotFound(err) {
			t.Errorf("after the deletion: %v", err)
		}
	})
}

func (d *daemon) change(t *testing.T, project string, action lxd.InstanceAction) (*lxd.Operation, error) {
	return d.ChangeInstanceState(t.Context(), lxd.System, project, "c1", lxd.InstanceStateChange{Action: action, Force: true})
}

func TestANameThatLXDRefuses(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		for _, name := range []string{"", "-a", "a-", "1a", "a_b", "ä", "a/b", "a b", string(slices.Repeat([]byte("a"), 64))} {
			var input *lxd.InputError
			if _, err := d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox("default", name)); !errors.As(err, &input) {
				t.Errorf("%q: %v", name, err)
			}
			if name == "" {
				continue // LXD makes a name up
			}
			answer := d.ask(t, "POST", "/1.0/instances", map[string]any{"name": name, "source": map[string]string{"type": "none"}})
			if answer["type"] != "error" {
				t.Errorf("LXD itself takes %q", name)
			}
		}
	})
}

func TestDetailIsWhatWasAskedFor(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.project(t)
		d.done(t, must(d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "c1"))), nil)
		ids := map[string]bool{}
		for _, detail := range []lxd.InstanceDetail{lxd.DetailNames, lxd.DetailObject, lxd.DetailFull} {
			list := must(d.Instances(t.Context(), lxd.System, lxd.InstanceList{Project: project, Detail: detail}))
			if len(list) != 1 || list[0].Name != "c1" || list[0].Project != project {
				t.Fatalf("detail %s: %+v", detail, list)
			}
			if full := list[0].State != nil; full != (detail == lxd.DetailFull) {
				t.Errorf("detail %s brings a state: %v", detail, full)
			}
			ids[list[0].ID()] = true
		}
		if len(ids) != 1 {
			t.Errorf("the id changes with the detail: %v", ids)
		}
	})
}

func TestEventsTellWhatHappens(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		hub := lxd.NewHub(d.Client)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { hub.Run(ctx) })
		defer running.Wait()
		defer stop()
		<-hub.Connected()
		project := d.project(t)
		hidden := must(hub.Subscribe(nobody{}, lxd.EventFilter{AllProjects: true}))
		events := must(hub.Subscribe(lxd.System, lxd.EventFilter{Project: project}))
		operation, err := d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "c1"))
		ended := d.done(t, operation, err)
		created, finished := false, false
		waiting, giveUp := context.WithTimeout(t.Context(), 10*time.Second)
		defer giveUp()
		for !created || !finished {
			event, err := events.Next(waiting)
			if err != nil {
				t.Fatalf("created %v, finished %v: %v", created, finished, err)
			}
			switch event := event.(type) {
			case *lxd.LifecycleEvent:
				change := event.InstanceChange()
				created = created || (change != nil && change.Kind == lxd.ChangeCreated && change.Name == "c1")
			case *lxd.OperationEvent:
				if finished && event.Operation.UUID == ended.UUID {
					t.Error("something follows a final status")
				}
				finished = finished || (event.Operation.UUID == ended.UUID && event.Operation.Final())
			}
		}
		quiet, enough := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer enough()
		if event, err := hidden.Next(quiet); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who may see nothing hears %+v, %v", event, err)
		}
	})
}

func TestAnOperationIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.project(t)
		operation, err := d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "c1"))
		d.done(t, operation, err)
		found := must(d.Operation(t.Context(), lxd.System, operation.UUID))
		if found.Project != project || !found.Final() {
			t.Errorf("%+v", found)
		}
		if _, err := d.Operation(t.Context(), nobody{}, operation.UUID); !lxd.IsNotFound(err) {
			t.Errorf("who may see nothing sees it: %v", err)
		}
		time.Sleep(6 * time.Second)
		if _, err := d.Operation(t.Context(), lxd.System, operation.UUID); !lxd.IsNotFound(err) {
			t.Errorf("LXD still knows it after 6 s: %v", err)
		}
	})
}
