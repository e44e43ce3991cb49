package lxd

// The actions of a snapshot of an instance.
const (
	SnapshotUpdate  Action = "UPDATE"
	SnapshotRename  Action = "RENAME"
	SnapshotRestore Action = "RESTORE"
	SnapshotCopy    Action = "COPY"
	SnapshotDelete  Action = "DELETE"
)

// Tags are the tags that the instance had.
func (s *InstanceSnapshot) Tags() []string { return s.ExpandedConfig.Tags() }

// ActionsFor are what the caller may do to the snapshot: all of it, or nothing.
func (s *InstanceSnapshot) ActionsFor(as Scope) []Action {
	if !as.Allows(s.instance.Project, true) {
		return []Action{}
	}
	return []Action{SnapshotUpdate, SnapshotRename, SnapshotRestore, SnapshotCopy, SnapshotDelete}
}
