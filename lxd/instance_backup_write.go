package lxd

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// CreateInstanceBackupInput is a new backup of an instance.
type CreateInstanceBackupInput struct {
	Name string
	// ExpiresAt is when LXD deletes it; nil for never.
	ExpiresAt *Time
	// InstanceOnly leaves the snapshots out.
	InstanceOnly *bool
	// OptimizedStorage uses the storage driver's own format.
	OptimizedStorage *bool
	Compression      *Compression
}

// CreateInstanceBackup begins to make a backup, which LXD keeps as a file.
func (c *Client) CreateInstanceBackup(ctx context.Context, as Scope, project, instance string, input *CreateInstanceBackupInput) (*Operation, error) {
	of, err := c.writable(ctx, as, project, instance)
	if err != nil {
		return nil, err
	}
	if err := c.freeBackupName(ctx, as, of, "input.name", input.Name); err != nil {
		return nil, err
	}
	if err := future("input.expiresAt", input.ExpiresAt); err != nil {
		return nil, err
	}
	if value(input.Compression) == CompressionSquashfs {
		return nil, &InputError{"input.compression", "SQUASHFS is for images only"}
	}
	body := map[string]any{"name": input.Name, "instance_only": value(input.InstanceOnly), "optimized_storage": value(input.OptimizedStorage), "compression_algorithm": input.Compression.Algorithm()}
	if input.ExpiresAt != nil {
		body["expires_at"] = input.ExpiresAt.Time
	}
	return change(ctx, c, of.Project, http.MethodPost, in(of.Project, path("instances", of.Name, "backups")), body)
}

// future refuses a time that has passed; nil is never.
func future(argument string, at *Time) error {
	if at != nil && !at.After(time.Now()) {
		return &InputError{argument, "the time has passed already"}
	}
	return nil
}

// freeBackupName refuses a name that LXD would refuse, or that is taken.
func (c *Client) freeBackupName(ctx context.Context, as Scope, of *Instance, argument, name string) error {
	if name == "" || len(name) > 63 || strings.ContainsAny(name, "/ \t\n\\") || strings.HasPrefix(name, ".") {
		return &InputError{argument, "a backup's name has 1 to 63 characters, neither slash nor space, and does not begin with a dot"}
	}
	backups, err := c.InstanceBackups(ctx, as, of)
	if slices.ContainsFunc(backups, func(b *InstanceBackup) bool { return b.Name == name }) {
		return &ExistsError{"a backup " + name + " of " + of.Name + " exists already: choose another name"}
	}
	return err
}

// InstanceBackup reads one backup.
func (c *Client) InstanceBackup(ctx context.Context, as Scope, project, instance, name string) (*InstanceBackup, error) {
	of, err := c.InstanceObject(ctx, as, project, instance)
	if err != nil {
		return nil, err
	}
	backups, err := c.InstanceBackups(ctx, as, of)
	if err != nil {
		return nil, err
	}
	for _, backup := range backups {
		if backup.Name == name {
			return backup, nil
		}
	}
	return nil, hidden("Instance backup")
}

// writableBackup reads a backup of an instance that the caller may change.
func (c *Client) writableBackup(ctx context.Context, as Scope, project, instance, name string) (*InstanceBackup, string, error) {
	backup, err := c.InstanceBackup(ctx, as, project, instance, name)
	if err != nil {
		return nil, "", err
	}
	of := backup.instance
	return backup, in(of.Project, path("instances", of.Name, "backups", name)), enter(as, of.Project, true)
}

// RenameInstanceBackup begins to rename a backup.
func (c *Client) RenameInstanceBackup(ctx context.Context, as Scope, project, instance, name, newName string) (*Operation, error) {
	backup, address, err := c.writableBackup(ctx, as, project, instance, name)
	if err != nil {
		return nil, err
	}
	if err := c.freeBackupName(ctx, as, backup.instance, "newName", newName); err != nil {
		return nil, err
	}
	return change(ctx, c, backup.instance.Project, http.MethodPost, address, map[string]any{"name": newName})
}

// DeleteInstanceBackup begins to delete a backup.
func (c *Client) DeleteInstanceBackup(ctx context.Context, as Scope, project, instance, name string) (*Operation, error) {
	backup, address, err := c.writableBackup(ctx, as, project, instance, name)
	if err != nil {
		return nil, err
	}
	return change(ctx, c, backup.instance.Project, http.MethodDelete, address, nil)
}
