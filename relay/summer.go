package relay

import (
	"crypto/sha256"
	"hash"
	"sync"
)

// chunk is what a stream carries at once.
const chunk = 256 << 10

var chunks = sync.Pool{New: func() any { return new([chunk]byte) }}

const (
	// ahead is how many chunks a stream may be ahead of its sum: 6 MiB. On two cores
	// LXD, the stream and the caller take turns with the sum, which takes 0.5 s of
	// a GiB's 0.8: with two chunks it was 0.9, with more than these no less.
	ahead = 24
	// unsplit is how many bytes of a stream are summed up at once: of a small one
	// there is nothing to gain by doing it beside.
	unsplit = 64 << 10
)

// summer gives out the chunks that a stream passes in, and sums up those that
// come back, in their order and beside the stream. One goroutine gives and takes.
type summer struct {
	hash    hash.Hash
	added   int64             // bytes
	given   int               // chunks
	back    chan *[chunk]byte // that nobody reads any more
	summing sync.WaitGroup

	mutex sync.Mutex // of what follows
	queue []filled
	busy  bool // a goroutine sums up the queue, and ends with it
}

// filled is a chunk with so much in it.
type filled struct {
	in *[chunk]byte
	n  int
}

func newSummer() *summer {
	return &summer{hash: sha256.New(), back: make(chan *[chunk]byte, ahead)}
}

// take is a chunk to write into; it waits where the sum is too far behind.
func (s *summer) take() *[chunk]byte {
	select {
	case in := <-s.back:
		return in
	default:
	}
	if s.given == ahead {
		return <-s.back
	}
	s.given++
	return chunks.Get().(*[chunk]byte)
}

// add takes a chunk back, of which so much counts.
func (s *summer) add(in *[chunk]byte, n int) {
	s.added += int64(n)
	switch {
	case n == 0: // the hash may be at work
		s.back <- in
		return
	case s.added <= unsplit:
		s.hash.Write(in[:n])
		s.back <- in
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.queue = append(s.queue, filled{in, n})
	if !s.busy {
		s.busy = true
		s.summing.Go(s.drain)
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
		s.back <- next.in
	}
}

// total is the sum of all that was added. The chunks that came back are let go.
func (s *summer) total() []byte {
	s.summing.Wait()
	for len(s.back) > 0 {
		chunks.Put(<-s.back)
		s.given--
	}
	return s.hash.Sum(nil)
}
