package relay

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
	"github.com/pkg/sftp"
)

// archiveDirectory answers with a directory and all in it as tar. Names in it
// begin with the directory's own.
func (s *Streams) archiveDirectory(w http.ResponseWriter, r *http.Request, project, name, directory string) error {
	files, err := s.LXD.OpenFiles(r.Context(), scope(r), project, name)
	if err != nil {
		return err
	}
	defer files.Close()
	info, err := files.Lstat(directory)
	if err != nil {
		return lxd.FileError(err)
	}
	if !info.IsDir() {
		return &lxd.InputError{Argument: "archive", Message: "only a directory comes as tar"}
	}
	base := path.Base(directory)
	if directory == "/" {
		base = name
	}
	w.Header().Set("Content-Type", "application/x-tar")
	w.Header().Set("Content-Disposition", `attachment; filename="`+plain(base)+`.tar"`)
	if r.Method == http.MethodHead {
		return nil
	}
	to := s.callerOf(w, r)
	archive := tar.NewWriter(writerFunc(func(p []byte) (int, error) {
		to.move(to.controller.SetWriteDeadline)
		n, err := w.Write(p)
		if err != nil {
			err = work.ErrGone
		}
		return n, err
	}))
	if err := (&archiving{files, archive}).add(directory, base, info); err != nil {
		return err
	}
	return archive.Close()
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

type archiving struct {
	files *lxd.Files
	into  *tar.Writer
}

// add writes a file, and all below it. What vanishes meanwhile is left out, and
// so are sockets, pipes and devices, which have no content.
func (a *archiving) add(at, as string, info fs.FileInfo) error {
	target := ""
	mode := info.Mode()
	if mode&fs.ModeSymlink != 0 {
		var err error
		if target, err = a.files.ReadLink(at); err != nil {
			return gone(err)
		}
	}
	if !mode.IsRegular() && !mode.IsDir() && target == "" {
		return nil
	}
	header, err := tar.FileInfoHeader(info, target)
	if err != nil {
		return err
	}
	header.Name, header.Format = as, tar.FormatPAX
	if stat, ok := info.Sys().(*sftp.FileStat); ok {
		header.Uid, header.Gid = int(stat.UID), int(stat.GID)
	}
	switch {
	case mode.IsDir():
		header.Name += "/"
		return a.directory(at, as, header)
	case mode.IsRegular():
		return a.content(at, header)
	}
	return a.into.WriteHeader(header)
}

func (a *archiving) directory(at, as string, header *tar.Header) error {
	entries, err := a.files.ReadDir(at)
	if err != nil {
		return gone(err)
	}
	if err := a.into.WriteHeader(header); err != nil {
		return err
	}
	for _, entry := range entries {
		if err := a.add(path.Join(at, entry.Name()), path.Join(as, entry.Name()), entry); err != nil {
			return err
		}
	}
	return nil
}

// content writes a file as long as it was when it was looked at: one that
// shrinks meanwhile is filled up with zeros, as tar itself does.
func (a *archiving) content(at string, header *tar.Header) error {
	file, err := a.files.Open(at)
	if err != nil {
		return gone(err)
	}
	defer file.Close()
	if err := a.into.WriteHeader(header); err != nil {
		return err
	}
	written := &atMost{a.into, header.Size}
	if _, err := file.WriteTo(written); err != nil && !errors.Is(err, errFull) {
		return err
	}
	_, err = io.CopyN(a.into, zeros{}, written.left)
	return err
}

// gone takes a file that has vanished for one that never was.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

var errFull = errors.New("enough")

// atMost takes so many bytes and no more.
type atMost struct {
	into io.Writer
	left int64
}

func (a *atMost) Write(p []byte) (int, error) {
	taken := p[:min(int64(len(p)), a.left)]
	n, err := a.into.Write(taken)
	a.left -= int64(n)
	if err == nil && len(taken) < len(p) {
		err = errFull
	}
	return n, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
