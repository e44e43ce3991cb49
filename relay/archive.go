package relay

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/lxdql/lxdql/lxd"
)

// largestText is how long a file of an archive may be that says something of
// its configuration.
const largestText = 4 << 20

// checked is an archive of an instance or volume as LXD may get it from anybody:
// written anew, entry by entry, from what was read. So LXD can find nothing in it
// that was not looked at, however it reads.
func checked(archive io.Reader, check *lxd.ArchiveCheck) *checking {
	reader, writer := io.Pipe()
	looking := &checking{reader, make(chan struct{})}
	go func() { // ends when the archive does, or by end
		defer close(looking.ended)
		buffered := bufio.NewWriterSize(writer, chunk)
		err := (&rewriting{check: check, into: tar.NewWriter(buffered)}).all(archive)
		if err == nil {
			err = buffered.Flush()
		}
		writer.CloseWithError(err)
	}()
	return looking
}

// checking is an archive while it is written anew.
type checking struct {
	*io.PipeReader
	ended chan struct{}
}

// end waits for the goroutine that looks, which may be waiting for the caller:
// then the connection is of no more use.
func (c *checking) end(from *caller) {
	c.Close()
	if from == nil { // nobody has to be waited for
		<-c.ended
		return
	}
	select {
	case <-c.ended:
	case <-time.After(time.Second):
		from.w.Header().Set("Connection", "close")
		_ = from.controller.SetReadDeadline(time.Unix(1, 0))
		<-c.ended
	}
}

// unpacked finds out how an archive is compressed, and undoes it.
func unpacked(archive io.Reader) (io.Reader, func(), error) {
	buffered := bufio.NewReaderSize(archive, chunk)
	head, err := buffered.Peek(262)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	none := func() {}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		unzipped, err := gzip.NewReader(buffered)
		return unzipped, none, err
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2.NewReader(buffered), none, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		unzipped, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8<<20))
		if err != nil {
			return nil, nil, err
		}
		return unzipped, unzipped.Close, nil
	case len(head) == 262 && string(head[257:]) == "ustar":
		return buffered, none, nil
	}
	return nil, nil, &lxd.ForbiddenError{Argument: "body", Reason: "what is neither tar nor tar compressed with gzip, bzip2 or zstd cannot be looked into: only an ADMIN may import it"}
}

// rewriting copies an archive. It refuses what it does not know.
type rewriting struct {
	check   *lxd.ArchiveCheck
	into    *tar.Writer
	entries int
	told    map[string]bool // the configurations that have been
}

func (a *rewriting) all(archive io.Reader) error {
	plain, done, err := unpacked(archive)
	if err != nil {
		return broken(err)
	}
	defer done()
	a.told = map[string]bool{}
	entries := tar.NewReader(plain)
	for {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return broken(err)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if err := a.entry(header, entries); err != nil {
			return broken(err)
		}
		a.entries++
	}
	if !a.told["backup/index.yaml"] {
		return &lxd.InputError{Argument: "body", Message: "this is no backup of LXD: it has no backup/index.yaml"}
	}
	if _, err := io.Copy(io.Discard, archive); err != nil { // to the last byte, which counts too
		return err
	}
	return a.into.Close()
}

// broken takes what a reader of archives says for the caller's fault. What has
// a type of its own stays what it is.
func broken(err error) error {
	for _, typed := range []any{new(*lxd.InputError), new(*lxd.ForbiddenError), new(*lxd.UnavailableError), new(*lxd.Error)} {
		if errors.As(err, typed) {
			return err
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, io.ErrClosedPipe) {
		return err
	}
	return &lxd.InputError{Argument: "body", Message: "the archive is damaged: " + err.Error()}
}

// entry copies one entry, once it is known where it belongs.
func (a *rewriting) entry(header *tar.Header, content io.Reader) error {
	name := strings.TrimSuffix(header.Name, "/")
	if name != path.Clean(name) || path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../") {
		return strange(header.Name)
	}
	if (a.entries == 0) != (name == "backup/index.yaml") {
		return strange(header.Name)
	}
	inside := placeOf(name)
	if !inside.fits(header) {
		return strange(header.Name)
	}
	clean := &tar.Header{Name: header.Name, Typeflag: header.Typeflag, Linkname: header.Linkname, Size: header.Size, Mode: header.Mode & 0o7777, Uid: header.Uid, Gid: header.Gid,
		ModTime: header.ModTime, Devmajor: header.Devmajor, Devminor: header.Devminor, Format: tar.FormatPAX, PAXRecords: map[string]string{}}
	for key, value := range header.PAXRecords {
		if inside.free && strings.HasPrefix(key, "SCHILY.xattr.") {
			clean.PAXRecords[key] = value
		}
	}
	if inside.root {
		clean.Mode = 0o100 // as LXD has it: nobody else gets in
	}
	if inside.look == nil {
		return a.copy(clean, content)
	}
	if a.told[name] {
		return strange(header.Name)
	}
	a.told[name] = true
	return a.lookedAt(clean, content, inside.look)
}

func strange(name string) error {
	return &lxd.ForbiddenError{Argument: "body", Reason: "the archive has an entry " + plain(name) + " that backups of LXD do not have there: only an ADMIN may import it"}
}

func (a *rewriting) copy(header *tar.Header, content io.Reader) error {
	if header.Typeflag != tar.TypeReg {
		header.Size = 0
	}
	if err := a.into.WriteHeader(header); err != nil {
		return err
	}
	if header.Size == 0 {
		return nil
	}
	buffer := chunks.Get().(*[chunk]byte)
	defer chunks.Put(buffer)
	_, err := io.CopyBuffer(struct{ io.Writer }{a.into}, struct{ io.Reader }{content}, buffer[:])
	return err
}

// lookedAt reads a small file, checks it, and writes what the check made of it.
func (a *rewriting) lookedAt(header *tar.Header, content io.Reader, look func(*lxd.ArchiveCheck, []byte) ([]byte, error)) error {
	if header.Size > largestText {
		return strange(header.Name)
	}
	data, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	data, err = look(a.check, data)
	if err != nil {
		return err
	}
	header.Size = int64(len(data))
	if err := a.into.WriteHeader(header); err != nil {
		return err
	}
	_, err = a.into.Write(data)
	return err
}
