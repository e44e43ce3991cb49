package lxd

import (
	"net/url"
	"strings"
)

// ObjectChangeKind is what happened to an object that is no instance.
type ObjectChangeKind string

// The kinds of change.
const (
	ObjectSnapshot    ObjectChangeKind = "SNAPSHOT"
	ObjectSnapshotEnd ObjectChangeKind = "SNAPSHOT_END"
	ObjectCreated     ObjectChangeKind = "CREATED"
	ObjectUpdated     ObjectChangeKind = "UPDATED"
	ObjectRenamed     ObjectChangeKind = "RENAMED"
	ObjectDeleted     ObjectChangeKind = "DELETED"
	ObjectReconciled  ObjectChangeKind = "RECONCILED"
)

// ObjectChange is a change of a volume, network, image, project or profile.
type ObjectChange struct {
	Kind   ObjectChangeKind
	Cursor string
	// Name is the object's, after a rename the new one; an image's is its fingerprint.
	Name string
	// Pool is a volume's storage pool; "" for other kinds.
	Pool string
	// ProjectName is the effective project's.
	ProjectName string
	// ID is the object's.
	ID ID
	// Object is read after the change; nil when it is gone.
	Object Node

	oldName string
}

// PreviousName is the name before a rename; nil otherwise.
func (c *ObjectChange) PreviousName() *string { return optional(c.oldName) }

// Project is the effective project's name.
func (c *ObjectChange) Project() string { return c.ProjectName }

// StorageVolume is the volume; nil when it is gone.
func (c *ObjectChange) StorageVolume() *StorageVolume {
	volume, _ := c.Object.(*StorageVolume)
	return volume
}

// Network is the network; nil when it is gone.
func (c *ObjectChange) Network() *Network {
	network, _ := c.Object.(*Network)
	return network
}

// Image is the image; nil when it is gone.
func (c *ObjectChange) Image() *Image {
	image, _ := c.Object.(*Image)
	return image
}

// Current is the project; nil when it is gone.
func (c *ObjectChange) Current() *Project {
	project, _ := c.Object.(*Project)
	return project
}

// Profile is the profile; nil when it is gone.
func (c *ObjectChange) Profile() *Profile {
	profile, _ := c.Object.(*Profile)
	return profile
}

// objectKinds are the GraphQL types by LXD's path and the word that its actions
// begin with, and how many parts of the path name the object.
var objectKinds = map[string]struct {
	path  string
	parts int
}{
	"StorageVolume": {"storage-pools", 5}, "Network": {"networks", 2}, "Image": {"images", 2}, "Project": {"projects", 2}, "Profile": {"profiles", 2},
}

// ObjectChange is the change of an object of a kind that the event tells; nil
// when it tells none. What happens to a child is an update of its parent.
func (c *Client) ObjectChange(kind string, event *LifecycleEvent) *ObjectChange {
	known := objectKinds[kind]
	parsed, err := url.Parse(event.Source)
	if err != nil {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(parsed.EscapedPath(), "/1.0/"), "/")
	if parts[0] != known.path || len(parts) < known.parts || (kind == "Image" && parts[1] == "aliases") {
		return nil
	}
	id, ok := c.Reference("/1.0/" + strings.Join(parts[:known.parts], "/") + "?" + parsed.RawQuery)
	if !ok || id.Kind != kind {
		return nil
	}
	change := &ObjectChange{Kind: ObjectUpdated, Cursor: event.Cursor, ProjectName: projectOrDefault(event.Effective)}
	if id.Project != "" {
		id.Project = change.ProjectName
	}
	if kind == "StorageVolume" {
		id.Name = event.onItsMember(withoutProject(id.Name, change.ProjectName))
		change.Pool, _, _ = strings.Cut(id.Name, "/")
	}
	change.ID, change.Name = id, id.Name[strings.LastIndexByte(id.Name, '/')+1:]
	if len(parts) == known.parts {
		change.named(event)
	}
	return change
}

// named is what happened to the object itself.
func (c *ObjectChange) named(event *LifecycleEvent) {
	switch {
	case strings.HasSuffix(event.Action, "-created"):
		c.Kind = ObjectCreated
	case strings.HasSuffix(event.Action, "-deleted"):
		c.Kind = ObjectDeleted
	case strings.HasSuffix(event.Action, "-renamed"):
		c.Kind, c.oldName = ObjectRenamed, event.OldName()
	}
}

// withoutProject takes away what LXD puts before a volume's name where it is
// stored, and says in its events: "default_v1" (seen on 5.0.2).
func withoutProject(path, project string) string {
	at := strings.LastIndexByte(path, '/') + 1
	return path[:at] + strings.TrimPrefix(path[at:], project+"_")
}

// Subject is the object that an event is about; false for a kind that the graph
// has not.
func (c *Client) Subject(event *LifecycleEvent) (ID, bool) {
	id, ok := c.Reference(event.Source)
	if !ok {
		return ID{}, false
	}
	if id.Project != "" {
		id.Project = projectOrDefault(event.Effective)
	}
	if strings.HasPrefix(id.Kind, "StorageVolume") {
		parts := strings.Split(id.Name, "/")
		if len(parts) > 2 {
			parts[2] = strings.TrimPrefix(parts[2], id.Project+"_")
			id.Name = event.onItsMember(strings.Join(parts, "/"))
		}
	}
	return id, true
}

// onItsMember puts the cluster member into the path of a volume, which LXD leaves
// out of the sources of its events (seen on 5.0.2): the one that tells is the one
// that has it. Of a pool that all members share it is not the volume's path, but
// reads it as well.
func (e *LifecycleEvent) onItsMember(volume string) string {
	parts := strings.SplitN(volume, "/", 3)
	member := e.Location()
	if member == nil || len(parts) != 3 || strings.Contains(parts[1], "@") || parts[1] == "container" || parts[1] == "virtual-machine" {
		return volume
	}
	parts[1] += "@" + *member
	return strings.Join(parts, "/")
}
