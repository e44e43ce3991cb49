package relay

import (
	"crypto/sha256"
	"hash"
	"sync"
)

// chunk is what a stream carries at once.
const chunk = 256 << 10

var chunks = sync.Pool{New: func() any { return new([chunk]byte) }}

// A stream may be ahead of its sum: on two cores LXD, the stream and the caller
// take turns with the sum, which takes 0.5 s of a GiB's 0.8. With two chunks it
// was 0.9 s, with more than 24 no less.
const (
	// ahead is how many chunks each stream may be ahead.
	ahead = 2
	// further is how many more there are for all streams together: 12 MiB.
	further = 48
	// unsplit is how many bytes of a stream are summed up at once: of a small one
	// there is nothing to gain by doing it beside.
	unsplit = 64 << 10
)

// shared are the places that all streams have together.
var shared = make(chan struct{}, further)

// summer sums up chunks, in their order and beside the stream. One goroutine
// gives it those.
type summer struct {
	hash    hash.Hash
	added   int64         // bytes
	own     chan struct{} // places
	summing sync.WaitGroup

	mutex sync.Mutex // of what follows
	queue []filled
	busy  bool // a goroutine sums up the queue, and ends with it
}

// filled is a chunk with so much in it, and the place that it takes.
type filled struct {
	in    *[chunk]byte
	n     int
	place chan struct{}
}

func newSummer() *summer {
	return &summer{hash: sha256.New(), own: make(chan struct{}, ahead)}
}

// add takes a chunk, of which so much counts; it waits where the sum is too far
// behind.
func (s *summer) add(in *[chunk]byte, n int) {
	if s.added += int64(n); s.added <= unsplit {
		s.hash.Write(in[:n])
		chunks.Put(in)
		return
	}
	place := s.place()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.queue = append(s.queue, filled{in, n, place})
	if !s.busy {
		s.busy = true
		s.summing.Go(s.drain)
	}
}

// place takes one of its own, or else of those that all have.
func (s *summer) place() chan struct{} {
	select {
	case s.own <- struct{}{}:
		return s.own
	default:
	}
	select {
	case s.own <- struct{}{}:
		return s.own
	case shared <- struct{}{}:
		return shared
	}
}

func (s *summer) drain() {
	for {
		s.mutex.Lock()
		if len(s.queue) == 0 {
			s.busy = false
			s.mutex.Unlock()
			return
		}
		next := s.queue[0]
		s.queue = s.queue[1:]
		s.mutex.Unlock()
		s.hash.Write(next.in[:next.n])
		chunks.Put(next.in)
		<-next.place
	}
}

// total is the sum of all that was added.
func (s *summer) total() []byte {
	s.summing.Wait()
	return s.hash.Sum(nil)
}
