package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

func (r *Resolver) createZone(ctx context.Context, in place, input *lxd.CreateNetworkZoneInput) (*work.NetworkZonePayload, error) {
	owner, operation, err := r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.CreateNetworkZone(ctx, as, owner, input)
	})
	return r.zoneAfter(ctx, owner, input.Name, operation, err)
}

func (r *Resolver) updateZone(ctx context.Context, in place, name string, ifMatch *string, input *lxd.UpdateNetworkZoneInput) (*work.NetworkZonePayload, error) {
	owner, operation, err := r.alone(ctx, in, "network-zone", name, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.UpdateNetworkZone(ctx, as, owner, name, ifMatch, input)
	})
	return r.zoneAfter(ctx, owner, name, operation, err)
}

func (r *Resolver) zoneAfter(ctx context.Context, owner, name string, operation *lxd.Operation, err error) (*work.NetworkZonePayload, error) {
	if err != nil {
		return nil, err
	}
	found, err := there(r.LXD.NetworkZone(ctx, scope(ctx), owner, name))
	return &work.NetworkZonePayload{NetworkZone: found, Operation: operation}, err
}

func (r *Resolver) deleteZone(ctx context.Context, in place, name string) (*work.DeletePayload, error) {
	return deletes(ctx, r, in, nil, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.NetworkZone, *lxd.Operation, error) {
		return r.LXD.DeleteNetworkZone(ctx, as, owner, name)
	})
}

func (r *Resolver) createRecord(ctx context.Context, in place, zone string, input *lxd.CreateNetworkZoneRecordInput) (*work.NetworkZoneRecordPayload, error) {
	owner, operation, err := r.makes(ctx, in, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.CreateNetworkZoneRecord(ctx, as, owner, zone, input)
	})
	return r.recordAfter(ctx, owner, zone, input.Name, operation, err)
}

func (r *Resolver) updateRecord(ctx context.Context, in place, zone, name string, ifMatch *string, input *lxd.UpdateNetworkZoneRecordInput) (*work.NetworkZoneRecordPayload, error) {
	owner, operation, err := r.alone(ctx, in, "network-zone", zone, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.Operation, error) {
		return r.LXD.UpdateNetworkZoneRecord(ctx, as, owner, zone, name, ifMatch, input)
	})
	return r.recordAfter(ctx, owner, zone, name, operation, err)
}

func (r *Resolver) recordAfter(ctx context.Context, owner, zone, name string, operation *lxd.Operation, err error) (*work.NetworkZoneRecordPayload, error) {
	if err != nil {
		return nil, err
	}
	found, err := part[lxd.NetworkZoneRecord](r.partOf(ctx, owner, "NetworkZoneRecord", zone, name))
	return &work.NetworkZoneRecordPayload{Record: found, Operation: operation}, err
}

func (r *Resolver) deleteRecord(ctx context.Context, in place, zone, name string) (*work.DeletePayload, error) {
	return deletes(ctx, r, in, nil, func(ctx context.Context, as lxd.Scope, owner string) (*lxd.NetworkZoneRecord, *lxd.Operation, error) {
		return r.LXD.DeleteNetworkZoneRecord(ctx, as, owner, zone, name)
	})
}
