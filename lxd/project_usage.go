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
	type resources struct{ Resources map[string]*ProjectUsage }
	state, err := together(ctx, c, path("projects", project, "state"), func(state *resources) {
		for name, usage := range state.Resources {
			usage.Resource = name
		}
	})
	if err != nil {
		return nil, err
	}
	usages := make([]*ProjectUsage, 0, len(state.Resources))
	for _, resource := range sortedKeys(state.Resources) {
		usages = append(usages, state.Resources[resource])
	}
	return usages, nil
}

// SumUsage adds up what several projects use, by resource. A limit is the sum
// of all, or none where one project has none.
func SumUsage(all [][]*ProjectUsage) []*ProjectUsage {
	sums := map[string]*ProjectUsage{}
	for _, usages := range all {
		for _, usage := range usages {
			sum := sums[usage.Resource]
			switch {
			case sum == nil:
				first := *usage
				sums[usage.Resource] = &first
				continue
			case sum.Most < 0 || usage.Most < 0:
				sum.Most = -1
			default:
				sum.Most += usage.Most
			}
			sum.Usage += usage.Usage
		}
	}
	usages := make([]*ProjectUsage, 0, len(sums))
	for _, resource := range sortedKeys(sums) {
		usages = append(usages, sums[resource])
	}
	return usages
}
