package mirror

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// Profiles are the client's.
func (r *Reader) Profiles(ctx context.Context, as lxd.Scope, project string) ([]*lxd.Profile, error) {
	if !r.Lists(project) {
		return r.ask(whole(Profiles, orDefault(project))).Profiles(ctx, as, project)
	}
	return listing[lxd.Profile](r, as, Profiles, project)
}

// AllProfiles are the client's.
func (r *Reader) AllProfiles(ctx context.Context, as lxd.Scope) ([]*lxd.Profile, error) {
	if r.View() == nil {
		return r.ask(whole(Profiles, "")).AllProfiles(ctx, as)
	}
	return everywhere[lxd.Profile](r, as, Profiles), nil
}

// Profile is the client's.
func (r *Reader) Profile(ctx context.Context, as lxd.Scope, project, name string) (*lxd.Profile, error) {
	key := Key{Profiles, project, name}
	if !r.holds(key) {
		return r.ask(key).Profile(ctx, as, project, name)
	}
	return object[lxd.Profile](r, as, key, "Profile")
}
