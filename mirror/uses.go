package mirror

import (
	"slices"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// usesOf is what LXD would list an object under as a user.
func (m *Mirror) usesOf(entry *Entry) []use {
	var uses []use
	add := func(kind Kind, project, name, url string) {
		if name != "" {
			uses = append(uses, use{m.pointer(Key{kind, project, name}), url})
		}
	}
	in := entry.Project
	switch object := entry.Object.(type) {
	case *lxd.Instance:
		url := lxd.Address(in, "instances", object.Name)
		add(Projects, "", in, url)
		for _, profile := range object.Profiles {
			add(Profiles, m.effective(in, lxd.FeatureProfiles), profile, url)
		}
		add(StoragePools, "", object.RootPool(), url)
		m.nics(in, object.ExpandedDevices, url, add)
		for _, volume := range m.attached(in, object.Location(), object.OwnDevices) { // those of its profiles are theirs (seen on 5.0.2)
			add(Volumes, volume.Project, volume.Name, url)
		}
	case []*lxd.InstanceSnapshot:
		if instance := m.instance(in, entry.Name); instance != nil {
			for _, snapshot := range object {
				add(StoragePools, "", instance.RootPool(), lxd.Address(in, "instances", instance.Name, "snapshots", snapshot.Name()))
			}
		}
	case *lxd.Profile:
		url := lxd.Address(in, "profiles", object.Name)
		add(Projects, "", in, url)
		for _, device := range object.OwnDevices {
			if device["type"] == "disk" {
				add(StoragePools, "", device["pool"], url)
			}
		}
		m.nics(in, object.OwnDevices, url, add)
		for _, volume := range m.attached(in, nil, object.OwnDevices) {
			add(Volumes, volume.Project, volume.Name, url)
		}
	case *lxd.StorageVolume:
		add(Projects, "", in, object.Address())
		add(StoragePools, "", object.Pool, object.Address())
		for _, snapshot := range object.ListedSnapshots() {
			add(StoragePools, "", object.Pool, object.Address("snapshots", snapshot.Name()))
		}
	case *lxd.Network:
		if object.Managed {
			url := lxd.Address(in, "networks", object.Name)
			add(Projects, "", in, url)
			add(Networks, "default", object.Config["network"], url)
			for _, acl := range object.ACLNames() {
				add(NetworkAcls, in, acl, url)
			}
		}
	case *lxd.NetworkAcl:
		add(Projects, "", in, lxd.Address(in, "network-acls", object.Name))
		m.subjects(object, add)
	case *lxd.Image:
		add(Projects, "", in, lxd.Address(in, "images", object.Fingerprint))
	}
	slices.SortFunc(uses, func(a, b use) int { return strings.Compare(a.of.Name+a.url, b.of.Name+b.url) })
	return slices.Concat(slices.Compact(uses)) // without room for more
}

// nics adds what network devices of an object of a project use.
func (m *Mirror) nics(project string, devices lxd.DeviceMap, url string, add func(kind Kind, project, name, url string)) {
	networks := m.effective(project, lxd.FeatureNetworks)
	for _, device := range devices {
		if device["type"] != "nic" {
			continue
		}
		if device["network"] != "" {
			add(Networks, networks, device["network"], url)
		} else {
			add(Networks, "default", device["parent"], url)
		}
		for acl := range strings.SplitSeq(device["security.acls"], ",") {
			add(NetworkAcls, networks, strings.TrimSpace(acl), url)
		}
	}
}

// attached are the volumes that disks of an object of a project name: under the
// path of one that all cluster members share, and under that of the member's own.
func (m *Mirror) attached(project string, member *string, devices lxd.DeviceMap) (keys []Key) {
	for _, device := range devices {
		if device["type"] != "disk" || device["pool"] == "" || device["source"] == "" || device["path"] == "/" {
			continue
		}
		volume := &lxd.StorageVolume{Pool: device["pool"], Type: lxd.VolumeCustom, Name: device["source"], Project: m.effective(project, lxd.FeatureStorageVolumes)}
		keys = append(keys, Key{Volumes, volume.Project, volume.Path()})
		if member != nil {
			volume.Member = *member
			keys = append(keys, Key{Volumes, volume.Project, volume.Path()})
		}
	}
	return keys
}

// subjects adds the ACLs that the rules of an ACL name.
func (m *Mirror) subjects(acl *lxd.NetworkAcl, add func(kind Kind, project, name, url string)) {
	url := lxd.Address(acl.Project, "network-acls", acl.Name)
	for _, rule := range slices.Concat(acl.Ingress, acl.Egress) {
		for subject := range strings.SplitSeq(rule.Source+","+rule.Destination, ",") {
			if subject = strings.TrimSpace(subject); subject != acl.Name {
				add(NetworkAcls, acl.Project, subject, url)
			}
		}
	}
}

// effective is whose objects of a kind a project uses.
func (m *Mirror) effective(project string, feature lxd.Feature) string {
	if entry := lookup(m.tables[Projects].entries, Key{Projects, "", project}); entry != nil {
		return entry.read.(*lxd.Project).Effective(feature)
	}
	return project
}
