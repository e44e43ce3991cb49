package lxd

import "encoding/json"

// ExpandedConfig is a configuration with what profiles add to it. The object's
// own lies over that of its profiles, which many objects share.
type ExpandedConfig struct{ own, profiles StringMap }

// Expanded is an expanded configuration of which nothing is known to be the
// object's own.
func Expanded(config StringMap) ExpandedConfig { return ExpandedConfig{profiles: config} }

// UnmarshalJSON reads what LXD expanded.
func (e *ExpandedConfig) UnmarshalJSON(data []byte) error {
	e.own = nil
	return json.Unmarshal(data, &e.profiles)
}

// Get is the value of a key; "" for none.
func (e ExpandedConfig) Get(key string) string {
	if value, ok := e.own[key]; ok {
		return value
	}
	return e.profiles[key]
}

// Map is all of it, which must not be changed.
func (e ExpandedConfig) Map() StringMap {
	switch {
	case len(e.own) == 0:
		return e.profiles
	case len(e.profiles) == 0:
		return e.own
	}
	all := make(StringMap, len(e.own)+len(e.profiles))
	for key, value := range e.profiles {
		all[key] = value
	}
	for key, value := range e.own {
		all[key] = value
	}
	return all
}

// Tags are the entries of the config key user.tags.
func (e ExpandedConfig) Tags() []string { return tagsIn(e.Get("user.tags")) }

// Over is the same with the object's own configuration known: only what is not
// in that is held beside it. What does not hold all of the object's own, as LXD
// expands it, stays as it is.
func (e ExpandedConfig) Over(own StringMap) ExpandedConfig {
	for key, value := range own {
		if has, ok := e.lookup(key); !ok || has != value {
			return Expanded(e.Map())
		}
	}
	var profiles StringMap
	for key, value := range e.Map() {
		if _, ok := own[key]; ok {
			continue
		}
		if profiles == nil {
			profiles = StringMap{}
		}
		profiles[key] = value
	}
	return ExpandedConfig{own, profiles}
}

func (e ExpandedConfig) lookup(key string) (string, bool) {
	if value, ok := e.own[key]; ok {
		return value, true
	}
	value, ok := e.profiles[key]
	return value, ok
}

// Sharing is the same of the object's own map and of one that its profiles'
// share with others.
func (e ExpandedConfig) Sharing(own StringMap, share func(StringMap) StringMap) ExpandedConfig {
	if e.own != nil {
		e.own = own
	}
	if e.profiles != nil {
		e.profiles = share(e.profiles)
	}
	return e
}
