package transport

import (
	"context"
	"sync"
)

// mark is where a response stands in what is subscribed to.
type mark struct {
	place  uint64
	cursor string
}

type marksKey struct{}

// marks are those of the responses that have not been made yet, oldest first:
// a resolver is at most one value ahead of its responses.
type marks struct {
	mutex sync.Mutex
	ahead []mark
}

// Mark says where the value stands that the subscription of ctx emits next: its
// place, which grows from value to value, and how callers are told it. A place
// of 0 is none: the value is of everybody who has joined. It has to be called
// once before each value, by the goroutine that emits it.
func Mark(ctx context.Context, place uint64, cursor string) {
	if kept, ok := ctx.Value(marksKey{}).(*marks); ok {
		kept.mutex.Lock()
		defer kept.mutex.Unlock()
		kept.ahead = append(kept.ahead, mark{place, cursor})
	}
}

func withMarks(ctx context.Context) (context.Context, *marks) {
	kept := &marks{}
	return context.WithValue(ctx, marksKey{}, kept), kept
}

// next is the mark of the response that was made; the zero one where its
// resolver has said nothing.
func (m *marks) next() mark {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if len(m.ahead) == 0 {
		return mark{}
	}
	first := m.ahead[0]
	m.ahead = append(m.ahead[:0], m.ahead[1:]...)
	return first
}
