package work

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// mostPolls bounds how many instances are looked at again and again.
const mostPolls = 2000

// pollKey is what is looked at: whoever watches the same shares one look.
type pollKey struct {
	project, name string
	every         time.Duration
}

// polls look at the state of instances while somebody watches, and not else.
type polls struct {
	mutex   sync.Mutex
	running map[pollKey]*poll
}

type poll struct {
	stop     context.CancelFunc
	watchers map[chan *lxd.InstanceStateSample]struct{}
	last     *lxd.InstanceStateSample
}

// WatchState sends the state of an instance, at once and then at each interval,
// until ctx ends: the channel is closed then. A reader that is late misses
// samples, never the newest. The caller has to be allowed to see the project.
func (m *Manager) WatchState(ctx context.Context, as lxd.Scope, project, name string, every time.Duration) (<-chan *lxd.InstanceStateSample, error) {
	if _, err := m.client.InstanceObject(ctx, as, project, name); err != nil {
		return nil, err
	}
	key := pollKey{project, name, every}
	samples := make(chan *lxd.InstanceStateSample, 1)
	m.polls.mutex.Lock()
	defer m.polls.mutex.Unlock()
	one := m.polls.running[key]
	if one == nil {
		if len(m.polls.running) >= mostPolls || m.ctx.Err() != nil {
			return nil, &lxd.LimitError{Message: fmt.Sprintf("%d instances are watched already, the most that this server takes", len(m.polls.running))}
		}
		polling, stop := context.WithCancel(m.ctx)
		one = &poll{stop: stop, watchers: map[chan *lxd.InstanceStateSample]struct{}{}}
		if m.polls.running == nil {
			m.polls.running = map[pollKey]*poll{}
		}
		m.polls.running[key] = one
		m.running.Go(func() { m.poll(polling, key, one) })
	} else if one.last != nil {
		samples <- one.last
	}
	one.watchers[samples] = struct{}{}
	context.AfterFunc(ctx, func() { m.polls.leave(key, one, samples) })
	return samples, nil
}

// leave takes a watcher out, and ends the looking with the last of them.
func (p *polls) leave(key pollKey, one *poll, samples chan *lxd.InstanceStateSample) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, ok := one.watchers[samples]; !ok {
		return
	}
	delete(one.watchers, samples)
	close(samples)
	if len(one.watchers) == 0 {
		one.stop()
		if p.running[key] == one {
			delete(p.running, key)
		}
	}
}

// poll looks at one instance until nobody watches any more.
func (m *Manager) poll(ctx context.Context, key pollKey, one *poll) {
	ticks := time.NewTicker(key.every)
	defer ticks.Stop()
	for ctx.Err() == nil {
		sample := m.sample(ctx, key)
		if ctx.Err() == nil {
			m.polls.send(one, sample)
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
		}
	}
	m.polls.end(key, one)
}

func (m *Manager) sample(ctx context.Context, key pollKey) *lxd.InstanceStateSample {
	sample := &lxd.InstanceStateSample{Name: key.name, InProject: key.project}
	instance, err := m.client.InstanceObject(ctx, lxd.System, key.project, key.name)
	if err == nil {
		sample.State, err = m.client.InstanceState(ctx, lxd.System, instance)
	}
	sample.At = lxd.Time{Time: time.Now().UTC()}
	if err != nil {
		sample.Reason = err.Error()
	}
	return sample
}

// send gives a sample to all watchers, instead of one that was not read yet.
func (p *polls) send(one *poll, sample *lxd.InstanceStateSample) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if one.last != nil {
		before := *one.last
		sample = sample.Since(before.Since(nil))
	}
	one.last = sample
	for watcher := range one.watchers {
		select {
		case <-watcher:
		default:
		}
		watcher <- sample
	}
}

// end closes what is still watched when the server stops.
func (p *polls) end(key pollKey, one *poll) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for watcher := range one.watchers {
		delete(one.watchers, watcher)
		close(watcher)
	}
	if p.running[key] == one {
		delete(p.running, key)
	}
}
