package mirror

import (
	"maps"
	"slices"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// remembered is how long what was begun under an old name may take to end.
const remembered = 5 * time.Minute

// rename is what an instance is called now, and since when.
type rename struct {
	to Key
	at time.Time
}

// renamed notes that an instance has another name; the caller holds the mutex.
func (m *Mirror) renamed(from, to Key) {
	if m.renames == nil {
		m.renames = map[Key]rename{}
	}
	maps.DeleteFunc(m.renames, func(_ Key, old rename) bool { return time.Since(old.at) > remembered })
	m.renames[from] = rename{to, time.Now()}
}

// called are an instance's name, and those that it took after it: LXD lets an
// instance be renamed while a snapshot of it is made (5.0.2, seen), and what it
// tells of that may go by either name. The caller holds the mutex.
func (m *Mirror) called(key Key) []Key {
	keys := []Key{key}
	for next, ok := m.renames[key]; ok && !slices.Contains(keys, next.to); next, ok = m.renames[next.to] {
		keys = append(keys, next.to)
	}
	return keys
}

// otherwise reports whether what an instance's name stands for is another
// instance, or one that had another name meanwhile: LXD gives it a new id for
// cloud-init with each name.
func otherwise(before, after *Entry) bool {
	const id = "volatile.cloud-init.instance-id"
	return before == nil || after != nil && before.read.(*lxd.Instance).Config[id] != after.read.(*lxd.Instance).Config[id]
}
