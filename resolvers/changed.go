package resolvers

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
)

// mostTogether is how many events are taken at once: of those of one object,
// which come in crowds, only the last update is told.
const mostTogether = 256

// changes is how the events of the hub become changes of objects.
type changes[C any] struct {
	// of is the change that an event tells; nil for none.
	of func(event lxd.Event) *C
	// key names the object, and update is whether a later change of it says as much.
	key    func(*C) string
	update func(*C) bool
	// read reads the object after the change; false leaves the change out.
	read func(ctx context.Context, change *C) (bool, error)
	// begin tells what there is; nil tells nothing.
	begin func(ctx context.Context, emit func(*C)) error
	// again tells what differs after events were missed, up to a gap.
	again func(ctx context.Context, gap uint64, emit func(*C)) error
}

// follow begins a stream of changes. The goroutine ends with ctx or with the
// subscription.
func follow[C any](ctx context.Context, r *Resolver, events *lxd.Subscription, how changes[C]) <-chan *C {
	values := make(chan *C)
	emit := func(value *C) {
		r.markChange(ctx, value)
		select {
		case values <- value:
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(values)
		defer events.Close()
		var err error
		if how.begin != nil {
			err = how.begin(r.live(ctx), emit)
		}
		for err == nil {
			err = how.next(ctx, r, events, emit)
		}
		if !errors.Is(err, context.Canceled) {
			r.EndStream(ctx, err)
		}
	}()
	return values
}

// next takes what has come, reads each object once, and tells it.
func (how changes[C]) next(ctx context.Context, r *Resolver, events *lxd.Subscription, emit func(*C)) error {
	event, err := events.Next(ctx)
	if err != nil {
		return err
	}
	together := []*C{}
	var missed uint64
	for event != nil {
		if event.Head().Type == lxd.EventGap {
			missed = event.Head().Sequence
		} else if change := how.of(event); change != nil {
			together = append(together, change)
		}
		event = nil
		if len(together) < mostTogether {
			event = events.TryNext()
		}
	}
	reading := r.live(ctx)
	for n, change := range together {
		if how.update(change) && how.later(change, together[n+1:]) {
			continue
		}
		wanted, err := how.read(reading, change)
		if err != nil {
			return err
		}
		if wanted {
			emit(change)
		}
	}
	if missed > 0 {
		return how.again(r.live(ctx), missed, emit)
	}
	return nil
}

func (how changes[C]) later(change *C, others []*C) bool {
	for _, other := range others {
		if how.key(other) == how.key(change) {
			return true
		}
	}
	return false
}

// digest tells whether an object has changed.
func digest(object any) [sha256.Size]byte {
	data, err := json.Marshal(mirror.WithoutUsers(object))
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(data)
}

// away reports whether LXD cannot be asked right now: a change is told all the
// same, without the object.
func away(err error) bool { return errors.As(err, new(*lxd.UnavailableError)) }
