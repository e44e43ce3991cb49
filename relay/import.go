package relay

import (
	"context"
	"errors"
	"net/http"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// importInstance makes an instance from the archive that is the body.
func (s *Streams) importInstance(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	input := &lxd.ImportInstance{Name: ask.Get("name"), Project: ask.project(), Pool: ask.Get("pool"), Size: r.ContentLength}
	coming, err := s.instanceArrival(r.Context(), scope(r), input, ask.Get("description"))
	if err != nil {
		return err
	}
	return receive(s, w, r, coming, created, func(made *lxd.Instance) map[string]any {
		return map[string]any{"instance": map[string]any{"id": made.ID(), "name": made.Name, "project": made.Project}}
	})
}

// instanceArrival is an instance that comes as an archive.
func (s *Streams) instanceArrival(ctx context.Context, as lxd.Scope, input *lxd.ImportInstance, description string) (*arrival[*lxd.Instance], error) {
	if err := input.Check(ctx, s.LXD, as); err != nil {
		return nil, err
	}
	resources := map[string][]string{"instances": {lxd.InstancePath(input.Project, input.Name)}}
	return &arrival[*lxd.Instance]{"Importing instance", input.Project, resources, func(ctx context.Context, t *work.Transfer, archive *received) (*lxd.Instance, error) {
		body := archive.raw()
		if check := s.LXD.NewArchiveCheck(ctx, as, input.Project); check != nil {
			body, input.Size = archive.looked(check), -1
		}
		sending, sent := archive.patient(ctx)
		defer sent()
		importing, err := s.LXD.SendInstance(sending, as, input, body)
		archive.done(t)
		if err != nil {
			return nil, err
		}
		if err := s.imported(ctx, t, as, input, importing, description); err != nil {
			return nil, err
		}
		return s.LXD.InstanceObject(context.WithoutCancel(ctx), as, input.Project, input.Name)
	}}, nil
}

// imported waits for the instance, which LXD goes on to make when the caller
// has gone, and looks at what has come of it.
func (s *Streams) imported(ctx context.Context, t *work.Transfer, as lxd.Scope, input *lxd.ImportInstance, importing *lxd.Operation, description string) error {
	if err := t.Follow(context.WithoutCancel(ctx), "import", importing); err != nil {
		return roomError(err)
	}
	if err := s.LXD.SafeInstance(ctx, as, input.Project, input.Name); err != nil {
		removing, removeErr := s.LXD.DeleteInstance(context.WithoutCancel(ctx), lxd.System, nil, input.Project, input.Name, true)
		if removeErr == nil {
			removeErr = t.Await(context.WithoutCancel(ctx), removing)
		}
		return errors.Join(err, removeErr)
	}
	if description == "" {
		return nil
	}
	_, err := s.Work.EditInstance(ctx, as, nil, input.Project, input.Name, nil, func(edit *lxd.InstanceEdit) error {
		edit.Description = description
		return nil
	})
	return err
}
