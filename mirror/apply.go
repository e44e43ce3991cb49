package mirror

import (
	"slices"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// reading is one read: its number orders it among the others by when it began.
type reading struct {
	number uint64
	began  time.Time
}

// begin numbers a read that begins now; the caller holds the mutex.
func (m *Mirror) begin() reading {
	m.reads++
	m.underWay[m.reads] = struct{}{}
	return reading{m.reads, time.Now()}
}

// end forgets a read; the caller holds the mutex.
func (m *Mirror) end(read reading) {
	delete(m.underWay, read.number)
	m.ended++
	if m.ended%1024 != 0 {
		return
	}
	oldest := m.reads + 1
	for number := range m.underWay {
		oldest = min(oldest, number)
	}
	for kind := range m.tables {
		m.tables[kind].forget(oldest)
	}
}

// apply takes over what a read saw of a key, nil for nothing, and reports
// whether that is news. What a newer read has seen stays. The caller holds the mutex.
func (m *Mirror) apply(read reading, key Key, object any) bool {
	t := &m.tables[key.Kind]
	if t.newest(key) > read.number {
		return false
	}
	t.seen[key] = read.number
	before := lookup(t.entries, key)
	if object == nil && before == nil {
		return false
	}
	if object == nil {
		m.moved(before, nil)
		return true
	}
	object, foreign := m.tidy(key, object)
	if before != nil && same(before.read, object) && slices.Equal(before.foreign, foreign) {
		return false
	}
	m.moved(before, &Entry{Key: key, Object: object, read: object, AsOf: read.began, foreign: foreign})
	return true
}

// moved puts an entry in the place of another; nil is none.
func (m *Mirror) moved(before, after *Entry) {
	key := keyOf(before, after)
	t := &m.tables[key.Kind]
	m.revision++
	t.revision = m.revision
	if after != nil {
		after.Revision = m.revision
		m.bind(after)
	}
	t.put(key, after)
	m.relate(before, after)
	m.differs(before, after)
	switch key.Kind {
	case Instances:
		m.rebind(key)
		if before == nil {
			m.also(Images, key.Project, after.Object.(*lxd.Instance).ImageFingerprint())
		}
		if of := (Key{Snapshots, key.Project, key.Name}); m.inSync != nil && m.settle[of] == nil && otherwise(before, after) {
			m.mark(settles, of)
		}
	case Projects:
		m.relateProject(key.Name)
		if m.inSync != nil && before != nil && after != nil && profilesOf(before) != profilesOf(after) {
			for _, entry := range within(m.tables[Snapshots].entries, key.Name) { // expanded by others
				m.mark(settlesSlow, entry.Key)
			}
		}
	case ImageAliases:
		for _, entry := range []*Entry{before, after} {
			if entry != nil {
				m.also(Images, key.Project, entry.Object.(*lxd.ImageAlias).Target)
			}
		}
	}
}

// profilesOf is the project whose profiles a project uses.
func profilesOf(entry *Entry) string { return entry.read.(*lxd.Project).Effective(lxd.FeatureProfiles) }

// also marks an object that changes silently with another one.
func (m *Mirror) also(kind Kind, project, name string) {
	if m.inSync != nil && name != "" {
		m.mark(settles, Key{kind, m.effective(project, sources[kind].feature), name})
	}
}

func keyOf(before, after *Entry) Key {
	if after != nil {
		return after.Key
	}
	return before.Key
}

// bind makes snapshots point to their instance as it is now.
func (m *Mirror) bind(entry *Entry) {
	snapshots, ok := entry.read.([]*lxd.InstanceSnapshot)
	instance := m.instance(entry.Project, entry.Name)
	if !ok || instance == nil {
		return
	}
	of := make([]*lxd.InstanceSnapshot, len(snapshots))
	for n, snapshot := range snapshots {
		of[n] = snapshot.Of(instance)
	}
	entry.Object, entry.read = of, of // which are compared without their instance
}

// rebind is bind once the instance has changed.
func (m *Mirror) rebind(key Key) {
	key.Kind = Snapshots
	held := lookup(m.tables[Snapshots].entries, key)
	if held == nil {
		return
	}
	again := held.again()
	m.bind(again)
	m.tables[Snapshots].put(key, again)
	m.relate(held, again)
}

func (m *Mirror) instance(project, name string) *lxd.Instance {
	if entry := lookup(m.tables[Instances].entries, Key{Instances, project, name}); entry != nil {
		return entry.Object.(*lxd.Instance)
	}
	return nil
}

// applyList takes over a whole list: what of its project it does not have is
// gone, unless a newer read has seen it. It counts the news.
func (m *Mirror) applyList(read reading, kind Kind, project string, objects []any) (news []Key) {
	listed := make(map[Key]bool, len(objects))
	for _, object := range objects {
		in, name := sources[kind].name(object)
		key := Key{kind, in, name}
		listed[key] = true
		if m.apply(read, key, object) {
			news = append(news, key)
		}
	}
	held := m.tables[kind].entries
	if project != "" {
		held = within(held, project)
	}
	for _, entry := range slices.Clone(held) {
		if !listed[entry.Key] && m.apply(read, entry.Key, nil) {
			news = append(news, entry.Key)
		}
	}
	t := &m.tables[kind]
	if t.listed[project] < read.number {
		t.listed[project] = read.number
	}
	for key := range listed {
		if t.seen[key] == read.number { // the list's number says it for all
			delete(t.seen, key)
		}
	}
	t.trim()
	return news
}
