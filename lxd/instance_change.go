package lxd

import "strings"

// InstanceChangeKind is what happened to an instance.
type InstanceChangeKind string

// The kinds of change.
const (
	ChangeCreated  InstanceChangeKind = "CREATED"
	ChangeUpdated  InstanceChangeKind = "UPDATED"
	ChangeStarted  InstanceChangeKind = "STARTED"
	ChangeStopped  InstanceChangeKind = "STOPPED"
	ChangeFrozen   InstanceChangeKind = "FROZEN"
	ChangeUnfrozen InstanceChangeKind = "UNFROZEN"
	ChangeRenamed  InstanceChangeKind = "RENAMED"
	ChangeDeleted  InstanceChangeKind = "DELETED"
	// Those below are told by lxdql: what there is, and what was missed.
	ChangeSnapshot    InstanceChangeKind = "SNAPSHOT"
	ChangeSnapshotEnd InstanceChangeKind = "SNAPSHOT_END"
	ChangeReconciled  InstanceChangeKind = "RECONCILED"
)

// InstanceChange is a change of an instance.
type InstanceChange struct {
	Kind    InstanceChangeKind
	Cursor  string
	Name    string
	Project string
	// Instance is read after the change; nil on ChangeDeleted and when it is gone meanwhile.
	Instance *Instance

	oldName string
}

// PreviousName is the name before ChangeRenamed; nil otherwise.
func (c *InstanceChange) PreviousName() *string { return optional(c.oldName) }

// changeKinds are LXD's actions. Those that are missing change nothing that
// an instance shows: a terminal opened, a file read.
var changeKinds = map[string]InstanceChangeKind{
	"instance-created": ChangeCreated, "instance-deleted": ChangeDeleted, "instance-renamed": ChangeRenamed,
	"instance-started": ChangeStarted, "instance-restarted": ChangeStarted,
	"instance-stopped": ChangeStopped, "instance-shutdown": ChangeStopped,
	"instance-paused": ChangeFrozen, "instance-resumed": ChangeUnfrozen,
	"instance-updated": ChangeUpdated, "instance-restored": ChangeUpdated, "instance-migrated": ChangeUpdated, "instance-ready": ChangeUpdated,
	"instance-snapshot-created": ChangeUpdated, "instance-snapshot-deleted": ChangeUpdated,
	"instance-snapshot-renamed": ChangeUpdated, "instance-snapshot-updated": ChangeUpdated,
	"instance-backup-created": ChangeUpdated, "instance-backup-deleted": ChangeUpdated, "instance-backup-renamed": ChangeUpdated,
}

// InstanceChange is the change that the event tells; nil when it is none.
func (e *LifecycleEvent) InstanceChange() *InstanceChange {
	kind, ok := changeKinds[e.Action]
	if !ok {
		return nil
	}
	_, path := e.Object()
	name, _, _ := strings.Cut(path, "/")
	change := &InstanceChange{Kind: kind, Cursor: e.Cursor, Name: name, Project: projectOrDefault(e.Effective)}
	if kind == ChangeRenamed {
		change.oldName = e.OldName()
	}
	return change
}
