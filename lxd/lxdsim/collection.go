package lxdsim

import (
	"slices"
	"time"
)

// collection keeps values by key, in the order of their arrival.
type collection[T any] struct {
	values map[string]T
	keys   []string

	versions *versions
	before   map[string][]version[T]
}

// versions say whether what has changed is still read as it was before: see
// [Faults.Early].
type versions struct {
	lag     time.Duration
	reading bool // a caller only looks
}

// version is a value that is read until a moment, or that there was none.
type version[T any] struct {
	value T
	found bool
	until time.Time
}

func newCollection[T any](lagging *versions) *collection[T] {
	return &collection[T]{values: map[string]T{}, versions: lagging, before: map[string][]version[T]{}}
}

// key names an object inside a project; no name of LXD's holds a slash.
func key(project, name string) string { return project + "/" + name }

func (c *collection[T]) get(key string) (T, bool) {
	if old, ok := c.old(key); ok {
		return old.value, old.found
	}
	value, found := c.values[key]
	return value, found
}

func (c *collection[T]) put(key string, value T) {
	c.keep(key)
	if _, found := c.values[key]; !found {
		c.keys = append(c.keys, key)
	}
	c.values[key] = value
}

func (c *collection[T]) remove(key string) {
	if _, found := c.values[key]; !found {
		return
	}
	c.keep(key)
	delete(c.values, key)
	c.keys = slices.DeleteFunc(c.keys, func(k string) bool { return k == key })
}

// where returns the values that a condition holds for; never nil.
func (c *collection[T]) where(holds func(T) bool) []T {
	found := []T{}
	for _, key := range c.keys {
		if value, there := c.get(key); there && holds(value) {
			found = append(found, value)
		}
	}
	if !c.versions.reading {
		return found
	}
	for key := range c.before { // what is removed and still seen
		if _, there := c.values[key]; there {
			continue
		}
		if old, ok := c.old(key); ok && old.found && holds(old.value) {
			found = append(found, old.value)
		}
	}
	return found
}

func (c *collection[T]) all() []T { return c.where(func(T) bool { return true }) }

// keep remembers what a key is read as for a while yet.
func (c *collection[T]) keep(key string) {
	if c.versions.lag <= 0 {
		return
	}
	value, found := c.values[key]
	c.before[key] = append(c.before[key], version[T]{value, found, time.Now().Add(c.versions.lag)})
}

// old is what a key is still read as; false when it is read as it is.
func (c *collection[T]) old(key string) (version[T], bool) {
	if !c.versions.reading {
		return version[T]{}, false
	}
	now := time.Now()
	for _, one := range c.before[key] {
		if one.until.After(now) {
			return one, true
		}
	}
	delete(c.before, key)
	return version[T]{}, false
}
