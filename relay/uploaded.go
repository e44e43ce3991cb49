package relay

import (
	"context"
	"io"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// MarshalUpload is there because every scalar is written and read; nothing shows
// a file.
func MarshalUpload(graphql.Upload) graphql.Marshaler { return graphql.Null }

// UnmarshalUpload reads the scalar Upload, in the place of which the transport
// has put the file.
func UnmarshalUpload(given any) (graphql.Upload, error) {
	if upload, ok := given.(graphql.Upload); ok {
		return upload, nil
	}
	return graphql.Upload{}, &lxd.InputError{Message: "this has to be a file: send the request as multipart/form-data, with null here and the file's part in map"}
}

// content is a file as often as it is asked for: one upload may stand for several.
func content(upload graphql.Upload) (io.Reader, error) {
	file, ok := upload.File.(io.ReaderAt)
	if !ok {
		return nil, &lxd.InputError{Message: "this has to be a file"}
	}
	return io.NewSectionReader(file, 0, upload.Size), nil
}

// take makes of files that are here what is to come of them. It returns when
// their bytes are LXD's and the time is up, or at the end; made is nil before.
// What is LXD's goes on when the caller has gone.
func take[T any](ctx context.Context, s *Streams, coming *arrival[T], wait time.Duration, files ...graphql.Upload) (made T, operation *lxd.Operation, err error) {
	var parts []io.Reader
	total := int64(0)
	for _, file := range files {
		part, err := content(file)
		if err != nil {
			return made, nil, err
		}
		parts, total = append(parts, part), total+file.Size
	}
	working, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stay := context.AfterFunc(ctx, func() { cancel(work.ErrGone) })
	sent, begun := make(chan struct{}), make(chan *work.Transfer, 1)
	var result T
	ended := s.Work.Aside(working, coming.description, coming.project, coming.resources, func(ctx context.Context, t *work.Transfer) error {
		begun <- t
		t.Stage("upload", total)
		var err error
		result, err = coming.make(ctx, t, &received{here: &within{ctx, io.MultiReader(parts...)}, meter: newMeter(true, t.Passed), sent: sent})
		return err
	})
	select {
	case <-sent:
		stay()
	case err := <-ended:
		stay()
		cancel(nil)
		return ends(begun, result, err)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case err := <-ended:
		cancel(nil)
		return ends(begun, result, err)
	case <-timer.C:
	case <-ctx.Done():
	}
	// What goes on ends with the manager.
	return made, (<-begun).Operation(), nil
}

// ends is what has come of a transfer that has ended.
func ends[T any](begun <-chan *work.Transfer, result T, err error) (made T, operation *lxd.Operation, _ error) {
	if err != nil {
		return made, nil, err
	}
	return result, (<-begun).Operation(), nil
}

// within reads until ctx ends.
type within struct {
	ctx context.Context
	io.Reader
}

func (w *within) Read(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.Reader.Read(p)
}
