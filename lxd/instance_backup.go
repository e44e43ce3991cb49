package lxd

import (
	"context"
	"slices"
)

// InstanceBackup is a backup of an instance, kept by LXD.
type InstanceBackup struct {
	Name             string `json:"name"`
	CreatedAt        Time   `json:"created_at"`
	ExpiresAt        Time   `json:"expires_at"`
	InstanceOnly     bool   `json:"instance_only"`
	OptimizedStorage bool   `json:"optimized_storage"`

	instance *Instance
}

// IsNode marks that a backup has an id.
func (*InstanceBackup) IsNode() {}

// ID is the backup's id.
func (b *InstanceBackup) ID() string {
	return ID{Server: b.instance.server, Kind: "InstanceBackup", Project: b.instance.Project, Name: b.instance.Name + "/" + b.Name}.String()
}

// Instance is the instance that the backup is of.
func (b *InstanceBackup) Instance() *Instance { return b.instance }

// InstanceBackups reads the backups of one instance, oldest first.
func (c *Client) InstanceBackups(ctx context.Context, as Scope, instance *Instance) ([]*InstanceBackup, error) {
	if !as.Allows(instance.Project, false) {
		return nil, hidden("Instance")
	}
	backups, err := get[[]*InstanceBackup](ctx, c, in(instance.Project, path("instances", instance.Name, "backups"), "recursion", "1"))
	for _, backup := range backups {
		backup.instance = instance
	}
	oldestBackupFirst(backups)
	return backups, err
}

// oldestBackupFirst puts backups in the order in which they were made.
func oldestBackupFirst(backups []*InstanceBackup) {
	slices.SortStableFunc(backups, func(a, b *InstanceBackup) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
}
