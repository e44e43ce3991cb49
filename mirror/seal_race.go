//go:build race

package mirror

import (
	"fmt"
	"hash/maphash"
	"reflect"
	"time"
	"unsafe"
)

// Where tests are built with the race detector, a checksum of each entry is
// taken when somebody may see it first, and looked at when it is replaced and
// when the mirror ends: an entry that was written in between, by whomever,
// ends the program. The detector itself sees only what meets another read.

type seal struct{ sum uint64 }

var sealSeed = maphash.MakeSeed()

// close takes the checksums of those that have none yet.
func (t *table) close() {
	for _, entry := range t.entries {
		if entry.seal.sum == 0 {
			entry.seal.sum = entry.sum()
		}
	}
}

// look ends the program if an entry has been written since it was closed.
func (e *Entry) look() {
	if e.seal.sum != 0 && e.seal.sum != e.sum() {
		panic(fmt.Sprintf("the entry of %v was written after it had been shown", e.Key))
	}
}

func (e *Entry) sum() uint64 {
	without := *e
	without.seal = seal{}
	var sum maphash.Hash
	sum.SetSeed(sealSeed)
	checksum{&sum, map[unsafe.Pointer]bool{}}.add(reflect.ValueOf(without))
	return max(sum.Sum64(), 1)
}

// checksum is of all that can be reached from a value. It knows what it is in,
// because a volume and its snapshots point to each other.
type checksum struct {
	*maphash.Hash
	in map[unsafe.Pointer]bool
}

func (c checksum) add(value reflect.Value) {
	switch value.Kind() {
	case reflect.Pointer:
		// Places are nobody's, and fill in what they are asked for.
		if at := value.UnsafePointer(); at != nil && !c.in[at] && value.Type() != reflect.TypeFor[*time.Location]() {
			c.in[at] = true
			c.add(value.Elem())
			delete(c.in, at)
		}
	case reflect.Interface:
		if !value.IsNil() {
			c.add(value.Elem())
		}
	case reflect.Struct:
		for n := range value.NumField() {
			c.add(value.Field(n))
		}
	case reflect.Slice, reflect.Array:
		maphash.WriteComparable(c.Hash, value.Len())
		for n := range value.Len() {
			c.add(value.Index(n))
		}
	case reflect.Map:
		var all uint64 // in no order
		for entries := value.MapRange(); entries.Next(); {
			one := checksum{new(maphash.Hash), c.in}
			one.SetSeed(sealSeed)
			one.add(entries.Key())
			one.add(entries.Value())
			all += one.Sum64()
		}
		maphash.WriteComparable(c.Hash, all)
	case reflect.String:
		maphash.WriteComparable(c.Hash, value.String())
	case reflect.Bool:
		maphash.WriteComparable(c.Hash, value.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		maphash.WriteComparable(c.Hash, value.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		maphash.WriteComparable(c.Hash, value.Uint())
	default:
		panic("there is no checksum of a " + value.Type().String())
	}
}
