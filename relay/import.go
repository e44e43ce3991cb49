package relay

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// importInstance makes an instance from the archive that is the body.
func (s *Streams) importInstance(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	input := &lxd.ImportInstance{Name: ask.Get("name"), Project: ask.project(), Pool: ask.Get("pool"), Size: r.ContentLength}
	if err := input.Check(r.Context(), s.LXD, scope(r)); err != nil {
		return err
	}
	resources := map[string][]string{"instances": {lxd.InstancePath(input.Project, input.Name)}}
	return s.receive(w, r, "Importing instance", input.Project, resources, func(ctx context.Context, t *work.Transfer, archive *received) (map[string]any, error) {
		body := archive.raw()
		if check := s.LXD.NewArchiveCheck(ctx, scope(r), input.Project); check != nil {
			body, input.Size = archive.looked(check), -1
		}
		sending, sent := archive.from.patient(ctx)
		defer sent()
		importing, err := s.LXD.SendInstance(sending, scope(r), input, body)
		archive.done(t)
		if err != nil {
			return nil, err
		}
		if err := s.imported(ctx, t, r, input, importing, ask.Get("description")); err != nil {
			return nil, err
		}
		made, err := s.LXD.InstanceObject(ctx, scope(r), input.Project, input.Name)
		if err != nil {
			return nil, err
		}
		return map[string]any{"instance": map[string]any{"id": made.ID(), "name": made.Name, "project": made.Project}}, nil
	})
}

// imported waits for the instance, which LXD goes on to make when the caller
// has gone, and looks at what has come of it.
func (s *Streams) imported(ctx context.Context, t *work.Transfer, r *http.Request, input *lxd.ImportInstance, importing *lxd.Operation, description string) error {
	if err := t.Follow(context.WithoutCancel(ctx), "import", importing); err != nil {
		return err
	}
	if err := s.LXD.SafeInstance(ctx, scope(r), input.Project, input.Name); err != nil {
		removing, removeErr := s.LXD.DeleteInstance(context.WithoutCancel(ctx), lxd.System, nil, input.Project, input.Name, true)
		if removeErr == nil {
			removeErr = t.Await(context.WithoutCancel(ctx), removing)
		}
		return errors.Join(err, removeErr)
	}
	if description == "" {
		return nil
	}
	_, err := s.Work.EditInstance(ctx, scope(r), nil, input.Project, input.Name, nil, func(edit *lxd.InstanceEdit) error {
		edit.Description = description
		return nil
	})
	return err
}

// received is the body of an import.
type received struct {
	from  *caller
	meter *meter
	// looking is what goes on to LXD of an archive that is looked into; nil for others.
	looking *checking
}

func (b *received) raw() io.Reader { return b.from.body(b.meter) }

func (b *received) looked(check *lxd.ArchiveCheck) io.Reader {
	b.looking = checked(b.from.body(b.meter), check)
	return b.looking
}

// done ends what still reads the body, which LXD may not have wanted to its
// end, and notes what has come.
func (b *received) done(t *work.Transfer) {
	if b.looking != nil {
		b.looking.end(b.from)
	}
	t.Sum(b.meter.bytes(), b.meter.sha256())
}

// receive takes a body in as an operation of ours, and answers with what was
// made of it.
func (s *Streams) receive(w http.ResponseWriter, r *http.Request, description, project string, resources map[string][]string, do func(context.Context, *work.Transfer, *received) (map[string]any, error)) error {
	summed, err := parameters(r).flag("checksum", true)
	if err != nil {
		return err
	}
	var made map[string]any
	var operation *lxd.Operation
	err = s.Work.Transfer(r.Context(), description, project, resources, func(ctx context.Context, t *work.Transfer) error {
		from := callerOf(w, r)
		defer from.endWith(ctx)()
		operation = t.Operation()
		w.Header().Set("X-Operation-ID", operation.ID())
		t.Stage("upload", r.ContentLength)
		body := &received{from: from, meter: newMeter(summed, t.Passed)}
		var err error
		made, err = do(ctx, t, body)
		if sum := body.meter.sha256(); err == nil && sum != "" {
			made["sha256"] = sum
			w.Header().Set(digestTrailer, body.meter.digest())
		}
		return err
	})
	if err != nil {
		w.Header().Set("Connection", "close") // what comes of the body after this is nobody's
		return err
	}
	made["operation"] = map[string]any{"id": operation.ID()}
	return answer(w, http.StatusCreated, made)
}
