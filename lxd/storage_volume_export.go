package lxd

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// DownloadURL is where the backup's bytes are: relative to the server's own address.
func (b *StorageVolumeBackup) DownloadURL() string {
	volume := b.volume
	address := "/api/v1/storage-pools/" + url.PathEscape(volume.Pool) + "/volumes/" + url.PathEscape(volume.Name) + "/backups/" + url.PathEscape(b.Name) + "/export?project=" + url.QueryEscape(volume.Project)
	if member := volume.Location(); member != nil {
		address += "&location=" + url.QueryEscape(*member)
	}
	return address
}

// CustomVolume reads a custom volume as a project shows it, which may be another
// project's (see [Project.Effective]). Member is the cluster member where two
// have a volume of the name; "" else.
func (c *Client) CustomVolume(ctx context.Context, as Scope, project, pool, name, member string) (*StorageVolume, error) {
	owner, err := c.volumeOwner(ctx, as, project)
	if err != nil {
		return nil, err
	}
	return c.StorageVolume(ctx, as, owner, pool, VolumeCustom, name, member)
}

// volumeOwner is the project that the custom volumes of a project belong to.
func (c *Client) volumeOwner(ctx context.Context, as Scope, project string) (string, error) {
	of, err := c.Project(ctx, as, project)
	if err != nil {
		return "", err
	}
	return of.Effective(FeatureStorageVolumes), nil
}

// ReadStorageVolumeBackup opens a backup, or the part that the headers name. It
// is for who may change the volume. As for HEAD, see [Client.ReadInstanceBackup].
func (c *Client) ReadStorageVolumeBackup(ctx context.Context, as Scope, volume *StorageVolume, name string, part http.Header) (*http.Response, error) {
	if err := enter(as, volume.Project, true); err != nil {
		return nil, err
	}
	response, err := c.download(ctx, http.MethodGet, volume.address([]string{"backups", name, "export"}), part)
	if IsNotFound(err) {
		return nil, hidden("Storage volume backup")
	}
	return response, err
}

// ImportStorageVolume is a custom volume that is made from an archive.
type ImportStorageVolume struct {
	Pool    string
	Name    string
	Project string
	// Kind is "backup", "iso" or "tar".
	Kind string
	// Size is how many bytes come; -1 is not known.
	Size int64
}

// volumeImports are what LXD takes besides backups, and the extensions that bring it.
var volumeImports = map[string]string{"backup": "", "iso": "custom_volume_iso", "tar": "import_custom_volume_tar"}

// Check refuses what LXD would not take, before anything is sent. The project
// becomes that which the volume will belong to.
func (i *ImportStorageVolume) Check(ctx context.Context, c *Client, as Scope) error {
	owner, err := c.volumeOwner(ctx, as, projectOrDefault(i.Project))
	if err != nil {
		return err
	}
	i.Project = owner
	if err := enter(as, owner, true); err != nil {
		return err
	}
	extension, known := volumeImports[i.Kind]
	if !known {
		return &InputError{"type", "type is backup, iso or tar"}
	}
	if extension != "" {
		if err := c.need(ctx, extension); err != nil {
			return err
		}
	}
	if err := checkVolumeName("name", i.Name); err != nil {
		return err
	}
	return c.freeVolumeName(ctx, nil, owner, i.Pool, i.Name, "")
}

// SendStorageVolume sends an archive, from which LXD begins to make a volume.
// Who calls has looked into it: see [Client.NewArchiveCheck].
func (c *Client) SendStorageVolume(ctx context.Context, as Scope, input *ImportStorageVolume, archive io.Reader) (*Operation, error) {
	if err := enter(as, input.Project, true); err != nil {
		return nil, err
	}
	headers := http.Header{"Content-Type": {"application/octet-stream"}, "X-LXD-name": {input.Name}}
	if input.Kind != "backup" {
		headers["X-LXD-type"] = []string{strings.ToLower(input.Kind)}
	}
	operation, err := c.upload(ctx, input.Project, in(input.Project, path("storage-pools", input.Pool, "volumes", "custom")), headers, archive, input.Size)
	return operation, archiveError(err)
}

// Replaceable refuses a volume that another cannot be put into the place of:
// one that is used, or of another size or content.
func (v *StorageVolume) Replaceable(by *StorageVolume) error {
	switch {
	case len(v.Users) > 0:
		return &ConflictError{"the volume " + v.Name + " is in use: detach it first"}
	case v.ContentType != by.ContentType:
		return &ConflictError{"the volume " + v.Name + " has another content type than what was sent"}
	case value(v.SizeBytes()) != value(by.SizeBytes()):
		return &ConflictError{"the volume " + v.Name + " has another size than what was sent"}
	}
	return nil
}
