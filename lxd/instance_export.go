package lxd

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// DownloadURL is where the backup's bytes are: relative to the server's own address.
func (b *InstanceBackup) DownloadURL() string {
	return "/api/v1/instances/" + url.PathEscape(b.instance.Name) + "/backups/" + url.PathEscape(b.Name) + "/export?project=" + url.QueryEscape(b.instance.Project)
}

// ReadInstanceBackup opens a backup, or the part that the headers name. It is
// for who may change the instance: a backup holds its secrets. LXD 5.0.2 knows no
// HEAD here (seen): who wants no more than the headers closes the body.
func (c *Client) ReadInstanceBackup(ctx context.Context, as Scope, project, instance, name string, part http.Header) (*http.Response, error) {
	of, err := c.writable(ctx, as, project, instance)
	if err != nil {
		return nil, err
	}
	response, err := c.download(ctx, http.MethodGet, in(of.Project, path("instances", of.Name, "backups", name, "export")), part)
	if IsNotFound(err) {
		return nil, hidden("Instance backup")
	}
	return response, err
}

// ImportInstance is an instance that is made from an archive.
type ImportInstance struct {
	Name    string
	Project string
	// Pool is the storage pool; "" leaves it to the archive.
	Pool string
	// Size is how many bytes the archive has; -1 is not known.
	Size int64
}

// Check refuses what LXD would not take, before anything is sent.
func (i *ImportInstance) Check(ctx context.Context, c *Client, as Scope) error {
	i.Project = projectOrDefault(i.Project)
	if err := enter(as, i.Project, true); err != nil {
		return err
	}
	if !instanceName.MatchString(i.Name) {
		return &InputError{"name", "the name has to be 1 to 63 letters, digits and dashes, begin with a letter and not end with a dash"}
	}
	if i.Pool != "" {
		if _, err := get[JSON](ctx, c, path("storage-pools", i.Pool)); err != nil {
			return err
		}
	}
	if err := c.freeInstanceName(ctx, as, nil, i.Project, i.Name); err != nil {
		return err
	}
	// LXD of 5.0.2 does not look at the project's limits (seen). What kind
	// of instance the archive holds, and how large, is not known yet.
	return c.withinLimits(ctx, nil, i.Project, &InstanceEdit{}, &InstanceEdit{}, map[string]int64{"instances": 1})
}

// SendInstance sends an archive, from which LXD begins to make an instance. Who
// calls has looked into it: see [Client.NewArchiveCheck].
func (c *Client) SendInstance(ctx context.Context, as Scope, input *ImportInstance, archive io.Reader) (*Operation, error) {
	if err := enter(as, input.Project, true); err != nil {
		return nil, err
	}
	headers := http.Header{"Content-Type": {"application/octet-stream"}, "X-LXD-name": {input.Name}}
	if input.Pool != "" {
		headers["X-LXD-pool"] = []string{input.Pool}
	}
	operation, err := c.upload(ctx, input.Project, in(input.Project, path("instances")), headers, archive, input.Size)
	return operation, archiveError(err)
}

// archiveError says whose fault it is that LXD does not take an archive: of
// 5.0.2 most answers are HTTP 500.
func archiveError(err error) error {
	var answer *Error
	if !errors.As(err, &answer) {
		return err
	}
	if SaysFull(err) {
		return &LimitError{Message: "LXD's disk is full: " + answer.Message}
	}
	for _, words := range []string{"Unsupported compression", "Unsupported backup compression", "Backup is missing", "unexpected EOF", "tar", "yaml", "gzip", "invalid header"} {
		if strings.Contains(answer.Message, words) {
			return &InputError{"body", "LXD does not take this archive: " + answer.Message}
		}
	}
	if answer.Message == "EOF" { // all that it says of a body without a byte (seen on 5.0.2)
		return &InputError{"body", "LXD does not take this archive: it is empty"}
	}
	if strings.Contains(answer.Message, "already exists") {
		return &ExistsError{answer.Message}
	}
	return err
}

// SafeInstance refuses an instance that has come to reach the host, to all but
// administrators of the server.
func (c *Client) SafeInstance(ctx context.Context, as Scope, project, name string) error {
	if as.Allows("", true) {
		return nil
	}
	instance, err := c.InstanceObject(ctx, System, project, name)
	if err != nil {
		return err
	}
	lasting := maps.Clone(instance.Config)
	maps.DeleteFunc(lasting, func(key, _ string) bool { return strings.HasPrefix(key, "volatile.") })
	if err := reachesHost("", lasting, instance.OwnDevices); err != nil {
		return err
	}
	return c.mayUseProfiles(ctx, project, instance.Profiles)
}
