package mirror

import (
	"maps"
	"slices"
	"strings"
	"unique"

	"github.com/lxdql/lxdql/lxd"
)

// sharing makes equal texts and maps one: instances of one image and one
// profile say nearly the same.
type sharing struct {
	texts   map[string]lxd.StringMap
	devices map[string]lxd.DeviceMap
	lists   map[string][]string
}

// tidy takes the users out of an object that was just read, and shares what it
// has in common with others.
func (m *Mirror) tidy(key Key, object any) (tidied any, foreign []string) {
	m.sharing.bound()
	share := &m.sharing
	switch of := object.(type) {
	case *lxd.Instance:
		of.Status, of.Type, of.Architecture = word(of.Status), word(of.Type), text(of.Architecture)
		of.Project, of.Member, of.Description = text(of.Project), text(of.Member), text(of.Description)
		of.Profiles = share.list(of.Profiles)
		of.Config = entries(of.Config)
		of.ExpandedConfig = of.ExpandedConfig.Sharing(of.Config, share.stringMap)
		of.OwnDevices, of.ExpandedDevices = share.deviceMap(of.OwnDevices), share.deviceMap(of.ExpandedDevices)
	case []*lxd.InstanceSnapshot:
		var known []lxd.StringMap // of the instance, and of one snapshot the next ones'
		if instance := m.instance(key.Project, key.Name); instance != nil {
			known = append(known, instance.Config)
		}
		for _, snapshot := range of {
			snapshot.Size = -1 // it changes unannounced
			snapshot.Config = among(&known, snapshot.Config)
			snapshot.ExpandedConfig = snapshot.ExpandedConfig.Sharing(snapshot.Config, share.stringMap)
			snapshot.Architecture, snapshot.ProfileNames = text(snapshot.Architecture), share.list(snapshot.ProfileNames)
			snapshot.OwnDevices, snapshot.ExpandedDevices = share.deviceMap(snapshot.OwnDevices), share.deviceMap(snapshot.ExpandedDevices)
		}
	case *lxd.Project:
		foreign, of.Users = m.foreign(Projects, of.Users), nil
	case *lxd.Profile:
		foreign, of.Users = m.foreign(Profiles, of.Users), nil
	case *lxd.StoragePool:
		foreign, of.Users = m.foreign(StoragePools, of.Users), nil
	case *lxd.StorageVolume:
		foreign = m.foreign(Volumes, of.Users)
		return of.With(of.ListedSnapshots(), nil), foreign
	case *lxd.Network:
		foreign, of.Users = m.foreign(Networks, of.Users), nil
	case *lxd.NetworkAcl:
		foreign, of.Users = m.foreign(NetworkAcls, of.Users), nil
	}
	return object, foreign
}

func text(text string) string { return unique.Make(text).Value() }

func word[S ~string](name S) S { return S(text(string(name))) }

func entries(m lxd.StringMap) lxd.StringMap {
	if m == nil {
		return nil
	}
	same := make(lxd.StringMap, len(m))
	for key, value := range m {
		if !unshared(key) {
			value = text(value)
		}
		same[text(key)] = value
	}
	return same
}

// unshared reports whether a key's value is one instance's: to look for others with
// the same takes more than it can save.
func unshared(key string) bool {
	return strings.HasPrefix(key, "volatile.") && slices.ContainsFunc(ownValues, func(end string) bool { return strings.HasSuffix(key, end) })
}

var ownValues = []string{"uuid", ".hwaddr", ".host_name", ".instance-id", ".vsock_id"}

// among is a map that says the same among those that are known, or the map itself,
// which is known from then on.
func among(known *[]lxd.StringMap, m lxd.StringMap) lxd.StringMap {
	if m == nil {
		return nil
	}
	for _, other := range *known {
		if other != nil && maps.Equal(other, m) {
			return other
		}
	}
	m = entries(m)
	*known = append(*known, m)
	return m
}

// mostShared bounds the maps that are kept to be shared.
const mostShared = 4096

func (s *sharing) bound() {
	if s.texts == nil || max(len(s.texts), len(s.devices), len(s.lists)) > mostShared {
		s.texts, s.devices, s.lists = map[string]lxd.StringMap{}, map[string]lxd.DeviceMap{}, map[string][]string{}
	}
}

func (s *sharing) list(names []string) []string {
	if names == nil {
		return nil
	}
	key := strings.Join(names, "\x00")
	if len(names) == 0 {
		key = "\x01" // none is not one without a name
	}
	known, ok := s.lists[key]
	if !ok {
		known = make([]string, len(names)) // without room for more
		for n := range names {
			known[n] = text(names[n])
		}
		s.lists[key] = known
	}
	return known
}

func (s *sharing) deviceMap(devices lxd.DeviceMap) lxd.DeviceMap {
	if devices == nil {
		return nil
	}
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		devices[name] = s.stringMap(devices[name])
		key.WriteString(name + "\x00" + signature(devices[name]) + "\x01")
	}
	if known, ok := s.devices[key.String()]; ok {
		return known
	}
	s.devices[key.String()] = devices
	return devices
}

func (s *sharing) stringMap(m lxd.StringMap) lxd.StringMap {
	key := signature(m)
	if known, ok := s.texts[key]; ok {
		return known
	}
	s.texts[key] = entries(m)
	return s.texts[key]
}

func signature(m lxd.StringMap) string {
	var key strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m)) {
		key.WriteString(name + "\x02" + m[name] + "\x03")
	}
	return key.String()
}
