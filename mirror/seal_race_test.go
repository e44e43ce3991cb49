//go:build race

package mirror

import (
	"testing"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// An entry that is written after somebody could see it is found out, and what
// the mirror does itself is not.
func TestAnEntryThatIsWrittenIsSeen(t *testing.T) {
	m := on(t, simulated(t, lxdsim.Options{Instances: 20, Projects: 2, Pools: 1, Networks: 1, Seed: 1}))
	m.quiet()
	view, err := m.View()
	if err != nil {
		t.Fatal(err)
	}
	m.mutex.Lock()
	m.lookAtAll()
	m.mutex.Unlock()
	seen := func(entry *Entry) (panicked bool) {
		defer func() { panicked = recover() != nil }()
		entry.look()
		return false
	}
	instance := view.tables[Instances].entries[3]
	object := instance.Object.(*lxd.Instance)
	for what, write := range map[string]func() func(){
		"a field": func() func() { object.Description = "x"; return func() { object.Description = "" } },
		"a map":   func() func() { object.Config["x"] = "y"; return func() { delete(object.Config, "x") } },
		"a device": func() func() {
			object.ExpandedDevices["root"]["x"] = "y"
			return func() { delete(object.ExpandedDevices["root"], "x") }
		},
		"its number": func() func() { instance.Revision++; return func() { instance.Revision-- } },
	} {
		back := write()
		if !seen(instance) {
			t.Errorf("%s is written and nobody sees it", what)
		}
		if back(); seen(instance) {
			t.Errorf("%s is as it was", what)
		}
	}
}
