package relay

import "sync"

// ahead is how many chunks a stream may be ahead of its sum: 6 MiB. On two cores
// LXD, the stream and the caller take turns with the sum, which takes 0.5 s of
// a GiB's 0.8: with two chunks it was 0.9, with more than these no less.
const ahead = 24

// lender gives out the chunks that a stream passes in, and sums up what comes
// back, in its order and beside the stream. It belongs to one goroutine.
type lender struct {
	meter   *meter
	given   int
	back    chan *[chunk]byte // that nobody reads any more
	full    chan passed       // nil until there is enough to sum up beside
	summing sync.WaitGroup
}

// passed is a chunk with so much in it.
type passed struct {
	in *[chunk]byte
	n  int
}

func newLender(meter *meter) *lender {
	return &lender{meter: meter, back: make(chan *[chunk]byte, ahead)}
}

// take is a chunk to write into; it waits where the sum is too far behind.
func (l *lender) take() *[chunk]byte {
	select {
	case in := <-l.back:
		return in
	default:
	}
	if l.given == ahead {
		return <-l.back
	}
	l.given++
	return chunks.Get().(*[chunk]byte)
}

// count takes a chunk back with what has passed of it.
func (l *lender) count(in *[chunk]byte, n int) {
	l.meter.count(n)
	switch {
	case l.meter.sum == nil || n == 0:
		l.back <- in
	case l.full == nil && l.meter.bytes() <= unsplit:
		l.meter.sum.Write(in[:n])
		l.back <- in
	default:
		if l.full == nil {
			l.full = make(chan passed, ahead)
			l.summing.Go(l.sum)
		}
		l.full <- passed{in, n}
	}
}

// sum ends with close.
func (l *lender) sum() {
	for each := range l.full {
		l.meter.sum.Write(each.in[:each.n])
		l.back <- each.in
	}
}

// close waits until all is summed up. Every chunk has to be back.
func (l *lender) close() {
	if l.full != nil {
		close(l.full)
	}
	l.summing.Wait()
	for range l.given {
		chunks.Put(<-l.back)
	}
}
