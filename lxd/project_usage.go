package lxd

import "context"

// ProjectUsage is how much of one resource a project uses.
type ProjectUsage struct {
	Resource string
	Usage    int64 `json:"Usage"`
	// Most is -1 for no limit.
	Most int64 `json:"Limit"`
}

// Limit is how much may be used at most; nil for no limit.
func (u *ProjectUsage) Limit() *int64 {
	if u.Most < 0 {
		return nil
	}
	return &u.Most
}

// ProjectUsage reads what a project uses, by resource.
func (c *Client) ProjectUsage(ctx context.Context, as Scope, project string) ([]*ProjectUsage, error) {
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	state, err := get[struct{ Resources map[string]*ProjectUsage }](ctx, c, path("projects", project, "state"))
	if err != nil {
		return nil, err
	}
	usages := make([]*ProjectUsage, 0, len(state.Resources))
	for _, resource := range sortedKeys(state.Resources) {
		state.Resources[resource].Resource = resource
		usages = append(usages, state.Resources[resource])
	}
	return usages, nil
}
