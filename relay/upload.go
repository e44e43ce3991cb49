package relay

import (
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// ImportInstanceInput is an instance that is made from an archive.
type ImportInstanceInput struct {
	Name        string
	Project     *string
	Pool        *string
	Description *string
	Archive     graphql.Upload
}

// ImportStorageVolumeInput is a custom volume that is made from an archive.
type ImportStorageVolumeInput struct {
	Pool        string
	Name        string
	Project     *string
	Type        StorageVolumeArchiveType
	Description *string
	Archive     graphql.Upload
}

// StorageVolumeArchiveType is what a custom volume is made from.
type StorageVolumeArchiveType string

// ImportImageInput is an image that is made from one file, or from two.
type ImportImageInput struct {
	Project *string
	Public  *bool
	Type    *lxd.InstanceType
	Image   graphql.Upload
	Rootfs  *graphql.Upload
}

// WriteInstanceFileInput is the content of a file, and how the file is to be.
type WriteInstanceFileInput struct {
	Content graphql.Upload
	Mode    *string
	UID     *int
	GID     *int
}

// WriteInstanceFilePayload is what a written file gives.
type WriteInstanceFilePayload struct {
	// File is the file with its new content; nil until it has it.
	File *lxd.InstanceFile
	// Operation is the work.
	Operation *lxd.Operation
}

// GraphQL gives each mutation a payload type of its own.
type (
	ImportInstancePayload      = work.InstancePayload
	ImportStorageVolumePayload = work.StorageVolumePayload
	ImportImagePayload         = work.ImagePayload
)

// ImportInstance makes an instance. It waits until the bytes are LXD's, and
// then at most the given time for the end.
func (s *Streams) ImportInstance(ctx context.Context, input *ImportInstanceInput, wait time.Duration) (*work.InstancePayload, error) {
	importing := &lxd.ImportInstance{Name: input.Name, Project: value(input.Project), Pool: value(input.Pool), Size: input.Archive.Size}
	coming, err := s.instanceArrival(ctx, auth.From(ctx), importing, value(input.Description))
	if err != nil {
		return nil, err
	}
	made, operation, err := take(ctx, s, coming, wait, input.Archive)
	return &work.InstancePayload{Instance: made, Operation: operation}, err
}

// ImportStorageVolume makes a custom volume, as ImportInstance does an instance.
func (s *Streams) ImportStorageVolume(ctx context.Context, input *ImportStorageVolumeInput, wait time.Duration) (*work.StorageVolumePayload, error) {
	importing := &lxd.ImportStorageVolume{Pool: input.Pool, Name: input.Name, Project: value(input.Project), Kind: strings.ToLower(string(input.Type)), Size: input.Archive.Size}
	coming, err := s.volumeArrival(ctx, auth.From(ctx), importing, nil, value(input.Description))
	if err != nil {
		return nil, err
	}
	made, operation, err := take(ctx, s, coming, wait, input.Archive)
	return &work.StorageVolumePayload{StorageVolume: made, Operation: operation}, err
}

// ImportImage makes an image, as ImportInstance does an instance.
func (s *Streams) ImportImage(ctx context.Context, input *ImportImageInput, wait time.Duration) (*work.ImagePayload, error) {
	importing := &lxd.ImportImage{Project: value(input.Project), Public: value(input.Public), Filename: plain(input.Image.Filename), ContentType: "application/octet-stream", Size: input.Image.Size}
	framed := func(body io.Reader) io.Reader { return body }
	files := []graphql.Upload{input.Image}
	if input.Rootfs != nil {
		files = append(files, *input.Rootfs)
		importing.Filename = ""
		framed = twoParts(importing, input, value(input.Type) == lxd.TypeVirtualMachine)
	}
	coming, err := s.imageArrival(ctx, importing, framed)
	if err != nil {
		return nil, err
	}
	made, operation, err := take(ctx, s, coming, wait, files...)
	return &work.ImagePayload{Image: made, Operation: operation}, err
}

// twoParts puts two files behind each other as LXD wants them.
func twoParts(importing *lxd.ImportImage, input *ImportImageInput, virtual bool) func(io.Reader) io.Reader {
	var frame strings.Builder
	form := multipart.NewWriter(&frame)
	rootfs := "rootfs"
	if virtual {
		rootfs = "rootfs.img"
	}
	var heads []string
	for _, part := range []struct {
		name string
		file graphql.Upload
	}{{"metadata", input.Image}, {rootfs, *input.Rootfs}} {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, part.name, plain(part.file.Filename)))
		header.Set("Content-Type", "application/octet-stream")
		_, _ = form.CreatePart(header) // a strings.Builder takes everything
		heads = append(heads, frame.String())
		frame.Reset()
	}
	_ = form.Close()
	tail := frame.String()
	importing.ContentType = form.FormDataContentType()
	importing.Size = int64(len(heads[0])+len(heads[1])+len(tail)) + input.Image.Size + input.Rootfs.Size
	return func(body io.Reader) io.Reader {
		return io.MultiReader(strings.NewReader(heads[0]), io.LimitReader(body, input.Image.Size), strings.NewReader(heads[1]), body, strings.NewReader(tail))
	}
}

// WriteInstanceFile gives a file its content, as ImportInstance makes an instance.
func (s *Streams) WriteInstanceFile(ctx context.Context, project *string, instance, path string, input *WriteInstanceFileInput, wait time.Duration) (*WriteInstanceFilePayload, error) {
	path, err := lxd.CheckFilePath(path)
	if err != nil {
		return nil, err
	}
	wanted := permissions{uid: input.UID, gid: input.GID}
	if input.Mode != nil {
		if wanted.mode, err = numeral("input.mode", *input.Mode, 8, 0o7777); err != nil {
			return nil, err
		}
	}
	for name, owner := range map[string]*int{"input.uid": input.UID, "input.gid": input.GID} {
		if owner != nil && (*owner < 0 || *owner > 1<<32-2) {
			return nil, &lxd.InputError{Argument: name, Message: name + " is a number from 0 to 4294967294"}
		}
	}
	coming, err := s.fileArrival(ctx, auth.From(ctx), value(project), instance, path, wanted)
	if err != nil {
		return nil, err
	}
	made, operation, err := take(ctx, s, coming, wait, input.Content)
	payload := &WriteInstanceFilePayload{Operation: operation}
	if made != nil {
		payload.File = made.file
	}
	return payload, err
}

func value[T any](pointer *T) (zero T) {
	if pointer == nil {
		return zero
	}
	return *pointer
}
