package mirror

import (
	"context"
	"strings"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// every is how often everything is listed, to find what no event told.
	every = 5 * time.Minute
	// soon is when a full list that failed is tried again.
	soon = time.Second
	// afterBreak is when everything is listed once more after a break: what LXD
	// announced before it and wrote after the list, no event tells any more.
	afterBreak = 6 * time.Second
)

// follow hears LXD's events until it cannot, and lists everything first and
// after each break. Listening comes before listing, so that nothing is missed
// in between.
func (m *Mirror) follow(ctx context.Context) {
	m.skip(m.hub.Told())
	events, err := m.hub.Subscribe(lxd.System, lxd.EventFilter{AllProjects: true})
	if err != nil {
		return // nobody trusts somebody: it is tried again
	}
	defer events.Close()
	running, stop := context.WithCancel(ctx)
	broken := make(chan struct{}, 1)
	listing := make(chan struct{})
	go func() { // ends with follow
		defer close(listing)
		m.relist(running, broken)
	}()
	defer func() { stop(); <-listing }()
	for {
		event, err := events.Next(ctx)
		if err != nil {
			return
		}
		if m.look(event) {
			select {
			case broken <- struct{}{}:
			default:
			}
		}
	}
}

// skip says that what was told so far is seen by the list that follows.
func (m *Mirror) skip(told uint64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.handled = told
}

// look marks what an event may have changed, and reports whether it tells that
// others were missed.
func (m *Mirror) look(event lxd.Event) (missed bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	switch told := event.(type) {
	case *lxd.GapEvent:
		m.inSync, missed = nil, true
		clear(m.working) // whose end may be among what was missed
		m.gap = event.Head().Sequence
	case *lxd.LifecycleEvent:
		m.lifecycle(told)
	case *lxd.OperationEvent:
		if !told.Operation.Own {
			m.operation(told.Operation)
		}
	}
	m.heard()
	m.handled = event.Head().Sequence
	m.happened()
	return missed
}

// lifecycle marks what an action changes; the caller holds the mutex.
func (m *Mirror) lifecycle(event *lxd.LifecycleEvent) {
	if nothing[event.Action] {
		return
	}
	effect, known := effects[event.Action]
	id, ok := m.client.Subject(event)
	key, held := m.keyOfID(id)
	held = held && ok
	switch {
	case !known: // of a newer LXD
		if held {
			m.mark(settles, key)
		}
	case !held:
		if strings.HasPrefix(event.Action, "cluster-") {
			for _, find := range effect.of {
				m.mark(settles, find(m, Key{}, "")...)
			}
		}
	default:
		steps, before := settles, event.OldName()
		if key.Kind == Profiles || key.Kind == Projects {
			steps = settlesSlow
		}
		if childOf(id) {
			before = "" // the child's
		}
		if event.Action == "instance-renamed" && before != "" {
			m.renamed(renamedFrom(key, before), key)
		}
		for _, find := range effect.of {
			m.mark(steps, find(m, key, before)...)
			if shared := (Key{key.Kind, key.Project, lxd.WithoutMember(key.Name)}); key.Kind == Volumes && m.known(shared) {
				m.mark(steps, find(m, shared, before)...)
			}
			for _, later := range m.called(key)[1:] {
				m.mark(steps, find(m, later, "")...)
			}
		}
	}
}

// relist lists everything: at first, after each break, and from time to time.
func (m *Mirror) relist(ctx context.Context, broken <-chan struct{}) {
	for {
		wait := soon
		if m.listAll(ctx) {
			wait = m.untilNext()
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-broken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// untilNext is when everything is listed next.
func (m *Mirror) untilNext() time.Duration {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.unsure {
		return afterBreak
	}
	return every
}
