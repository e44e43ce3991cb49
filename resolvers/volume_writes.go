package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// namedVolume is what a mutation says of a custom volume.
type namedVolume struct {
	project    *string
	pool, name string
	location   *string
}

func (r *Resolver) volume(ctx context.Context, of namedVolume) (*lxd.StorageVolume, error) {
	return r.storageVolume(ctx, of.project, of.pool, nil, of.name, value(of.location))
}

func (r *Resolver) createVolume(ctx context.Context, input *lxd.CreateStorageVolumeInput, wait *int, key *string, dryRun bool) (*work.StorageVolumePayload, error) {
	project, err := owner(ctx, input.Project, lxd.FeatureStorageVolumes)
	if err != nil {
		return nil, err
	}
	plan := lxd.NewChangePlan(dryRun)
	place := lxd.StorageVolumePlace{Project: project, Pool: input.Pool, Name: input.Name, Member: value(input.Target)}
	return r.volumeMade(ctx, place, plan, wait, func() (*lxd.Operation, error) {
		if plan != nil {
			return r.LXD.CreateStorageVolume(ctx, scope(ctx), plan, project, input)
		}
		return r.once(ctx, key, "createStorageVolume", input, func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.CreateStorageVolume(ctx, scope(ctx), nil, project, input)
		})
	})
}

// volumeMade makes a change, waits as the mutation was told to, and reads the
// volume where it is then. A dry run leaves out what is there already.
func (r *Resolver) volumeMade(ctx context.Context, place lxd.StorageVolumePlace, plan *lxd.ChangePlan, wait *int, change func() (*lxd.Operation, error)) (*work.StorageVolumePayload, error) {
	operation, err := r.storageDone(ctx, wait, change)
	if err != nil || plan != nil {
		return &work.StorageVolumePayload{Plan: plan}, err
	}
	volume, err := storageFound(r.LXD.StorageVolume(ctx, scope(ctx), place.Project, place.Pool, lxd.VolumeCustom, place.Name, place.Member))
	return &work.StorageVolumePayload{StorageVolume: volume, Operation: operation}, err
}

// volumeChanged changes a volume that stays where it is.
func (r *Resolver) volumeChanged(ctx context.Context, of namedVolume, wait *int, change func(*lxd.StorageVolume) (*lxd.Operation, error)) (*work.StorageVolumePayload, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	return r.volumeMade(ctx, volume.Place(), nil, wait, func() (*lxd.Operation, error) { return change(volume) })
}

func (r *Resolver) updateVolume(ctx context.Context, of namedVolume, input *lxd.UpdateStorageVolumeInput, ifMatch *string, wait *int, dryRun bool) (*work.StorageVolumePayload, error) {
	plan := lxd.NewChangePlan(dryRun)
	payload, err := r.volumeChanged(ctx, of, wait, func(volume *lxd.StorageVolume) (*lxd.Operation, error) {
		return r.Work.UpdateStorageVolume(ctx, scope(ctx), plan, volume, ifMatch, input)
	})
	if payload != nil {
		payload.Plan = plan
	}
	return payload, err
}

func (r *Resolver) renameVolume(ctx context.Context, of namedVolume, newName string, wait *int) (*work.StorageVolumePayload, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	place := volume.Place()
	place.Name = newName
	return r.volumeMade(ctx, place, nil, wait, func() (*lxd.Operation, error) {
		return r.LXD.RenameStorageVolume(ctx, scope(ctx), volume, newName)
	})
}

// arrival is the effective project that a volume comes to; null is its own.
func arrival(ctx context.Context, volume *lxd.StorageVolume, project *string) (string, error) {
	if project == nil {
		return volume.Project, nil
	}
	return owner(ctx, project, lxd.FeatureStorageVolumes)
}

func (r *Resolver) copyVolume(ctx context.Context, of namedVolume, snapshot *string, input *lxd.CopyStorageVolumeInput, wait *int, key *string) (*work.StorageVolumePayload, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	project, err := arrival(ctx, volume, input.Project)
	if err != nil {
		return nil, err
	}
	place := volume.Copied(project, input)
	return r.volumeMade(ctx, place, nil, wait, func() (*lxd.Operation, error) {
		return r.once(ctx, key, "copyStorageVolume", []any{volume.ID(), snapshot, place, input}, func(ctx context.Context) (*lxd.Operation, error) {
			return r.LXD.CopyStorageVolume(ctx, scope(ctx), volume, snapshot, place, input)
		})
	})
}

func (r *Resolver) moveVolume(ctx context.Context, of namedVolume, input *lxd.MoveStorageVolumeInput, wait *int) (*work.StorageVolumePayload, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	project, err := arrival(ctx, volume, input.Project)
	if err != nil {
		return nil, err
	}
	place := volume.Moved(project, input)
	return r.volumeMade(ctx, place, nil, wait, func() (*lxd.Operation, error) {
		return r.LXD.MoveStorageVolume(ctx, scope(ctx), volume, place)
	})
}

func (r *Resolver) deleteVolume(ctx context.Context, of namedVolume, wait *int, dryRun bool) (*work.DeletePayload, error) {
	volume, err := r.volume(ctx, of)
	if err != nil {
		return nil, err
	}
	plan := lxd.NewChangePlan(dryRun)
	payload, err := r.storageGone(ctx, volume.ID(), wait, func() (*lxd.Operation, error) {
		return r.LXD.DeleteStorageVolume(ctx, scope(ctx), plan, volume)
	})
	if err != nil || plan == nil {
		return payload, err
	}
	return &work.DeletePayload{Plan: plan}, nil
}

// given reports whether a field of an argument was given at all; null is given,
// and a variable that was left out is not.
func given(ctx context.Context, argument, field string) bool {
	variables := graphql.GetOperationContext(ctx).Variables
	asked := graphql.GetFieldContext(ctx).Field.Arguments.ForName(argument)
	if asked == nil {
		return false
	}
	if asked.Value.Kind == ast.Variable {
		fields, _ := variables[asked.Value.Raw].(map[string]any)
		_, ok := fields[field]
		return ok
	}
	text := asked.Value.Children.ForName(field)
	if text != nil && text.Kind == ast.Variable {
		_, ok := variables[text.Raw]
		return ok
	}
	return text != nil
}
