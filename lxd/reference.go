package lxd

import (
	"net/url"
	"strings"
)

// kindsOf are the GraphQL types by LXD's path; each * is a part of the name.
// The first part of a path under a storage pool or network is its parent's name.
var kindsOf = []struct{ kind, path string }{
	{"InstanceSnapshot", "instances/*/snapshots/*"},
	{"InstanceBackup", "instances/*/backups/*"},
	{"Instance", "instances/*"},
	{"Profile", "profiles/*"},
	{"Project", "projects/*"},
	{"ImageAlias", "images/aliases/*"},
	{"Image", "images/*"},
	{"StorageVolumeSnapshot", "storage-pools/*/volumes/*/*/snapshots/*"},
	{"StorageVolumeBackup", "storage-pools/*/volumes/*/*/backups/*"},
	{"StorageVolume", "storage-pools/*/volumes/*/*"},
	{"StorageBucket", "storage-pools/*/buckets/*"},
	{"StoragePool", "storage-pools/*"},
	{"NetworkForward", "networks/*/forwards/*"},
	{"NetworkPeer", "networks/*/peers/*"},
	{"NetworkLoadBalancer", "networks/*/load-balancers/*"},
	{"Network", "networks/*"},
	{"NetworkAcl", "network-acls/*"},
	{"NetworkZoneRecord", "network-zones/*/records/*"},
	{"NetworkZone", "network-zones/*"},
	{"PlacementGroup", "placement-groups/*"},
	{"Operation", "operations/*"},
	{"Certificate", "certificates/*"},
	{"ClusterMember", "cluster/members/*"},
	{"ClusterGroup", "cluster/groups/*"},
	{"Warning", "warnings/*"},
}

// ofServer are the kinds that belong to no project.
var ofServer = map[string]bool{
	"Project": true, "StoragePool": true, "Operation": true, "Certificate": true,
	"ClusterMember": true, "ClusterGroup": true, "Warning": true, "User": true, "Session": true, "ApiToken": true, "AuditEvent": true, "RemoteImage": true,
}

// Reference reads a URL by which LXD names an object, such as
// "/1.0/instances/c1?project=p". It is false for a kind that the graph has not.
// The project is the one that the URL says, not yet the effective one.
func (c *Client) Reference(address string) (ID, bool) {
	parsed, err := url.Parse(address)
	if err != nil {
		return ID{}, false
	}
	// Names may hold escaped slashes: the path is split before it is unescaped.
	segments := strings.Split(strings.TrimPrefix(parsed.EscapedPath(), "/1.0/"), "/")
	for _, known := range kindsOf {
		names, ok := matchPath(strings.Split(known.path, "/"), segments)
		if !ok {
			continue
		}
		if member := parsed.Query().Get("target"); member != "" && strings.HasPrefix(known.kind, "StorageVolume") && names[1] != "container" && names[1] != "virtual-machine" {
			names[1] += "@" + member // see StorageVolume.Path
		}
		id := ID{Server: c.Name(), Kind: known.kind, Name: strings.Join(names, "/")}
		if !ofServer[known.kind] {
			id.Project = projectOrDefault(parsed.Query().Get("project"))
		}
		return id, true
	}
	return ID{}, false
}

func matchPath(pattern, segments []string) ([]string, bool) {
	if len(pattern) != len(segments) {
		return nil, false
	}
	var names []string
	for n, part := range pattern {
		if part != "*" && part != segments[n] {
			return nil, false
		}
		if part == "*" {
			name, err := url.PathUnescape(segments[n])
			if err != nil {
				return nil, false
			}
			// 5.0.2 escapes the names in the sources of some events twice.
			if again, err := url.PathUnescape(name); err == nil {
				name = again
			}
			names = append(names, name)
		}
	}
	return names, true
}
