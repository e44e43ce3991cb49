package mirror

import (
	"testing"

	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// What is listed is what LXD lists, users included, and reading each object
// alone says the same as the list: or each read would look like a change.
func TestTheMirrorIsWhatLXDLists(t *testing.T) {
	for name, socket := range map[string]func(*testing.T) string{
		"simulator": func(t *testing.T) string {
			return simulated(t, lxdsim.Options{Instances: 50, Projects: 3, Pools: 2, Networks: 2, Seed: 1})
		},
		"real": real,
	} {
		t.Run(name, func(t *testing.T) {
			m := on(t, socket(t))
			m.agrees()
			before, _ := m.View()
			var keys []Key
			for kind := range kinds {
				for _, entry := range before.tables[kind].entries {
					keys = append(keys, entry.Key)
				}
			}
			t.Log(m.Status())
			m.Touch(t.Context(), keys[:0]...)
			for _, key := range keys {
				m.Touch(t.Context(), key)
			}
			after, _ := m.View()
			for kind := range kinds {
				if before.Revision(kind) != after.Revision(kind) {
					for _, entry := range after.tables[kind].entries {
						if was := before.entry(entry.Key); was != nil && was.Revision != entry.Revision {
							t.Errorf("%v: %s", entry.Key, differ(was.read, entry.read))
						}
					}
				}
			}
		})
	}
}
