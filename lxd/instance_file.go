package lxd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	pathpkg "path"
	"slices"
	"strings"
	"time"

	"github.com/pkg/sftp"
)

// InstanceFile is a file inside an instance.
type InstanceFile struct {
	Name string
	// Path is absolute, as the instance sees it.
	Path string
	Type InstanceFileType
	// SizeBytes is that of the content; of a link the length of its target.
	SizeBytes int64
	// Mode is the permissions, as four octal digits: "0644".
	Mode       string
	UID        int
	GID        int
	ModifiedAt Time
	AccessedAt Time
	// Target is what a symbolic link points at; nil for others, and where it
	// was not asked for.
	Target *string

	instance *Instance
}

// InstanceFileType is what a file is.
type InstanceFileType string

// The types of a file.
const (
	FileRegular   InstanceFileType = "FILE"
	FileDirectory InstanceFileType = "DIRECTORY"
	FileSymlink   InstanceFileType = "SYMLINK"
	FileOther     InstanceFileType = "OTHER"
)

// DownloadURL is where the file's bytes are: relative to the server's own address.
func (f *InstanceFile) DownloadURL() string {
	address := &url.URL{Path: "/api/v1/instances/" + f.instance.Name + "/files" + f.Path}
	return address.EscapedPath() + "?project=" + url.QueryEscape(f.instance.Project)
}

// CheckFilePath is an absolute path, cleaned of a slash at its end. Where the
// path leads is LXD's to say: what it would have to be cleaned of besides is
// refused and not guessed at.
func CheckFilePath(path string) (string, error) {
	switch {
	case !strings.HasPrefix(path, "/"):
		return "", &InputError{"path", "the path is absolute: it begins with a slash"}
	case len(path) > 4095 || strings.ContainsRune(path, 0):
		return "", &InputError{"path", "the path has at most 4095 bytes, none of which is NUL"}
	case path == "/":
		return path, nil
	}
	path = strings.TrimSuffix(path, "/")
	for segment := range strings.SplitSeq(path[1:], "/") {
		if segment == ".." || segment == "." || segment == "" {
			return "", &InputError{"path", "the path has no empty part and none that is . or .."}
		}
	}
	return path, nil
}

// ReadInstanceFile opens a file, or the part that the headers name, with LXD's
// headers X-LXD-type, -mode, -uid, -gid and -modified. The body of a directory
// is a list that nobody needs, that of a symbolic link its target. Files are
// an OPERATOR's to read: they hold whatever secrets the instance has.
func (c *Client) ReadInstanceFile(ctx context.Context, as Scope, project, name, method, path string, part http.Header) (*http.Response, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	response, err := c.download(ctx, method, in(instance.Project, pathOf(instance, "files"), "path", path), part)
	return response, fileError(err)
}

func pathOf(instance *Instance, below string) string { return path("instances", instance.Name, below) }

// InstanceForFiles is the instance whose files a caller may write.
func (c *Client) InstanceForFiles(ctx context.Context, as Scope, project, name string) (*Instance, error) {
	return c.writable(ctx, as, project, name)
}

// Files are an instance's, over one connection, which [Files.Close] closes. The
// paths are confined to the instance by LXD.
type Files struct {
	*sftp.Client
	Instance *Instance

	connection net.Conn
	stop       func() bool
}

// OpenFiles connects to an instance's files. It ends with ctx.
func (c *Client) OpenFiles(ctx context.Context, as Scope, project, name string) (*Files, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	connection, reader, err := c.dialUpgrade(ctx, in(instance.Project, pathOf(instance, "sftp")), "sftp")
	if err != nil {
		return nil, fileError(err)
	}
	files := &Files{Instance: instance, connection: connection}
	files.stop = context.AfterFunc(ctx, func() { connection.Close() })
	files.Client, err = sftp.NewClientPipe(reader, connection, sftp.UseConcurrentWrites(true))
	if err != nil {
		files.stop()
		connection.Close()
		return nil, c.unreachable(err)
	}
	return files, nil
}

// Close ends the connection.
func (f *Files) Close() {
	f.stop()
	f.connection.Close()
	f.Client.Close()
}

// List is what is in a directory, by name; of a file, or with a pattern that
// is none, an error. Targets of links cost a request each and are read only
// when asked for.
func (f *Files) List(ctx context.Context, directory string, targets bool) ([]*InstanceFile, error) {
	entries, err := f.ReadDirContext(ctx, directory)
	if err != nil {
		return nil, fileError(err)
	}
	files := make([]*InstanceFile, 0, len(entries))
	for _, entry := range entries {
		file := f.describe(pathpkg.Join(directory, entry.Name()), entry)
		if targets && file.Type == FileSymlink {
			if target, err := f.ReadLink(file.Path); err == nil {
				file.Target = &target
			}
		}
		files = append(files, file)
	}
	slices.SortFunc(files, func(a, b *InstanceFile) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// File is one file; a link is not followed.
func (f *Files) File(path string) (*InstanceFile, error) {
	info, err := f.Lstat(path)
	if err != nil {
		return nil, fileError(err)
	}
	return f.describe(path, info), nil
}

func (f *Files) describe(path string, info fs.FileInfo) *InstanceFile {
	file := &InstanceFile{Name: pathpkg.Base(path), Path: path, SizeBytes: info.Size(), Mode: octal(info.Mode()), ModifiedAt: Time{info.ModTime().UTC()}, Type: FileOther, instance: f.Instance}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		file.Type = FileRegular
	case mode.IsDir():
		file.Type = FileDirectory
	case mode&fs.ModeSymlink != 0:
		file.Type = FileSymlink
	}
	if stat, ok := info.Sys().(*sftp.FileStat); ok {
		file.UID, file.GID, file.AccessedAt = int(stat.UID), int(stat.GID), Time{time.Unix(int64(stat.Atime), 0).UTC()}
	}
	return file
}

// fileError gives what LXD says of files its type: in 5.0.2 all but a missing
// file is HTTP 500, and SFTP knows few codes.
func fileError(err error) error {
	var answer *Error
	if err == nil || errors.As(err, &answer) && answer.Status == http.StatusNotFound {
		if answer != nil && answer.Message == "Not Found" {
			return hidden("File")
		}
		return err
	}
	text := strings.ToLower(err.Error())
	switch {
	case errors.Is(err, fs.ErrNotExist), strings.Contains(text, "no such file"):
		return hidden("File")
	case errors.Is(err, fs.ErrExist), strings.Contains(text, "file exists"):
		return &ExistsError{"there is a file of this name already"}
	case strings.Contains(text, "not empty"):
		return &ConflictError{"the directory is not empty: delete it with recursive=true"}
	case strings.Contains(text, "not a directory"):
		return &InputError{"path", "a part of the path is no directory"}
	case strings.Contains(text, "is a directory"):
		return &InputError{"path", "there is a directory of this name"}
	case strings.Contains(text, "no space left"), strings.Contains(text, "quota exceeded"):
		return &LimitError{Message: "the instance's disk is full"}
	case errors.Is(err, fs.ErrPermission), strings.Contains(text, "permission denied"), strings.Contains(text, "read-only file system"):
		return &ConflictError{"the instance's file system does not allow it: " + err.Error()}
	}
	var status *sftp.StatusError
	if errors.As(err, &status) || errors.Is(err, io.ErrShortWrite) {
		return &Error{Status: http.StatusInternalServerError, Message: err.Error()}
	}
	return err
}

// FileError gives what an SFTP call said its type.
func FileError(err error) error { return fileError(err) }

// octal is a mode as LXD writes it: "0644", "4755".
func octal(mode fs.FileMode) string {
	bits := uint32(mode.Perm())
	for flag, bit := range map[fs.FileMode]uint32{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if mode&flag != 0 {
			bits |= bit
		}
	}
	return fmt.Sprintf("%04o", bits)
}
