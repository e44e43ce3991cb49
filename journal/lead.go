package journal

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// election is how often a process asks whether it is to take the lead.
	election = time.Second
	// beat is how often the one that has the lead says so, and leadTimeout how
	// long it waits for the database before it gives up.
	beat        = time.Second
	leadTimeout = 4 * time.Second
)

// told is an event on its way to its number; from is where it was forwarded.
type told struct {
	event lxd.Event
	from  int64
}

// turn takes the lead, if no other process has it, and keeps it until ctx ends
// or it is lost. Otherwise it waits a moment.
func (j *Journal) turn(ctx context.Context) error {
	lead, err := j.store.TakeLead(ctx)
	if err != nil {
		return fmt.Errorf("asking who hears LXD: %w", err)
	}
	if lead == nil {
		pause(ctx, election)
		return nil
	}
	defer lead.Close()
	if err := j.catchUp(ctx); err != nil { // all that the one before has kept
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer func() {
		stop()
		all.Wait()
		j.leading.Store(false)
	}()
	name, last, err := j.store.Opened(ctx)
	if err != nil {
		return err
	}
	j.leading.Store(true)
	if j.options.Leads != nil {
		j.options.Leads(true)
		defer j.options.Leads(false)
	}
	all.Go(func() { j.tidyUp(ctx) })
	if j.store.First() {
		j.hub.Lead()
		defer j.hub.Heard(false) // the next one says when it does
		all.Go(func() { j.hub.Hear(ctx, func(event lxd.Event) { j.enqueue(ctx, told{event: event}) }) })
		return j.number(ctx, lead)
	}
	j.hub.Heard(false)
	j.writing.Lock()
	j.written = j.hub.Resume(name, last)
	j.writing.Unlock()
	all.Go(func() { j.behind(ctx) })
	all.Go(func() { j.hub.Hear(ctx, j.hub.Publish) })
	return j.collect(ctx, lead)
}

// enqueue waits until an event is taken to be numbered; it is dropped when the
// lead is lost, and the gap that follows tells of it.
func (j *Journal) enqueue(ctx context.Context, one told) {
	select {
	case j.pending <- one:
	case <-ctx.Done():
	}
}

// number keeps what is heard and what others forward, and then shows it, until
// ctx ends or the lead is lost.
func (j *Journal) number(ctx context.Context, lead Lead) error {
	defer j.drop()
	beats := time.NewTicker(beat)
	defer beats.Stop()
	forwarded := true // what the one before has left
	for {
		var some []told
		if !forwarded {
			select {
			case <-ctx.Done():
				return j.keep(context.WithoutCancel(ctx), lead, j.waiting(nil))
			case <-beats.C:
				if err := within(ctx, func(ctx context.Context) error { return lead.Beat(ctx, j.hub.IsHeard()) }); err != nil {
					return fmt.Errorf("this process does not hear LXD for the others any more: %w", err)
				}
				continue
			case <-j.asked:
				forwarded = true
			case one := <-j.pending:
				some = append(some, one)
			}
		}
		some = j.waiting(some)
		if forwarded {
			var err error
			if some, forwarded, err = j.forwarded(ctx, lead, some); err != nil {
				return err
			}
		}
		if err := j.keep(ctx, lead, some); err != nil {
			return err
		}
	}
}

// waiting adds what waits already.
func (j *Journal) waiting(some []told) []told {
	for len(some) < batch {
		select {
		case one := <-j.pending:
			some = append(some, one)
			continue
		default:
		}
		break
	}
	return some
}

// forwarded adds what others have forwarded; more is whether there may be more.
func (j *Journal) forwarded(ctx context.Context, lead Lead, some []told) (all []told, more bool, err error) {
	var records []*Record
	err = within(ctx, func(ctx context.Context) (err error) {
		records, err = lead.Forwarded(ctx, batch)
		return err
	})
	for _, record := range records {
		place := record.Sequence
		record.Sequence = 0
		event, err := j.hub.KeptEvent(record.head(), record.Body)
		if err != nil {
			j.failed(err) // and take it out
		}
		some = append(some, told{event, int64(place)})
	}
	return some, len(records) == batch, err
}

// keep numbers events, keeps them, and then shows them.
func (j *Journal) keep(ctx context.Context, lead Lead, some []told) error {
	if len(some) == 0 {
		return nil
	}
	var events []lxd.Event
	var taken []int64
	for _, one := range some {
		if one.event != nil {
			events = append(events, one.event)
		}
		if one.from != 0 {
			taken = append(taken, one.from)
		}
	}
	events = j.hub.Number(events)
	records, err := recordsOf(events)
	if err != nil {
		return err
	}
	if len(records) == 0 && len(taken) == 0 {
		return nil
	}
	if err := within(ctx, func(ctx context.Context) error { return lead.Append(ctx, records, taken) }); err != nil {
		return fmt.Errorf("writing %d events to the journal: %w", len(events), err)
	}
	j.hub.Deliver(events)
	return nil
}

// collect shows what others forward, until ctx ends or the lead is lost.
func (j *Journal) collect(ctx context.Context, lead Lead) error {
	for ctx.Err() == nil {
		some, more, err := j.forwarded(ctx, lead, nil)
		var taken []int64
		for _, one := range some {
			taken = append(taken, one.from)
		}
		if err == nil && len(taken) > 0 {
			err = within(ctx, func(ctx context.Context) error { return lead.Append(ctx, nil, taken) })
		}
		if err == nil {
			for _, one := range some {
				if one.event != nil {
					j.hub.Publish(one.event)
				}
			}
		}
		if err != nil && ctx.Err() == nil {
			j.report(ctx, err) // a file that is busy is no lead lost
		}
		if !more {
			pause(ctx, beat/2)
		}
	}
	return nil
}

// drop forgets what was to be numbered: another process will not have heard it,
// and says so with a gap.
func (j *Journal) drop() {
	for {
		select {
		case <-j.pending:
		default:
			return
		}
	}
}

func within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, leadTimeout)
	defer cancel()
	return do(ctx)
}
