package lxdsim

import "slices"

// collection keeps values by key, in the order of their arrival.
type collection[T any] struct {
	values map[string]T
	keys   []string
}

func newCollection[T any]() *collection[T] {
	return &collection[T]{values: map[string]T{}}
}

// key names an object inside a project; no name of LXD's holds a slash.
func key(project, name string) string { return project + "/" + name }

func (c *collection[T]) get(key string) (T, bool) {
	value, found := c.values[key]
	return value, found
}

func (c *collection[T]) put(key string, value T) {
	if _, found := c.values[key]; !found {
		c.keys = append(c.keys, key)
	}
	c.values[key] = value
}

func (c *collection[T]) remove(key string) {
	if _, found := c.values[key]; !found {
		return
	}
	delete(c.values, key)
	c.keys = slices.DeleteFunc(c.keys, func(k string) bool { return k == key })
}

// where returns the values that a condition holds for; never nil.
func (c *collection[T]) where(holds func(T) bool) []T {
	found := []T{}
	for _, key := range c.keys {
		if value := c.values[key]; holds(value) {
			found = append(found, value)
		}
	}
	return found
}

func (c *collection[T]) all() []T { return c.where(func(T) bool { return true }) }
