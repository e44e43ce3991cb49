package lxd

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
)

// StorageVolume is the disk of an instance, or a volume of its own.
type StorageVolume struct {
	Name        string                   `json:"name"`
	Type        StorageVolumeType        `json:"type"`
	ContentType StorageVolumeContentType `json:"content_type"`
	Description string                   `json:"description"`
	// Project is the effective project.
	Project string `json:"project"`
	// Pool is told by LXD only in its list over all pools.
	Pool      string    `json:"pool"`
	Member    string    `json:"location"`
	CreatedAt Time      `json:"created_at"`
	Config    StringMap `json:"config"`
	Users     []string  `json:"used_by"`

	server string
	// listed are the snapshots that came with a list of volumes, which has of
	// them the name and the description; nil where there was no list.
	listed []*StorageVolumeSnapshot
}

// StorageVolumeType is what a volume is for.
type StorageVolumeType string

// The types of a volume.
const (
	VolumeCustom         StorageVolumeType = "CUSTOM"
	VolumeContainer      StorageVolumeType = "CONTAINER"
	VolumeVirtualMachine StorageVolumeType = "VIRTUAL_MACHINE"
	VolumeImage          StorageVolumeType = "IMAGE"
)

// UnmarshalJSON reads LXD's word.
func (t *StorageVolumeType) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*t = volumeType(word)
	return err
}

func volumeType(word string) StorageVolumeType {
	return known(strings.ToUpper(strings.ReplaceAll(word, "-", "_")), VolumeCustom, VolumeContainer, VolumeVirtualMachine, VolumeImage)
}

// word is what LXD calls the type.
func (t StorageVolumeType) word() string {
	return strings.ToLower(strings.ReplaceAll(string(t), "_", "-"))
}

// StorageVolumeContentType is what is in a volume.
type StorageVolumeContentType string

// UnmarshalJSON reads LXD's word.
func (t *StorageVolumeContentType) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*t = known[StorageVolumeContentType](strings.ToUpper(word), "FILESYSTEM", "BLOCK", "ISO")
	return err
}

// IsNode marks that a volume has an id.
func (*StorageVolume) IsNode() {}

// ID is the volume's id.
func (v *StorageVolume) ID() string {
	return ID{Server: v.server, Kind: "StorageVolume", Project: v.Project, Name: v.Path()}.String()
}

// Location is the cluster member; nil outside a cluster.
func (v *StorageVolume) Location() *string { return location(&v.Member) }

// Tags are the entries of the config key user.tags.
func (v *StorageVolume) Tags() []string { return v.Config.Tags() }

// SizeBytes is the size that is set; nil for none.
func (v *StorageVolume) SizeBytes() *int64 { return parseBytes(v.Config["size"]) }

// IsInstance reports whether the volume is an instance's disk.
func (v *StorageVolume) IsInstance() bool {
	return v.Type == VolumeContainer || v.Type == VolumeVirtualMachine
}

// StorageVolume reads one volume of an effective project. LXD would answer
// "volume/snapshot" as if a snapshot were a volume (seen on 5.0.2). Member is
// the cluster member, which LXD needs where two have a volume of the name.
func (c *Client) StorageVolume(ctx context.Context, as Scope, project, pool string, kind StorageVolumeType, name, member string) (*StorageVolume, error) {
	if !as.Allows(project, false) || name == "" || strings.Contains(name, "/") {
		return nil, hidden("Storage volume")
	}
	asked := &StorageVolume{Pool: pool, Type: kind, Name: name, Project: project, Member: member}
	volume, err := get[*StorageVolume](ctx, c, asked.address(nil))
	if err != nil {
		return nil, told(err, []telling{{onSeveralMembers, asInput("location")}})
	}
	volume.adopt(c, project, pool)
	if !as.Allows(volume.Project, false) {
		return nil, hidden("Storage volume")
	}
	return volume, nil
}

// onSeveralMembers begins what LXD says of a volume's name that several members have.
const onSeveralMembers = "More than one cluster member"

// IsOnSeveralMembers reports whether a volume was not read because it was not said
// of which cluster member.
func IsOnSeveralMembers(err error) bool {
	var input *InputError
	return errors.As(err, &input) && strings.HasPrefix(input.Message, onSeveralMembers)
}

// adopt fills in what LXD leaves out.
func (v *StorageVolume) adopt(c *Client, project, pool string) {
	v.server = c.Name()
	if v.Project == "" {
		v.Project = projectOrDefault(project)
	}
	if v.Pool == "" {
		v.Pool = pool
	}
	if v.ContentType == "" { // an older release says nothing of files
		v.ContentType = "FILESYSTEM"
	}
}
