package resolvers

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// toldChange is a change as this test has it.
type toldChange struct{ action, source string }

// Of many updates of one object that come at once only the last is read and told;
// what is no update is told each time, in its order.
func TestChangesThatComeAtOnceAreToldOnce(t *testing.T) {
	simulated := lxdsim.New(lxdsim.Options{Instances: 1, Seed: 1})
	t.Cleanup(simulated.Close)
	path := filepath.Join(t.TempDir(), "s")
	if _, err := simulated.Serve(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	hub := lxd.NewHub(client)
	events, err := hub.Subscribe(lxd.System, lxd.EventFilter{AllProjects: true})
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	happen := func(action, name string) {
		hub.Publish(&lxd.LifecycleEvent{EventHead: lxd.EventHead{Type: lxd.EventLifecycle, Effective: "default"}, Action: action, Source: name})
	}
	for range 50 {
		happen("updated", "a")
		happen("updated", "b")
	}
	happen("deleted", "b")
	happen("updated", "a")
	happen("created", "b")
	happen("updated", "b")
	reads := 0
	how := changes[toldChange]{
		of: func(event lxd.Event) *toldChange {
			done := event.(*lxd.LifecycleEvent)
			return &toldChange{done.Action, done.Source}
		},
		key:    func(s *toldChange) string { return s.source },
		update: func(s *toldChange) bool { return s.action == "updated" },
		read: func(context.Context, *toldChange) (bool, error) {
			reads++
			return true, nil
		},
	}
	var told []string
	if err := how.next(t.Context(), &Resolver{LXD: client}, events, func(s *toldChange) { told = append(told, s.action+" "+s.source) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"deleted b", "updated a", "created b", "updated b"}; !slices.Equal(told, want) || reads != len(want) {
		t.Errorf("%d reads, told: %s", reads, strings.Join(told, ", "))
	}
}
