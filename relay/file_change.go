package relay

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"

	"github.com/lxdql/lxdql/lxd"
	"github.com/pkg/sftp"
)

// fileChange is what can be done to a file besides writing it.
type fileChange func(files *lxd.Files, ask asked, file string, body io.Reader) (at string, err error)

var fileChanges = map[string]fileChange{
	"append": appendFile, "mkdir": makeDirectory, "symlink": makeLink,
	"move": moveFile, "chmod": changePermissions, "chown": changePermissions,
}

// changeFile does what the parameter action says and answers with the file.
func (s *Streams) changeFile(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	name, file, err := ask.file(r)
	if err != nil {
		return err
	}
	change := fileChanges[ask.Get("action")]
	if change == nil {
		return &lxd.InputError{Argument: "action", Message: "action is append, mkdir, symlink, move, chmod or chown; a whole file is written with PUT"}
	}
	files, err := s.LXD.OpenFiles(context.WithoutCancel(r.Context()), scope(r), ask.project(), name)
	if err != nil {
		return err
	}
	defer files.Close()
	meter := newMeter(false, nil)
	at, err := change(files, ask, file, s.callerOf(w, r).body(meter))
	if err != nil {
		return err
	}
	return answerFile(w, files, at)
}

// appendFile writes behind what is there. When that fails, what is there is as
// it was.
func appendFile(files *lxd.Files, _ asked, file string, body io.Reader) (string, error) {
	file, before, err := present(files, file)
	switch {
	case err != nil:
		return "", err
	case before == nil:
		return "", lxd.NotFound("File")
	}
	open, err := files.OpenFile(file, os.O_WRONLY)
	if err != nil {
		return "", lxd.FileError(err)
	}
	if _, err := open.Seek(int64(before.Size), io.SeekStart); err != nil {
		open.Close()
		return "", lxd.FileError(err)
	}
	if err := copyInto(open, body); err != nil {
		_ = files.Truncate(file, int64(before.Size)) // the reason matters more
		return "", err
	}
	return file, nil
}

func makeDirectory(files *lxd.Files, ask asked, file string, _ io.Reader) (string, error) {
	wanted, err := ask.permissions()
	if err != nil {
		return "", err
	}
	parents, err := ask.flag("parents", false)
	if err != nil {
		return "", err
	}
	if _, err := files.Lstat(file); err == nil {
		return "", &lxd.ExistsError{Message: "there is a file of this name already"}
	}
	if parents {
		err = files.MkdirAll(file)
	} else {
		err = files.Mkdir(file)
	}
	if err != nil {
		return "", lxd.FileError(err)
	}
	wanted.mode = or(wanted.mode, 0o755)
	return file, wanted.apply(files, file, &sftp.FileStat{})
}

func makeLink(files *lxd.Files, ask asked, file string, _ io.Reader) (string, error) {
	target := ask.Get("target")
	if target == "" || len(target) > 4095 {
		return "", &lxd.InputError{Argument: "target", Message: "target is what the link points at: 1 to 4095 bytes"}
	}
	if _, err := files.Lstat(file); err == nil {
		return "", &lxd.ExistsError{Message: "there is a file of this name already"}
	}
	return file, lxd.FileError(files.Symlink(target, file))
}

func moveFile(files *lxd.Files, ask asked, file string, _ io.Reader) (string, error) {
	to, err := lxd.CheckFilePath(ask.Get("to"))
	if err != nil || to == "/" {
		return "", &lxd.InputError{Argument: "to", Message: "to is the absolute path that the file gets, without .. in it"}
	}
	overwrite, err := ask.flag("overwrite", false)
	if err != nil {
		return "", err
	}
	if _, err := files.Lstat(file); err != nil {
		return "", lxd.FileError(err)
	}
	if _, err := files.Lstat(to); !overwrite && !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return "", lxd.FileError(err)
		}
		return "", &lxd.ExistsError{Message: "there is a file " + to + " already: say overwrite=true to put this one into its place"}
	}
	return to, lxd.FileError(files.PosixRename(file, to))
}

func changePermissions(files *lxd.Files, ask asked, file string, _ io.Reader) (string, error) {
	wanted, err := ask.permissions()
	if err != nil {
		return "", err
	}
	if wanted == (permissions{}) {
		return "", &lxd.InputError{Argument: "mode", Message: "say mode (octal), uid or gid"}
	}
	now, err := files.Stat(file)
	if err != nil {
		return "", lxd.FileError(err)
	}
	return file, wanted.apply(files, file, now.Sys().(*sftp.FileStat))
}

// deleteFile deletes a file, an empty directory, or with recursive all in it.
// Links are deleted and never followed.
func (s *Streams) deleteFile(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	name, file, err := ask.file(r)
	if err != nil {
		return err
	}
	recursive, err := ask.flag("recursive", false)
	if err != nil {
		return err
	}
	if file == "/" {
		return &lxd.InputError{Argument: "path", Message: "the root of an instance cannot be deleted: delete the instance"}
	}
	files, err := s.LXD.OpenFiles(r.Context(), scope(r), ask.project(), name)
	if err != nil {
		return err
	}
	defer files.Close()
	info, err := files.Lstat(file)
	if err != nil {
		return lxd.FileError(err)
	}
	switch {
	case info.IsDir() && recursive:
		err = files.RemoveAll(file)
	case info.IsDir():
		err = emptied(files, file)
	default:
		err = files.Remove(file)
	}
	if err != nil {
		return lxd.FileError(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// emptied deletes a directory that is empty: SFTP has no word for one that is not.
func emptied(files *lxd.Files, directory string) error {
	entries, err := files.ReadDir(directory)
	if err == nil && len(entries) > 0 {
		return &lxd.ConflictError{Message: "the directory is not empty: delete it with recursive=true"}
	}
	if err != nil {
		return err
	}
	return files.RemoveDirectory(directory)
}
