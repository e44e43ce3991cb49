package resolvers

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/lxdql/lxdql/lxd"
)

// maxNodes bounds the ids of one question.
const maxNodes = 100

// node is the object of an id; nil for one that is gone or hidden.
func (r *Resolver) node(ctx context.Context, text string) (lxd.Node, error) {
	id, err := lxd.ParseID(text)
	if err != nil {
		return nil, &lxd.InputError{Argument: "id", Message: err.Error()}
	}
	if id.Server != r.LXD.Name() {
		return nil, nil
	}
	if mine, err := effectively(ctx, id); err != nil || !mine {
		return nil, err
	}
	node, err := r.find(ctx, id)
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return node, err
}

// effectively reports whether an object can be of its id's project: LXD shows
// default's under each project that has no such objects of its own, and who may
// see that project need not see default's.
func effectively(ctx context.Context, id lxd.ID) (bool, error) {
	feature := featureOfID(id)
	if feature == lxd.FeatureNone || id.Project == "default" {
		return true, nil
	}
	owner, err := effective(ctx, id.Project, feature)
	return owner == id.Project, err
}

func (r *Resolver) find(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	switch id.Kind {
	case "Instance":
		return present(load(ctx).instance.Load(ctx, key{id.Project, id.Name})())
	case "InstanceSnapshot":
		return r.findSnapshot(ctx, id)
	case "InstanceBackup":
		return r.findBackup(ctx, id)
	case "Project":
		return present(load(ctx).project.Load(ctx, id.Name)())
	case "Profile":
		return present(load(ctx).profile.Load(ctx, key{id.Project, id.Name})())
	case "Image":
		return present(load(ctx).image.Load(ctx, key{id.Project, id.Name})())
	case "ImageAlias":
		return present(load(ctx).from.ImageAlias(ctx, scope(ctx), id.Project, id.Name))
	case "RemoteImage":
		return r.findRemoteImage(ctx, id.Name)
	case "Operation":
		return present(r.Work.Operation(ctx, scope(ctx), id.Name))
	case "StoragePool":
		return present(load(ctx).pool.Load(ctx, id.Name)())
	case "StorageVolume":
		return present(load(ctx).volume.Load(ctx, key{id.Project, id.Name})())
	case "StorageVolumeSnapshot":
		return r.findVolumeSnapshot(ctx, id)
	case "StorageVolumeBackup":
		return r.findVolumeBackup(ctx, id)
	case "StorageBucket":
		return r.findBucket(ctx, id)
	case "Network":
		return present(load(ctx).network.Load(ctx, key{id.Project, id.Name})())
	case "NetworkForward", "NetworkPeer", "NetworkLoadBalancer":
		return r.findOfNetwork(ctx, id)
	case "NetworkAcl":
		return present(load(ctx).acl.Load(ctx, key{id.Project, id.Name})())
	case "NetworkZone":
		return present(load(ctx).zone.Load(ctx, key{id.Project, id.Name})())
	case "NetworkZoneRecord":
		return r.findZoneRecord(ctx, id)
	case "PlacementGroup":
		groups, err := r.LXD.PlacementGroups(ctx, scope(ctx), id.Project)
		return named(groups, err, id.Name, func(g *lxd.PlacementGroup) string { return g.Name })
	case "ClusterMember":
		return present(r.LXD.ClusterMember(ctx, id.Name))
	case "ClusterGroup":
		groups, err := load(ctx).allGroups(ctx)
		return named(groups, err, id.Name, func(g *lxd.ClusterGroup) string { return g.Name })
	case "Certificate":
		return present(r.LXD.OneCertificate(ctx, scope(ctx), id.Name))
	case "Identity":
		method, name, _ := strings.Cut(id.Name, "/")
		return accessible(r.LXD.OneIdentity(ctx, scope(ctx), lxd.IdentityMethod(strings.ToUpper(method)), name))
	case "AuthGroup":
		return accessible(r.LXD.OneAuthGroup(ctx, scope(ctx), id.Name))
	case "IdentityProviderGroup":
		return accessible(r.LXD.OneIdentityProviderGroup(ctx, scope(ctx), id.Name))
	case "Warning":
		return present(r.LXD.Warning(ctx, scope(ctx), id.Name))
	case "AuditEvent":
		return r.findAudit(ctx, id.Name)
	case "User":
		return r.findUser(ctx, id.Name)
	case "Session":
		return present(r.Auth.SessionByID(ctx, id.Name))
	case "ApiToken":
		return present(r.Auth.TokenByID(ctx, id.Name))
	}
	return nil, nil
}

// present keeps a nil pointer from becoming a Node that is not nil.
func present[T any, P interface {
	*T
	lxd.Node
}](object P, err error) (lxd.Node, error) {
	if object == nil || err != nil {
		return nil, err
	}
	return object, nil
}

func (r *Resolver) findSnapshot(ctx context.Context, id lxd.ID) (lxd.Node, error) {
	name, snapshot, _ := strings.Cut(id.Name, "/")
	instance, err := load(ctx).instance.Load(ctx, key{id.Project, name})()
	if err != nil || instance == nil {
		return nil, err
	}
	snapshots, err := load(ctx).snapshots.Load(ctx, instance)()
	for _, candidate := range snapshots {
		if candidate.Name() == snapshot {
			return candidate, nil
		}
	}
	return nil, err
}

// nodes are found side by side, so that loaders can gather. One that cannot be
// read is one null with its path; a malformed id is the whole question's error.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]lxd.Node, error) {
	if len(ids) > maxNodes {
		return nil, &lxd.LimitError{Message: "nodes takes at most 100 ids: ask for them in parts"}
	}
	nodes, errs := make([]lxd.Node, len(ids)), make([]error, len(ids))
	var finding sync.WaitGroup
	for n, id := range ids {
		finding.Go(func() { nodes[n], errs[n] = r.node(ctx, id) })
	}
	finding.Wait()
	for n, err := range errs {
		var input *lxd.InputError
		switch {
		case err == nil:
		case errors.As(err, &input):
			return nil, &lxd.InputError{Argument: "ids." + strconv.Itoa(n), Message: input.Message}
		default:
			nodes[n] = nil
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(n)), err)
		}
	}
	return nodes, nil
}
