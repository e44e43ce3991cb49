package mirror

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// readers read at once: LXD is bound by its own processor.
	readers = 2
	// together is how long a read waits for more events about the same object.
	together = 20 * time.Millisecond
	// many objects of one project are read by their list.
	many = 20
	// retry is when a read that failed is tried again.
	retry = time.Second
)

// LXD sends some events before what they tell can be read, profiles' and
// projects' the longer before the more use them: they are read again later.
var (
	settles     = []time.Duration{time.Second}
	settlesSlow = []time.Duration{200 * time.Millisecond, time.Second, 5 * time.Second}
)

// want is that a key has to be read.
type want struct {
	due  time.Time
	mark uint64 // the newest change of our own; 0 for none
}

// mark wants keys read, soon and again when they have settled; the caller holds
// the mutex.
func (m *Mirror) mark(steps []time.Duration, keys ...Key) {
	now := time.Now()
	for _, key := range keys {
		if m.pending[key] == nil {
			m.pending[key] = &want{due: now.Add(together)}
		}
		m.settle[key] = later(m.settle[key], now, steps)
	}
	m.stir()
}

// later are the moments after now at which something is read again that had to
// be already: a change that settles soon does not end the wait for one that
// settles slowly.
func later(had []time.Time, now time.Time, steps []time.Duration) []time.Time {
	due := make([]time.Time, len(steps), len(steps)+1)
	for n, step := range steps {
		due[n] = now.Add(step)
	}
	if len(had) > 0 && had[len(had)-1].After(due[len(due)-1]) {
		due = append(due, had[len(had)-1])
	}
	return due
}

// urge wants keys read now, because we have changed them; the caller holds the mutex.
func (m *Mirror) urge(keys ...Key) {
	for _, key := range keys {
		m.marks++
		m.pending[key] = &want{due: time.Now(), mark: m.marks}
		m.open[key] = m.marks
	}
	m.stir()
}

func (m *Mirror) stir() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// job is one request to LXD: an object, or with no name a list.
type job struct {
	reading
	key   Key
	marks map[Key]uint64 // what it answers of our own changes
}

// next takes what is due; with nothing due it tells how long that takes.
func (m *Mirror) next() (*job, time.Duration) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	now := time.Now()
	m.settled(now)
	wait := time.Minute
	var first Key
	var chosen *want
	count := map[Key]int{}
	for key, want := range m.pending {
		if left := want.due.Sub(now); left > 0 {
			wait = min(wait, left)
			continue
		}
		count[whole(key.Kind, key.Project)]++
		if chosen == nil || (want.mark > 0 && chosen.mark == 0) || (want.due.Before(chosen.due) && (want.mark > 0) == (chosen.mark > 0)) {
			first, chosen = key, want
		}
	}
	if chosen == nil {
		for _, due := range m.settle {
			wait = min(wait, time.Until(due[0]))
		}
		return nil, max(wait, time.Millisecond)
	}
	taken := &job{reading: m.begin(), key: first, marks: map[Key]uint64{}}
	if list := whole(first.Kind, first.Project); count[list] > many && !sources[first.Kind].alone {
		taken.key = list
	}
	for key, want := range m.pending {
		if key == taken.key || taken.answers(key) {
			taken.marks[key] = want.mark
			delete(m.pending, key)
		}
	}
	m.stir() // there may be more, for the other reader
	return taken, 0
}

// answers reports whether a list tells of a key as well. The list of snapshots
// does not: it tells only of those that have a volume.
func (j *job) answers(key Key) bool {
	of := j.key
	return of.Name == "" && key.Kind == of.Kind && (of.Project == "" || key.Project == of.Project) && (of.Kind != Snapshots || key.Name == "")
}

// settled wants again what has had its time; the caller holds the mutex.
func (m *Mirror) settled(now time.Time) {
	for key, due := range m.settle {
		if due[0].After(now) {
			continue
		}
		if m.pending[key] == nil {
			m.pending[key] = &want{due: now}
		}
		if m.settle[key] = due[1:]; len(due) == 1 {
			delete(m.settle, key)
		}
	}
}

// refresh reads what is due until ctx ends.
func (m *Mirror) refresh(ctx context.Context) {
	for ctx.Err() == nil {
		job, wait := m.next()
		if job != nil {
			m.do(ctx, job)
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-m.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// do carries out a job. What cannot be read now is wanted again.
func (m *Mirror) do(ctx context.Context, job *job) {
	from := sources[job.key.Kind]
	var objects []any
	var object any
	var err error
	switch {
	case job.key.Kind == Snapshots && job.key.Name == "":
		err = m.listSnapshots(ctx, job.key.Project, none, false)
	case job.key.Kind == Snapshots && m.away(job.key):
		m.skipped(job)
		return
	case job.key.Kind == Instances && job.key.Name != "" && m.away(job.key): // it is in the list at least
		job.key = whole(Instances, job.key.Project)
		objects, err = from.list(ctx, m.client, job.key.Project)
	case !m.owns(ctx, job.key, &err): // LXD would answer with default's
	case job.key.Name != "":
		if object, err = from.read(ctx, m.client, job.key); job.key.Kind == Volumes && lxd.IsOnSeveralMembers(err) {
			job.key = whole(job.key.Kind, job.key.Project) // each of them may be meant
			objects, err = from.list(ctx, m.client, job.key.Project)
		}
	default:
		objects, err = from.list(ctx, m.client, job.key.Project)
	}
	if lxd.IsNotFound(err) {
		objects, object, err = nil, nil, nil
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	defer m.happened()
	defer m.end(job.reading)
	m.status.Reads++
	if err != nil {
		m.again(job)
		return
	}
	switch {
	case job.key.Name != "":
		m.found(job.reading, job.key, object)
	case job.key.Kind != Snapshots:
		m.status.Lists++
		m.applyList(job.reading, job.key.Kind, job.key.Project, objects)
	}
	m.answered(job)
}

// answered says that our own changes which a job was for are read; the caller
// holds the mutex.
func (m *Mirror) answered(job *job) {
	for key, mark := range job.marks {
		if mark > 0 && m.open[key] <= mark {
			delete(m.open, key)
		}
	}
}

// found takes over what was read under a key. LXD answers for a volume of one
// cluster member without its name, and for one that all share with any: it is
// held under its own. The caller holds the mutex.
func (m *Mirror) found(read reading, key Key, object any) {
	if volume, ok := object.(*lxd.StorageVolume); ok && volume.Path() != key.Name {
		m.apply(read, key, nil)
		key.Name = volume.Path()
	}
	m.apply(read, key, object)
}

// owns reports whether a project has objects of a kind of its own: others would
// be shown default's in their place.
func (m *Mirror) owns(ctx context.Context, key Key, failed *error) bool {
	feature := sources[key.Kind].feature
	if feature == lxd.FeatureNone || key.Project == "" || key.Project == "default" {
		return true
	}
	m.mutex.Lock()
	known := lookup(m.tables[Projects].entries, Key{Projects, "", key.Project})
	m.mutex.Unlock()
	if known != nil && key.Name != "" {
		return known.read.(*lxd.Project).Effective(feature) == key.Project
	}
	project, err := m.client.Project(ctx, lxd.System, key.Project)
	*failed = err
	return err == nil && project.Effective(feature) == key.Project
}

// again wants a job once more that failed; the caller holds the mutex. What an
// event has asked for meanwhile answers our own change as well.
func (m *Mirror) again(job *job) {
	for key, mark := range job.marks {
		if m.pending[key] == nil {
			m.pending[key] = &want{due: time.Now().Add(retry)}
		}
		m.pending[key].mark = max(m.pending[key].mark, mark)
	}
}
