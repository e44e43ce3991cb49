package journal

import (
	"context"
	"iter"
	"math"
	"net/http"

	"github.com/lxdql/lxdql/lxd"
)

// Follow are the events behind a cursor and all that follow, each once: first
// those that are kept, then those that happen. It ends with ctx's error, or as a
// subscription of the hub does. A cursor whose next event is not kept any more is
// a *lxd.CursorExpiredError.
func (j *Journal) Follow(ctx context.Context, as lxd.Scope, filter lxd.EventFilter, after string) (*Replay, error) {
	sequence, err := j.place(ctx, after)
	if err != nil {
		return nil, err
	}
	replay := &Replay{journal: j, as: as, filter: filter, at: sequence}
	replay.live, err = j.hub.SubscribeAfter(as, filter, sequence)
	if err != nil && !lxd.IsForgotten(err) {
		return nil, err
	}
	return replay, nil
}

// place is the sequence of a cursor, if all behind it is known.
func (j *Journal) place(ctx context.Context, after string) (uint64, error) {
	cursor, err := lxd.ParseCursor(after)
	if err != nil {
		return 0, err
	}
	if err := j.await(ctx, cursor); err != nil {
		return 0, err
	}
	forgotten, err := j.store.Forgotten(ctx)
	if err != nil {
		return 0, err
	}
	sequence, known := j.hub.Place(cursor)
	if !known || sequence < forgotten {
		return 0, &lxd.CursorExpiredError{Oldest: j.hub.CursorOf(forgotten)}
	}
	return sequence, nil
}

// Replay is one reader of the past and what follows. It belongs to whoever
// called Follow, who has to call Close.
type Replay struct {
	journal *Journal
	as      lxd.Scope
	filter  lxd.EventFilter
	at      uint64
	read    []lxd.Event
	live    *lxd.Subscription
}

// Next is the next event.
func (r *Replay) Next(ctx context.Context) (lxd.Event, error) {
	for {
		if len(r.read) > 0 {
			event := r.read[0]
			r.read = r.read[1:]
			return event, nil
		}
		if r.live != nil {
			return r.live.Next(ctx)
		}
		if err := r.page(ctx); err != nil {
			return nil, err
		}
	}
}

// page reads on in the store, until the hub remembers what follows.
func (r *Replay) page(ctx context.Context) error {
	forgotten, err := r.journal.store.Forgotten(ctx)
	if err != nil {
		return err
	}
	if r.at < forgotten {
		return &lxd.CursorExpiredError{Oldest: r.journal.hub.CursorOf(forgotten)}
	}
	records, err := r.journal.store.After(ctx, r.at, batch)
	if err != nil {
		return err
	}
	for _, record := range records {
		event, err := r.journal.hub.KeptEvent(record.head(), record.Body)
		if err != nil {
			return err
		}
		if event = r.filter.Shown(r.as, event); event != nil {
			r.read = append(r.read, event)
		}
		r.at = record.Sequence
	}
	r.live, err = r.journal.hub.SubscribeAfter(r.as, r.filter, r.at)
	if !lxd.IsForgotten(err) {
		return err
	}
	if len(records) == 0 { // written in a moment
		pause(ctx, gather)
	}
	return ctx.Err()
}

// Close ends the subscription.
func (r *Replay) Close() {
	if r.live != nil {
		r.live.Close()
	}
}

// Operation is an operation as it was last told of. One that nobody knows, or
// that the scope hides, is an *lxd.Error with status 404.
func (j *Journal) Operation(ctx context.Context, as lxd.Scope, uuid string) (*lxd.Operation, error) {
	record, err := j.store.Operation(ctx, uuid)
	if err != nil {
		return nil, err
	}
	var shown *lxd.Operation
	if record != nil {
		operation, err := j.operation(record)
		if err != nil {
			return nil, err
		}
		shown = operation.Shown(as)
	}
	if shown == nil {
		return nil, &lxd.Error{Status: http.StatusNotFound, Message: "Operation not found"}
	}
	return shown, nil
}

// mostOperations bounds a list of operations.
const mostOperations = 5000

// Operations are the last operations of a project that the scope allows, newest
// first and at most 5,000; "" is all projects.
func (j *Journal) Operations(ctx context.Context, as lxd.Scope, project string) ([]*lxd.Operation, error) {
	var operations []*lxd.Operation
	for operation, err := range j.EachOperation(ctx, as, project) {
		if err != nil {
			return nil, err
		}
		if operations = append(operations, operation); len(operations) == mostOperations {
			break
		}
	}
	return lxd.ShownOperations(operations, as), nil
}

// EachOperation is every operation of a project that is kept and that the scope
// allows, newest first; "" is all projects. It ends with an error, if any.
func (j *Journal) EachOperation(ctx context.Context, as lxd.Scope, project string) iter.Seq2[*lxd.Operation, error] {
	return func(yield func(*lxd.Operation, error) bool) {
		for at := uint64(math.MaxInt64); ; {
			records, err := j.store.Operations(ctx, project, at, batch)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, record := range records {
				at = record.Sequence
				if !as.Allows(record.Project, false) {
					continue
				}
				operation, err := j.operation(record)
				if !yield(operation, err) || err != nil {
					return
				}
			}
			if len(records) < batch {
				return
			}
		}
	}
}

func (j *Journal) operation(record *Record) (*lxd.Operation, error) {
	event, err := j.hub.KeptEvent(record.head(), record.Body)
	if err != nil {
		return nil, err
	}
	return event.(*lxd.OperationEvent).Operation, nil
}
