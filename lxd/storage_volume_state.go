package lxd

import "context"

// StorageVolumeState is how much of a volume's space is used.
type StorageVolumeState struct {
	UsedBytes int64 `json:"used"`
	Total     int64 `json:"total"`
}

// TotalBytes is how much there is; nil where LXD does not tell.
func (s *StorageVolumeState) TotalBytes() *int64 {
	if s.Total <= 0 {
		return nil
	}
	return &s.Total
}

// StorageVolumeState reads how much of a volume is used; nil where the driver
// cannot tell, which LXD says as an error (seen on 5.0.2, pools of type dir),
// and for the volumes of images, of which LXD refuses to say it.
func (c *Client) StorageVolumeState(ctx context.Context, as Scope, volume *StorageVolume) (*StorageVolumeState, error) {
	if !as.Allows(volume.Project, false) {
		return nil, hidden("Storage volume")
	}
	if volume.Type == VolumeImage {
		return nil, nil
	}
	type usage struct{ Usage *StorageVolumeState }
	state, err := together[*usage](ctx, c, volume.address([]string{"state"}), nil)
	elsewhere := IsNotFound(err) && volume.Location() != nil // 5.0.2 looks on the member that is asked only (seen)
	if isMessage(err, "Not supported") || elsewhere {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return state.Usage, nil
}
