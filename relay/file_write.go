package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
	"github.com/pkg/sftp"
)

// permissions are the mode and owner that a caller wants; nil is as it is.
type permissions struct{ mode, uid, gid *int }

func (a asked) permissions() (wanted permissions, err error) {
	var modeErr, uidErr, gidErr error
	wanted.mode, modeErr = a.number("mode", 8, 0o7777)
	wanted.uid, uidErr = a.number("uid", 10, 1<<32-2)
	wanted.gid, gidErr = a.number("gid", 10, 1<<32-2)
	return wanted, errors.Join(modeErr, uidErr, gidErr)
}

// apply sets them, after what is there already: changing the owner clears bits of the mode.
func (p permissions) apply(files *lxd.Files, at string, now *sftp.FileStat) error {
	if p.uid != nil || p.gid != nil {
		uid, gid := int(now.UID), int(now.GID)
		if p.uid != nil {
			uid = *p.uid
		}
		if p.gid != nil {
			gid = *p.gid
		}
		if err := files.Chown(at, uid, gid); err != nil {
			return lxd.FileError(err)
		}
	}
	if p.mode == nil {
		return nil
	}
	if err := files.Chmod(at, fileMode(*p.mode)); err != nil || *p.mode&^0o777 == 0 {
		return lxd.FileError(err)
	}
	info, err := files.Stat(at)
	if err == nil && info.Mode() != info.Mode()&fs.ModeDir|fileMode(*p.mode) { // LXD 5.0.2 leaves them out silently (seen)
		return &lxd.ConflictError{Message: "this LXD does not set the bits setuid, setgid and sticky: leave them out of mode and set them inside the instance"}
	}
	return lxd.FileError(err)
}

// fileMode is Go's form of a mode.
func fileMode(bits int) fs.FileMode {
	mode := fs.FileMode(bits & 0o777)
	for bit, flag := range map[int]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if bits&bit != 0 {
			mode |= flag
		}
	}
	return mode
}

// writeFile makes a file, or puts another content into its place.
func (s *Streams) writeFile(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	name, file, err := ask.file(r)
	if err != nil {
		return err
	}
	wanted, err := ask.permissions()
	if err != nil {
		return err
	}
	coming, err := s.fileArrival(r.Context(), scope(r), ask.project(), name, file, wanted)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	return receive(s, w, r, coming, func() int { return status }, func(made *written) map[string]any {
		if made.before {
			status = http.StatusOK
		}
		return shown(made.file)
	})
}

// written is a file that has got its content.
type written struct {
	file   *lxd.InstanceFile
	before bool // whether there was a file already
}

// fileArrival is a file that comes: all of it is in its place at once when the
// last byte is there, so that nobody ever sees a half of it.
func (s *Streams) fileArrival(ctx context.Context, as lxd.Scope, project, name, file string, wanted permissions) (*arrival[*written], error) {
	instance, err := s.LXD.InstanceForFiles(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	resources := map[string][]string{"instances": {lxd.InstancePath(instance.Project, instance.Name)}}
	return &arrival[*written]{"Writing file", instance.Project, resources, func(ctx context.Context, t *work.Transfer, content *received) (*written, error) {
		defer content.done(t)
		// Whoever goes away ends the body; the connection is needed after that, to clean up.
		files, err := s.LXD.OpenFiles(context.WithoutCancel(ctx), as, instance.Project, instance.Name)
		if err != nil {
			return nil, err
		}
		defer files.Close()
		file, before, err := present(files, file)
		if err != nil {
			return nil, err
		}
		if err := replace(files, file, before, wanted, content.raw()); err != nil {
			return nil, err
		}
		now, err := files.File(file)
		return &written{now, before != nil}, err
	}}, nil
}

// present finds what a write would change: where links lead, and what is there;
// nil is nothing.
func present(files *lxd.Files, file string) (string, *sftp.FileStat, error) {
	for range 40 {
		info, err := files.Lstat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return file, nil, nil
		case err != nil:
			return "", nil, lxd.FileError(err)
		case info.IsDir():
			return "", nil, &lxd.InputError{Argument: "path", Message: "there is a directory of this name"}
		case info.Mode().IsRegular():
			return file, info.Sys().(*sftp.FileStat), nil
		case info.Mode()&fs.ModeSymlink == 0:
			return "", nil, &lxd.InputError{Argument: "path", Message: "there is something of this name that is no file"}
		}
		target, err := files.ReadLink(file)
		if err != nil {
			return "", nil, lxd.FileError(err)
		}
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(file), target)
		}
		file = path.Clean(target)
	}
	return "", nil, &lxd.InputError{Argument: "path", Message: "the symbolic links lead in a circle"}
}

// replace writes beside the file and then puts that into its place. The new
// one is as the old one was, unless something else is wanted.
func replace(files *lxd.Files, file string, before *sftp.FileStat, wanted permissions, body io.Reader) error {
	beside := path.Join(path.Dir(file), ".lxdql-"+rand.Text())
	draft, err := files.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return lxd.FileError(err)
	}
	err = copyInto(draft, body)
	if err == nil {
		err = finishDraft(files, beside, before, wanted)
	}
	if err == nil {
		err = lxd.FileError(files.PosixRename(beside, file))
	}
	if err != nil {
		// What went wrong matters more than a draft that cannot be removed.
		_ = files.Remove(beside)
	}
	return err
}

// copyInto writes several packets at once and tells what went wrong: the
// caller's fault as it is, LXD's by its type.
func copyInto(draft *sftp.File, body io.Reader) error {
	watched := &failing{reader: body}
	_, err := draft.ReadFromWithConcurrency(watched, 32)
	closed := draft.Close()
	switch {
	case watched.err != nil:
		return watched.err
	case err != nil:
		return lxd.FileError(err)
	}
	return lxd.FileError(closed)
}

// failing remembers what its reader failed with.
type failing struct {
	reader io.Reader
	err    error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

func finishDraft(files *lxd.Files, draft string, before *sftp.FileStat, wanted permissions) error {
	root, mode := 0, 0o644
	if before != nil {
		uid, gid := int(before.UID), int(before.GID)
		wanted = permissions{or(wanted.mode, int(before.Mode&0o7777)), or(wanted.uid, uid), or(wanted.gid, gid)}
	} else {
		wanted = permissions{or(wanted.mode, mode), or(wanted.uid, root), or(wanted.gid, root)}
	}
	return wanted.apply(files, draft, &sftp.FileStat{})
}

func or(wanted *int, otherwise int) *int {
	if wanted != nil {
		return wanted
	}
	return &otherwise
}

func answerFile(w http.ResponseWriter, files *lxd.Files, file string) error {
	now, err := files.File(file)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, shown(now))
}
