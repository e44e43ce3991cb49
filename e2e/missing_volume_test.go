package e2e

import (
	"fmt"
	"testing"
)

// A disk of a volume that is gone has none. That is so however many others are
// asked for: a few volumes are read one by one, and many from a list.
func TestAMissingVolumeIsNone(t *testing.T) {
	server := onRealLXD(t)
	token, ask := server.login(t), lxdClient(t)
	for _, count := range []int{1, 7} {
		devices := map[string]any{}
		for n := range count {
			devices[fmt.Sprint("d", n)] = map[string]string{"type": "disk", "pool": "default", "source": fmt.Sprint("gone", n), "path": fmt.Sprint("/d", n)}
		}
		name := newName()
		if answer := ask("POST", "/1.0/profiles", map[string]any{"name": name, "devices": devices}); answer["type"] == "error" {
			t.Fatal(answer["error"])
		}
		t.Cleanup(func() { ask("DELETE", "/1.0/profiles/"+name, nil) })
		for _, freshness := range []string{"CACHED", "LIVE"} {
			question := fmt.Sprintf(`{ profile(name: %q, freshness: %s) { devices { ... on DiskDevice { volume { description } } } } }`, name, freshness)
			if got := server.ask(t, token, question, nil); got.code() != "" {
				t.Errorf("%d of them, %s: %s", count, freshness, got.Text)
			}
		}
	}
}
