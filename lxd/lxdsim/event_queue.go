package lxdsim

import (
	"container/heap"
	"time"
)

// queuedFrame is an event on its way to one listener.
type queuedFrame struct {
	frame    []byte
	due      time.Time
	sequence int
}

// frameQueue holds frames in the order in which they are due.
type frameQueue struct {
	frames []queuedFrame
	pushed int
}

// Len, Less, Swap, Push and Pop make it a heap.
func (q *frameQueue) Len() int { return len(q.frames) }

// Less keeps the order of publishing among frames that are due together.
func (q *frameQueue) Less(i, j int) bool {
	a, b := q.frames[i], q.frames[j]
	if a.due.Equal(b.due) {
		return a.sequence < b.sequence
	}
	return a.due.Before(b.due)
}

// Swap exchanges two frames.
func (q *frameQueue) Swap(i, j int) { q.frames[i], q.frames[j] = q.frames[j], q.frames[i] }

// Push appends a frame for the heap.
func (q *frameQueue) Push(frame any) { q.frames = append(q.frames, frame.(queuedFrame)) }

// Pop takes the last frame off for the heap.
func (q *frameQueue) Pop() any {
	last := q.frames[len(q.frames)-1]
	q.frames = q.frames[:len(q.frames)-1]
	return last
}

func (q *frameQueue) add(frame []byte, due time.Time) {
	q.pushed++
	heap.Push(q, queuedFrame{frame: frame, due: due, sequence: q.pushed})
}

// next returns the first frame if it is due, else how long that will take; the
// time is negative when nothing is queued.
func (q *frameQueue) next(now time.Time) (frame []byte, in time.Duration) {
	if len(q.frames) == 0 {
		return nil, -1
	}
	if in := q.frames[0].due.Sub(now); in > 0 {
		return nil, in
	}
	return heap.Pop(q).(queuedFrame).frame, 0
}
