package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// place says whose object is changed, and how long the caller waits.
type place struct {
	project *string
	feature lxd.Feature
	wait    *int

	// key is the caller's own for what is made, which is told by the rest.
	key      *string
	mutation string
	input    any
}

// once is the place for what is made once by a key; nil is none.
func (p place) once(key *string, mutation string, input ...any) place {
	p.key, p.mutation, p.input = key, mutation, input
	return p
}

func ofNetworks(project *string, wait *int) place {
	return place{project: project, feature: lxd.FeatureNetworks, wait: wait}
}

func ofZones(project *string, wait *int) place {
	return place{project: project, feature: lxd.FeatureNetworkZones, wait: wait}
}

// step is a change that LXD begins, in an effective project, as the caller who
// is an administrator there.
type step func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error)

// makes begins a change, waits as the caller asks, and tells the effective project.
func (r *Resolver) makes(ctx context.Context, in place, change step) (string, *lxd.Operation, error) {
	if _, err := waiting(in.wait); err != nil {
		return "", nil, err
	}
	owner, err := owner(ctx, in.project, in.feature)
	if err != nil {
		return "", nil, err
	}
	operation, err := r.once(ctx, in.key, in.mutation, in.input, func(ctx context.Context) (*lxd.Operation, error) {
		return change(ctx, administrator(ctx), owner)
	})
	if err != nil {
		return "", nil, err
	}
	operation, err = r.wait(ctx, operation, in.wait)
	return owner, operation, err
}

// alone makes a change of one object after those that came before: LXD has done
// it when it returns.
func (r *Resolver) alone(ctx context.Context, in place, kind, name string, change step) (string, *lxd.Operation, error) {
	wait := in.wait
	in.wait = nil
	if _, err := waiting(wait); err != nil {
		return "", nil, err
	}
	return r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.Work.Alone(ctx, kind+" "+owner+" "+name, func(ctx context.Context) (*lxd.Operation, error) {
			return change(ctx, as, owner)
		})
	})
}

// there is an object that was read after a change; nil for one that is not
// there yet, or any more.
func there[T any](object *T, err error) (*T, error) {
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return object, err
}

// part is what belongs to a network or zone, read after a change.
func part[T any](node lxd.Node, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	found, _ := any(node).(*T)
	return found, nil
}

func (r *Resolver) partOf(ctx context.Context, owner, kind, parent, name string) (lxd.Node, error) {
	id := lxd.ID{Kind: kind, Project: owner, Name: parent + "/" + name}
	if kind == "NetworkZoneRecord" {
		return r.findZoneRecord(ctx, id)
	}
	return r.findOfNetwork(ctx, id)
}

// networkActions are what the caller can do to one of these.
func networkActions(ctx context.Context, of interface {
	Actions(as lxd.Scope) []lxd.NetworkAction
}) []lxd.NetworkAction {
	return of.Actions(administrator(ctx))
}

func (r *Resolver) createNetwork(ctx context.Context, input *lxd.CreateNetworkInput, wait *int, key *string, dryRun bool) (*work.NetworkPayload, error) {
	plan := lxd.NewChangePlan(dryRun)
	if plan != nil {
		key = nil
	}
	owner, operation, err := r.makes(ctx, ofNetworks(input.Project, wait).once(key, "createNetwork", input), func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.CreateNetwork(ctx, as, plan, owner, input)
	})
	return r.networkAfter(ctx, owner, input.Name, operation, plan, err)
}

func (r *Resolver) updateNetwork(ctx context.Context, in place, name, member string, input *lxd.UpdateNetworkInput, ifMatch *string, dryRun bool) (*work.NetworkPayload, error) {
	plan := lxd.NewChangePlan(dryRun)
	owner, operation, err := r.alone(ctx, in, "network", name, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.UpdateNetwork(ctx, as, plan, owner, name, member, ifMatch, input)
	})
	return r.networkAfter(ctx, owner, name, operation, plan, err)
}

func (r *Resolver) renameNetwork(ctx context.Context, in place, name, newName string) (*work.NetworkPayload, error) {
	owner, operation, err := r.alone(ctx, in, "network", name, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.RenameNetwork(ctx, as, owner, name, newName)
	})
	return r.networkAfter(ctx, owner, newName, operation, nil, err)
}

func (r *Resolver) networkAfter(ctx context.Context, owner, name string, operation *lxd.Operation, plan *lxd.ChangePlan, err error) (*work.NetworkPayload, error) {
	if err != nil {
		return nil, err
	}
	if plan != nil {
		return &work.NetworkPayload{Plan: plan}, nil
	}
	network, err := there(r.LXD.Network(ctx, scope(ctx), owner, name))
	return &work.NetworkPayload{Network: network, Operation: operation}, err
}

// deletes deletes an object and tells the id that it had.
func deletes[T interface{ ID() string }](ctx context.Context, r *Resolver, in place, plan *lxd.ChangePlan, remove func(ctx context.Context, as lxd.Scope, owner string) (T, *lxd.Operation, error)) (*work.DeletePayload, error) {
	var was T
	_, operation, err := r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (operation *lxd.Operation, err error) {
		was, operation, err = remove(ctx, as, owner)
		return operation, err
	})
	switch {
	case err != nil:
		return nil, err
	case plan != nil:
		return &work.DeletePayload{Plan: plan}, nil
	}
	id := was.ID()
	return &work.DeletePayload{DeletedID: &id, Operation: operation}, nil
}

func (r *Resolver) deleteNetwork(ctx context.Context, in place, name string, dryRun bool) (*work.DeletePayload, error) {
	plan := lxd.NewChangePlan(dryRun)
	return deletes(ctx, r, in, plan, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Network, *lxd.Operation, error) {
		return r.LXD.DeleteNetwork(ctx, as, plan, owner, name)
	})
}
