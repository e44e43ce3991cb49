package mirror

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// Touch reads keys now, and returns when they have been.
func (m *Mirror) Touch(ctx context.Context, keys ...Key) {
	m.mutex.Lock()
	m.urge(keys...)
	m.mutex.Unlock()
	m.CaughtUp(ctx)
}

// wrote is told of each change that the client has made. One that comes before
// everything is listed is read as well: the list may have begun before it.
func (m *Mirror) wrote(write lxd.Write) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	keys := m.keysOf(write)
	if m.inSync == nil {
		for n, key := range keys {
			if sources[key.Kind].feature != lxd.FeatureNone { // whose it is, the list of projects tells
				keys[n] = whole(key.Kind, "")
			}
		}
	}
	m.urge(keys...)
}

// actions are what a change of an object is like, among the actions of LXD:
// what hangs on them hangs on it.
var actions = [kinds]string{
	Projects: "project-renamed", Instances: "instance-renamed", Profiles: "profile-renamed", StoragePools: "storage-pool-deleted",
	Volumes: "storage-volume-renamed", Networks: "network-renamed", NetworkAcls: "network-acl-renamed", Images: "image-deleted", ImageAliases: "image-alias-renamed",
}

// keysOf are what a change has touched; the caller holds the mutex.
func (m *Mirror) keysOf(write lxd.Write) []Key {
	address := write.Address
	switch {
	case aside(address):
		return nil
	case strings.HasPrefix(address, "/1.0/cluster/members/"): // instances move when a member is emptied
		return []Key{whole(Instances, "")}
	case strings.HasPrefix(address, "/1.0/certificates/"): // it may have been ours: whether LXD still answers is seen by reading
		return []Key{whole(Projects, "")}
	}
	if write.Method == http.MethodPost && write.Name != "" {
		if key, ok := m.made(write); ok {
			return m.touched(key, "")
		}
	}
	id, ok := m.client.Reference(upTo(address))
	key, held := m.keyOfID(id)
	switch {
	case ok && held:
	default:
		return m.collection(address)
	}
	keys := m.touched(key, "")
	if id.Kind != "Instance" && id.Kind != "InstanceSnapshot" && key.Kind == Instances {
		return keys[:1]
	}
	if write.Method == http.MethodPost && (write.Name != "" || write.Project != "" || write.Pool != "") {
		after := key
		if write.Project != "" {
			after.Project = m.effective(write.Project, sources[key.Kind].feature)
		}
		if write.Pool != "" && key.Kind == Volumes {
			_, rest, _ := strings.Cut(after.Name, "/")
			after.Name = write.Pool + "/" + rest
		}
		if write.Name != "" && !childOf(id) {
			after = renamedFrom(after, write.Name)
		}
		if after != key {
			keys = append(keys, m.touched(after, "")...)
		}
	}
	return keys
}

// asides are what is done in an instance, and changes nothing of it that is held.
var asides = words("exec files console logs backups sftp")

func aside(address string) bool {
	path, _, _ := strings.Cut(address, "?")
	segments := strings.Split(strings.TrimPrefix(path, "/1.0/"), "/")
	return segments[0] == "instances" && len(segments) > 2 && asides[segments[2]]
}

func childOf(id lxd.ID) bool { return parts[id.Kind] > 0 }

// upTo is the address of what is held: what is below an object is the object's.
func upTo(address string) string {
	path, query, _ := strings.Cut(address, "?")
	segments := strings.Split(strings.TrimPrefix(path, "/1.0/"), "/")
	most := map[string]int{"instances": 4, "storage-pools": 7, "profiles": 2, "projects": 2, "networks": 2, "network-acls": 2, "images": 2}[segments[0]]
	switch {
	case segments[0] == "images" && len(segments) > 1 && segments[1] == "aliases":
		most = 3
	case segments[0] == "instances" && len(segments) > 2 && segments[2] != "snapshots",
		segments[0] == "instances" && len(segments) == 3:
		most = 2
	case segments[0] == "storage-pools" && len(segments) > 5 && segments[5] != "snapshots",
		segments[0] == "storage-pools" && len(segments) == 6:
		most = 5
	}
	if len(segments) > most && most > 0 {
		segments = segments[:most]
	}
	return "/1.0/" + strings.Join(segments, "/") + "?" + query
}

// made is what a POST to a collection has made, by the name in its body.
func (m *Mirror) made(write lxd.Write) (Key, bool) {
	path, query, _ := strings.Cut(write.Address, "?")
	id, ok := m.client.Reference(strings.TrimSuffix(path, "/") + "/" + url.PathEscape(write.Name) + "?" + query)
	if !ok || childOf(id) {
		return Key{}, false
	}
	return m.keyOfID(id)
}

// collection is for what is made without a name in the body.
func (m *Mirror) collection(address string) []Key {
	path, query, _ := strings.Cut(address, "?")
	id, ok := m.client.Reference(strings.TrimSuffix(path, "/") + "/x?" + query)
	key, held := m.keyOfID(id)
	if !ok || !held {
		return nil
	}
	if childOf(id) {
		return m.touched(key, "")
	}
	return []Key{whole(key.Kind, key.Project)}
}

// touched is an object with what hangs on it.
func (m *Mirror) touched(key Key, before string) []Key {
	keys := []Key{}
	for _, find := range effects[actions[key.Kind]].of {
		keys = append(keys, find(m, key, before)...)
	}
	return keys
}
