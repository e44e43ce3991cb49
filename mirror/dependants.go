package mirror

import (
	"slices"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// renamedFrom is the key that an object had before.
func renamedFrom(key Key, before string) Key {
	at := 0
	if key.Kind == Volumes {
		at = strings.LastIndexByte(key.Name, '/') + 1
	}
	key.Name = key.Name[:at] + before
	return key
}

func itself(_ *Mirror, key Key, before string) []Key {
	if before == "" || before == key.Name {
		return []Key{key}
	}
	return []Key{key, renamedFrom(key, before)}
}

// snapshots are those of an instance.
func snapshots(m *Mirror, key Key, before string) []Key {
	keys := itself(m, key, before)
	for n := range keys {
		keys[n].Kind = Snapshots
	}
	return keys
}

// disks are the custom volumes that an instance has attached, by its profiles too.
func disks(m *Mirror, key Key, before string) (keys []Key) {
	for _, instance := range itself(m, key, before) {
		if entry := lookup(m.tables[Instances].entries, instance); entry != nil {
			object := entry.read.(*lxd.Instance)
			for _, volume := range m.attached(instance.Project, object.Location(), object.ExpandedDevices) {
				if m.known(volume) {
					keys = append(keys, volume)
				}
			}
		}
	}
	return keys
}

// ofProfile are the instances of a profile under the name that they know, and
// the snapshots of it: LXD expands them by the profile as it is now, not as it
// was when they were taken (seen on 5.0.2).
func ofProfile(m *Mirror, key Key, before string) (keys []Key) {
	for _, profile := range itself(m, key, before) {
		for _, entry := range m.tables[Instances].entries {
			for _, use := range entry.uses {
				if *use.of == profile {
					keys = append(keys, entry.Key)
				}
			}
		}
		for _, entry := range m.tables[Snapshots].entries {
			if m.effective(entry.Project, lxd.FeatureProfiles) == profile.Project && expandedBy(entry, profile.Name) {
				keys = append(keys, entry.Key)
			}
		}
	}
	return keys
}

// expandedBy reports whether one of an instance's snapshots has a profile.
func expandedBy(entry *Entry, profile string) bool {
	return slices.ContainsFunc(entry.read.([]*lxd.InstanceSnapshot), func(s *lxd.InstanceSnapshot) bool {
		return slices.Contains(s.ProfileNames, profile)
	})
}

// attached are the instances and profiles that name a volume: a rename changes
// their devices silently.
func attached(m *Mirror, key Key, before string) (keys []Key) {
	for _, volume := range itself(m, key, before) {
		for _, kind := range []Kind{Instances, Profiles} {
			for _, entry := range m.tables[kind].entries {
				for _, use := range entry.uses {
					if *use.of == volume {
						keys = append(keys, entry.Key)
					}
				}
			}
		}
	}
	return keys
}

// contents are what a project holds, all under other keys after a rename.
func contents(_ *Mirror, key Key, before string) (keys []Key) {
	for _, project := range []string{key.Name, before} {
		for kind := Instances; kind < kinds; kind++ {
			if project != "" && kind != StoragePools {
				keys = append(keys, whole(kind, project))
			}
		}
	}
	return keys
}

// onPool are the volumes of a pool that is gone.
func onPool(m *Mirror, key Key, _ string) (keys []Key) {
	for _, entry := range m.tables[Volumes].entries {
		if strings.HasPrefix(entry.Name, key.Name+"/") {
			keys = append(keys, entry.Key)
		}
	}
	return keys
}

// named are the aliases of an image.
func named(m *Mirror, key Key, _ string) (keys []Key) {
	for _, entry := range within(m.tables[ImageAliases].entries, key.Project) {
		if entry.Object.(*lxd.ImageAlias).Target == key.Name {
			keys = append(keys, entry.Key)
		}
	}
	return append(keys, whole(ImageAliases, key.Project))
}

// target is the image that an alias named so far; which it names now is not
// known before it is read, and then tells itself: see [Mirror.moved].
func target(m *Mirror, key Key, before string) (keys []Key) {
	for _, alias := range itself(m, key, before) {
		if entry := lookup(m.tables[ImageAliases].entries, alias); entry != nil {
			keys = append(keys, Key{Images, key.Project, entry.Object.(*lxd.ImageAlias).Target})
		}
	}
	return keys
}

func everyImage(_ *Mirror, _ Key, _ string) []Key {
	return []Key{whole(Images, ""), whole(ImageAliases, "")}
}

func everyInstance(_ *Mirror, _ Key, _ string) []Key { return []Key{whole(Instances, "")} }

func everything(_ *Mirror, _ Key, _ string) (keys []Key) {
	for kind := range kinds {
		keys = append(keys, whole(kind, ""))
	}
	return keys
}

// whole stands for the list of a project, or with "" of all.
func whole(kind Kind, project string) Key { return Key{kind, project, ""} }
