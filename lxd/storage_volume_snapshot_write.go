package lxd

import (
	"context"
	"net/http"
)

// CreateStorageVolumeSnapshotInput is a new snapshot of a volume.
type CreateStorageVolumeSnapshotInput struct {
	Name string
	// ExpiresAt is nil for what the volume's configuration says.
	ExpiresAt *Time
}

// UpdateStorageVolumeSnapshotInput is a change of a snapshot: what is nil
// stays as it is.
type UpdateStorageVolumeSnapshotInput struct {
	Description *string
	ExpiresAt   *Time
	// Forever takes the expiry away.
	Forever bool
}

// StorageVolumeSnapshot reads one snapshot of a volume.
func (c *Client) StorageVolumeSnapshot(ctx context.Context, as Scope, volume *StorageVolume, name string) (*StorageVolumeSnapshot, error) {
	if !as.Allows(volume.Project, false) || checkVolumeSnapshotName("name", name) != nil {
		return nil, hidden("Storage volume snapshot")
	}
	answer, err := get[struct {
		StorageVolumeSnapshot
		Config StringMap `json:"config"`
	}](ctx, c, volume.address([]string{"snapshots", name}))
	if IsNotFound(err) { // LXD calls it a volume
		return nil, hidden("Storage volume snapshot")
	}
	if err != nil {
		return nil, err
	}
	snapshot := answer.StorageVolumeSnapshot
	snapshot.volume, snapshot.config = volume, answer.Config
	if snapshot.config == nil {
		snapshot.config = StringMap{}
	}
	return &snapshot, nil
}

// CreateStorageVolumeSnapshot begins to keep the present state of a volume.
func (c *Client) CreateStorageVolumeSnapshot(ctx context.Context, as Scope, volume *StorageVolume, input *CreateStorageVolumeSnapshotInput) (*Operation, error) {
	if err := enter(as, volume.Project, true); err != nil {
		return nil, err
	}
	if err := future("input.expiresAt", input.ExpiresAt); err != nil {
		return nil, err
	}
	if err := c.freeVolumeSnapshotName(ctx, as, volume, "input.name", input.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name}
	if input.ExpiresAt != nil {
		body["expires_at"] = input.ExpiresAt.Time
	}
	operation, err := change(ctx, c, volume.Project, http.MethodPost, volume.address([]string{"snapshots"}), body)
	return operation, told(err, []telling{{"already in use", asExists}})
}

// freeVolumeSnapshotName refuses a name that LXD would refuse, or that is taken:
// it lets a rename to one that is taken fail halfway (seen on 5.0.2).
func (c *Client) freeVolumeSnapshotName(ctx context.Context, as Scope, volume *StorageVolume, argument, name string) error {
	if err := checkVolumeSnapshotName(argument, name); err != nil {
		return err
	}
	switch _, err := c.StorageVolumeSnapshot(ctx, as, volume, name); {
	case err == nil:
		return &ExistsError{"a snapshot " + name + " of " + volume.Name + " exists already: choose another name"}
	case !IsNotFound(err):
		return err
	}
	return nil
}

// UpdateStorageVolumeSnapshot begins to change a snapshot's description and expiry.
func (c *Client) UpdateStorageVolumeSnapshot(ctx context.Context, as Scope, snapshot *StorageVolumeSnapshot, ifMatch *string, input *UpdateStorageVolumeSnapshotInput) (*Operation, error) {
	volume := snapshot.volume
	if err := enter(as, volume.Project, true); err != nil {
		return nil, err
	}
	if err := future("input.expiresAt", input.ExpiresAt); err != nil {
		return nil, err
	}
	return c.edit(ctx, as, nil, volume.Project, snapshot.address(), ifMatch, func(current object) error {
		if input.Description != nil {
			if err := current.write("description", *input.Description); err != nil {
				return err
			}
		}
		if input.ExpiresAt == nil && !input.Forever {
			return nil
		}
		return current.write("expires_at", value(input.ExpiresAt).Time)
	})
}

func (s *StorageVolumeSnapshot) address() string {
	return s.volume.address([]string{"snapshots", s.Name()})
}

// RenameStorageVolumeSnapshot begins to rename a snapshot.
func (c *Client) RenameStorageVolumeSnapshot(ctx context.Context, as Scope, snapshot *StorageVolumeSnapshot, newName string) (*Operation, error) {
	if err := enter(as, snapshot.volume.Project, true); err != nil {
		return nil, err
	}
	if err := c.freeVolumeSnapshotName(ctx, as, snapshot.volume, "newName", newName); err != nil {
		return nil, err
	}
	return change(ctx, c, snapshot.volume.Project, http.MethodPost, snapshot.address(), map[string]any{"name": newName})
}

// DeleteStorageVolumeSnapshot begins to delete a snapshot.
func (c *Client) DeleteStorageVolumeSnapshot(ctx context.Context, as Scope, snapshot *StorageVolumeSnapshot) (*Operation, error) {
	if err := enter(as, snapshot.volume.Project, true); err != nil {
		return nil, err
	}
	return change(ctx, c, snapshot.volume.Project, http.MethodDelete, snapshot.address(), nil)
}

// RestoreStorageVolume begins to put a volume's content back to how it was at a
// snapshot. Its configuration stays.
func (c *Client) RestoreStorageVolume(ctx context.Context, as Scope, snapshot *StorageVolumeSnapshot) (*Operation, error) {
	volume := snapshot.volume
	if err := enter(as, volume.Project, true); err != nil {
		return nil, err
	}
	if err := c.idle(ctx, as, volume); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, volume.Project, http.MethodPut, volume.address(nil), map[string]any{"restore": snapshot.Name()})
	return operation, volumeError("", err)
}
