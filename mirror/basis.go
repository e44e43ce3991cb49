package mirror

import (
	"encoding/binary"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Basis is what an answer was made of: revisions of the kinds that were looked
// at, and the moment that memory is as of. It holds no picture.
type Basis struct {
	asOf      time.Time
	marks     uint32
	revisions [kinds]uint64
}

// Basis is what was read up to now; false where any of it is LXD's own answer,
// or nothing was read. A caller that has rights to other things reads other
// things of the same basis.
func (r *Reader) Basis() (Basis, bool) {
	marks := r.marks.Load()
	if marks == 0 || r.asked.Load() || r.View() == nil {
		return Basis{}, false
	}
	basis := Basis{asOf: r.view.asOf, marks: marks}
	for kind := range kinds {
		if marks&(1<<kind) != 0 {
			basis.revisions[kind] = r.view.tables[kind].revision
		}
	}
	return basis, true
}

// Holds reports whether what an answer was made of is the same in a view.
func (b Basis) Holds(view *View) bool {
	if !b.asOf.Equal(view.asOf) {
		return false
	}
	for kind := range kinds {
		if b.marks&(1<<kind) != 0 && b.revisions[kind] != view.tables[kind].revision {
			return false
		}
	}
	return true
}

// Kept is the view's, which there has to be.
func (r *Reader) Kept(kind Kind, name string, make func() any) any {
	r.mark(kind)
	return r.View().Kept(kind, name, make)
}

func (r *Reader) mark(kind Kind) { r.marks.Or(1 << kind) }

// ask is for what comes from LXD itself, and is held under a key.
func (r *Reader) ask(key Key) *lxd.Client {
	r.asked.Store(true)
	if r.doubt != nil {
		r.doubt(key)
	}
	return r.client
}

// entry is what the view holds under a key.
func (r *Reader) entry(key Key) *Entry {
	r.mark(key.Kind)
	return r.view.entry(key)
}

// entries are those of a kind that the view holds.
func (r *Reader) entries(kind Kind) []*Entry {
	r.mark(kind)
	return r.view.tables[kind].entries
}

// Bytes tell a basis from every other since the start.
func (b Basis) Bytes() []byte {
	text := binary.BigEndian.AppendUint64(nil, uint64(b.asOf.UnixNano()))
	for _, revision := range append(b.revisions[:], uint64(b.marks)) {
		text = binary.BigEndian.AppendUint64(text, revision)
	}
	return text
}
