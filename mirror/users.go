package mirror

import (
	"slices"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// LXD announces no change of used_by, so that it is derived here from what uses
// the objects. What stands in it of kinds that are not held stays as it was read.

// use is that an object is used by what has a URL of LXD's.
type use struct {
	of  *Key
	url string
}

// relate notes what an object uses now; the objects it used, and those it uses,
// get their users at the next view.
func (m *Mirror) relate(before, after *Entry) {
	if after != nil {
		after.uses = m.usesOf(after)
		if before != nil && after.Kind == Instances && m.unreachable(after.Key) {
			after.uses = before.uses // which LXD goes on to tell of
		}
		if _, has := usersOf(after.read); has {
			m.stale[after.Key] = true
		}
	}
	var was, is []use
	if before != nil {
		was = before.uses
		if _, has := usersOf(before.read); has {
			m.stale[before.Key] = true
		}
	}
	if after != nil {
		is = after.uses
	}
	if slices.Equal(was, is) {
		return
	}
	for _, gone := range was {
		delete(m.users[gone.of], gone.url)
		m.outdate(gone)
	}
	for _, now := range is {
		if m.users[now.of] == nil {
			m.users[now.of] = map[string]struct{}{}
		}
		m.users[now.of][now.url] = struct{}{}
		m.outdate(now)
	}
}

// outdate has an object's users written anew; of a volume that a profile names,
// those of the same name on each cluster member.
func (m *Mirror) outdate(changed use) {
	m.stale[*changed.of] = true
	if changed.of.Kind != Volumes || !byProfile(changed.url) {
		return
	}
	for _, entry := range within(m.tables[Volumes].entries, changed.of.Project) {
		if lxd.WithoutMember(entry.Name) == changed.of.Name {
			m.stale[entry.Key] = true
		}
	}
}

// byProfile reports whether a user is a profile, which is on all cluster members.
func byProfile(url string) bool { return strings.HasPrefix(url, "/1.0/profiles/") }

// derived appends the users of an object that are held.
func (m *Mirror) derived(users []string, key Key) []string {
	for url := range m.users[m.keys[key]] {
		users = append(users, url)
	}
	if shared := (Key{key.Kind, key.Project, lxd.WithoutMember(key.Name)}); key.Kind == Volumes && shared != key {
		for url := range m.users[m.keys[shared]] {
			if byProfile(url) {
				users = append(users, url)
			}
		}
	}
	return users
}

// relateProject relates what is in a project anew: whose objects it uses hangs
// on its features.
func (m *Mirror) relateProject(project string) {
	for kind := Instances; kind < kinds; kind++ {
		for _, held := range slices.Clone(within(m.tables[kind].entries, project)) {
			again := held.again()
			m.tables[kind].put(held.Key, again)
			m.relate(held, again)
		}
	}
}

// freshen gives the objects whose users have changed a new entry, and forgets
// those that are gone and that nothing uses; the caller holds the mutex.
func (m *Mirror) freshen() {
	for key := range m.stale {
		delete(m.stale, key)
		entry := lookup(m.tables[key.Kind].entries, key)
		if entry == nil {
			if of := m.keys[key]; len(m.users[of]) == 0 { // nil where nothing ever used it
				delete(m.users, of)
				delete(m.keys, key)
			}
			continue
		}
		users := make([]string, 0, len(entry.foreign)+len(m.users[m.keys[key]]))
		users = m.derived(append(users, entry.foreign...), key)
		slices.Sort(users)
		if known, _ := usersOf(entry.Object); slices.Equal(known, users) {
			continue
		}
		m.revision++
		again := entry.again()
		again.Revision, again.Object = m.revision, withUsers(entry.read, users)
		m.tables[key.Kind].revision = m.revision
		m.tables[key.Kind].put(key, again)
	}
}

// pointer is the one pointer to equal keys, which takes less than the key.
func (m *Mirror) pointer(key Key) *Key {
	if m.keys[key] == nil {
		m.keys[key] = &key
	}
	return m.keys[key]
}

// usersOf are the users that are written in an object; false for a kind that
// has none.
func usersOf(object any) ([]string, bool) {
	switch of := object.(type) {
	case *lxd.Project:
		return of.Users, true
	case *lxd.Profile:
		return of.Users, true
	case *lxd.StoragePool:
		return of.Users, true
	case *lxd.StorageVolume:
		return of.Users, true
	case *lxd.Network:
		return of.Users, true
	case *lxd.NetworkAcl:
		return of.Users, true
	}
	return nil, false
}

// withUsers is the object with users; it is another one.
func withUsers(object any, users []string) any {
	switch of := object.(type) {
	case *lxd.Project:
		with := *of
		with.Users = users
		return &with
	case *lxd.Profile:
		with := *of
		with.Users = users
		return &with
	case *lxd.StoragePool:
		with := *of
		with.Users = users
		return &with
	case *lxd.StorageVolume:
		return of.With(of.ListedSnapshots(), users)
	case *lxd.Network:
		with := *of
		with.Users = users
		return &with
	case *lxd.NetworkAcl:
		with := *of
		with.Users = users
		return &with
	}
	return object
}

// held are the kinds among the users of a kind that are derived.
var held = map[Kind][]string{
	Projects:     {"Instance", "Profile", "Image", "StorageVolume", "Network", "NetworkAcl"},
	Profiles:     {"Instance"},
	StoragePools: {"Instance", "InstanceSnapshot", "Profile", "StorageVolume", "StorageVolumeSnapshot"},
	Volumes:      {"Instance", "Profile"},
	Networks:     {"Instance", "Profile", "Network"},
	NetworkAcls:  {"Instance", "Profile", "Network", "NetworkAcl"},
}

// foreign are the users of an object, as LXD says them, that are not derived.
func (m *Mirror) foreign(kind Kind, users []string) []string {
	var others []string
	for _, address := range users {
		id, ok := m.client.Reference(address)
		derived := ok && slices.Contains(held[kind], id.Kind)
		if derived && strings.HasPrefix(id.Kind, "StorageVolume") {
			derived = lxd.IsCustomVolume(id)
		}
		if !derived {
			others = append(others, address)
		}
	}
	slices.Sort(others)
	return others
}
