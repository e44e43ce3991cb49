package relay

import (
	"hash"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// stuck is a sum that goes on when it is let.
type stuck struct {
	hash.Hash
	let chan struct{}
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.let
	return s.Hash.Write(p)
}

// Streams go on while their sums are behind, and all together hold no more than
// there is room for.
func TestStreamsAreAheadOfTheirSumsAndBounded(t *testing.T) {
	const streams, pieces = 3, 40
	let := make(chan struct{})
	var taken atomic.Int64
	var all sync.WaitGroup
	summers := make([]*summer, streams)
	for n := range summers {
		summers[n] = newSummer()
		summers[n].hash = &stuck{summers[n].hash, let}
		all.Go(func() {
			for range pieces {
				summers[n].add(chunks.Get().(*[chunk]byte), chunk)
				taken.Add(1)
			}
		})
	}
	want := int64(streams*ahead + further)
	for begun := time.Now(); taken.Load() < want && time.Since(begun) < 10*time.Second; {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(100 * time.Millisecond) // in which nothing more may be taken
	if got := taken.Load(); got != want {
		t.Errorf("%d chunks are held, want %d", got, want)
	}
	close(let)
	all.Wait()
	for _, each := range summers {
		each.total()
	}
	if len(shared) > 0 || taken.Load() != streams*pieces {
		t.Errorf("%d places are not given back, %d chunks were taken", len(shared), taken.Load())
	}
}
