package mirror

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// Networks are the client's.
func (r *Reader) Networks(ctx context.Context, as lxd.Scope, project string) ([]*lxd.Network, error) {
	if !r.Lists(project) {
		return r.ask(whole(Networks, orDefault(project))).Networks(ctx, as, project)
	}
	return listing[lxd.Network](r, as, Networks, project)
}

// AllNetworks are the client's.
func (r *Reader) AllNetworks(ctx context.Context, as lxd.Scope) ([]*lxd.Network, error) {
	if r.View() == nil {
		return r.ask(whole(Networks, "")).AllNetworks(ctx, as)
	}
	return everywhere[lxd.Network](r, as, Networks), nil
}

// Network is the client's.
func (r *Reader) Network(ctx context.Context, as lxd.Scope, project, name string) (*lxd.Network, error) {
	key := Key{Networks, project, name}
	if !r.holds(key) {
		return r.ask(key).Network(ctx, as, project, name)
	}
	return object[lxd.Network](r, as, key, "Network")
}

// NetworkAcls are the client's.
func (r *Reader) NetworkAcls(ctx context.Context, as lxd.Scope, project string) ([]*lxd.NetworkAcl, error) {
	if !r.Lists(project) {
		return r.ask(whole(NetworkAcls, orDefault(project))).NetworkAcls(ctx, as, project)
	}
	return listing[lxd.NetworkAcl](r, as, NetworkAcls, project)
}

// AllNetworkAcls are the client's.
func (r *Reader) AllNetworkAcls(ctx context.Context, as lxd.Scope) ([]*lxd.NetworkAcl, error) {
	if r.View() == nil {
		return r.ask(whole(NetworkAcls, "")).AllNetworkAcls(ctx, as)
	}
	return everywhere[lxd.NetworkAcl](r, as, NetworkAcls), nil
}

// NetworkAcl is the client's.
func (r *Reader) NetworkAcl(ctx context.Context, as lxd.Scope, project, name string) (*lxd.NetworkAcl, error) {
	key := Key{NetworkAcls, project, name}
	if !r.holds(key) {
		return r.ask(key).NetworkAcl(ctx, as, project, name)
	}
	return object[lxd.NetworkAcl](r, as, key, "Network ACL")
}
