package mirror

import "sync"

// mostKept is how much is kept of one kind: it is made again for the next who
// asks once that is passed.
const mostKept = 32

// keptLists is what was made of the objects of a kind, for as long as none of them
// changes: a list in some order, for somebody's rights.
type keptLists struct {
	mutex sync.Mutex
	made  map[string]*making
}

type making struct {
	once  sync.Once
	value any
}

// Kept is what was made under a name of nothing but the objects of a kind, in
// this picture or an earlier one with the same. The name has to say all else that
// decides, the caller's rights above all. What is made is everybody's, and never changes.
func (v *View) Kept(kind Kind, name string, make func() any) any {
	of := v.tables[kind].kept
	made := of.get(name)
	made.once.Do(func() { made.value = make() })
	return made.value
}

func (k *keptLists) get(name string) *making {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if made := k.made[name]; made != nil {
		return made
	}
	if k.made == nil || len(k.made) >= mostKept {
		k.made = map[string]*making{}
	}
	made := &making{}
	k.made[name] = made
	return made
}
