package mirror

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Entry is an object at a moment. It and what it holds never change.
type Entry struct {
	Key
	// Object is the wire type of the kind; of Snapshots it is a slice of them.
	Object any
	// Revision moved when the object did last, within all of the mirror.
	Revision uint64
	// AsOf is when the read began that saw the object so first.
	AsOf time.Time

	seal    seal
	read    any      // as LXD sent it, without users and bound to nothing
	foreign []string // users of kinds that are not held, in order
	uses    []use
}

// again is the same, to be changed before anybody sees it.
func (e *Entry) again() *Entry {
	again := *e
	again.seal = seal{}
	return &again
}

// table holds a kind. The mirror's mutex guards it.
type table struct {
	// entries are in order of project and name. A slice that a view has is never
	// written again: a change makes a new one.
	entries []*Entry
	shared  bool
	// seen is the number of the newest read of each key: of what is gone too, so
	// that an older read does not bring it back.
	seen map[Key]uint64
	// listed is the number of the newest list of each project, and of all under "":
	// what they do not have they have seen to be gone.
	listed   map[string]uint64
	revision uint64
}

// newest is the number of the newest read that tells of a key.
func (t *table) newest(key Key) uint64 {
	return max(t.seen[key], t.listed[""], t.listed[key.Project])
}

func compareKeys(e *Entry, k Key) int {
	return cmp.Or(strings.Compare(e.Project, k.Project), strings.Compare(e.Name, k.Name))
}

func find(entries []*Entry, key Key) (int, bool) {
	return slices.BinarySearchFunc(entries, key, compareKeys)
}

func lookup(entries []*Entry, key Key) *Entry {
	if at, ok := find(entries, key); ok {
		return entries[at]
	}
	return nil
}

// within are the entries of one project, without a copy.
func within(entries []*Entry, project string) []*Entry {
	from, _ := find(entries, Key{Project: project})
	to, _ := find(entries, Key{Project: project + "\x00"})
	return entries[from:to]
}

// own makes the entries the table's alone, before they are changed.
func (t *table) own() {
	if t.shared {
		t.entries, t.shared = slices.Clone(t.entries), false
	}
}

// put replaces, adds, or with nil removes.
func (t *table) put(key Key, entry *Entry) {
	t.own()
	at, found := find(t.entries, key)
	if found {
		t.entries[at].look()
	}
	switch {
	case entry == nil && found:
		t.entries = slices.Delete(t.entries, at, at+1)
	case entry != nil && found:
		t.entries[at] = entry
	case entry != nil:
		t.entries = slices.Insert(t.entries, at, entry)
	}
}

// forget drops the numbers of what was read before the oldest read that is under
// way: every read that ends from now on is newer.
func (t *table) forget(oldest uint64) {
	for key, number := range t.seen {
		if number < oldest {
			delete(t.seen, key)
		}
	}
	t.trim()
	for project, number := range t.listed {
		if number < oldest {
			delete(t.listed, project)
		}
	}
}

// trim gives back the room of numbers that are gone: a map does not by itself.
func (t *table) trim() {
	if len(t.seen) == 0 {
		t.seen = map[Key]uint64{}
	}
}

// same reports whether two objects say the same, in all that is shown of them.
func same(a, b any) bool {
	before, ok := a.([]*lxd.InstanceSnapshot)
	if !ok {
		return reflect.DeepEqual(a, b)
	}
	after := b.([]*lxd.InstanceSnapshot)
	return slices.EqualFunc(before, after, func(a, b *lxd.InstanceSnapshot) bool {
		return reflect.DeepEqual(a.Of(nil), b.Of(nil))
	})
}
