package mirror

import "time"

const (
	// doubted is how long what was read again out of doubt is not once more.
	doubted = 10 * time.Second
	// mostDoubts bounds what is remembered of it.
	mostDoubts = 4096
)

// doubt reads again what is held under a key, or a list, because somebody asked
// LXD itself for it: of what LXD announces by no event that is when it is seen.
func (m *Mirror) doubt(key Key) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if key.Project != "" {
		key.Project = m.effective(key.Project, sources[key.Kind].feature)
	}
	if m.inSync == nil || !m.known(key) || time.Since(m.doubts[key]) < doubted {
		return
	}
	if len(m.doubts) >= mostDoubts {
		clear(m.doubts)
	}
	m.doubts[key] = time.Now()
	if m.pending[key] == nil {
		m.pending[key] = &want{due: time.Now().Add(together)}
		m.stir()
	}
}

// known reports whether there is something under a key, or a project to list; the
// caller holds the mutex.
func (m *Mirror) known(key Key) bool {
	if key.Name != "" {
		return lookup(m.tables[key.Kind].entries, key) != nil
	}
	return key.Project == "" || lookup(m.tables[Projects].entries, Key{Projects, "", key.Project}) != nil
}
