package lxd

import (
	"context"
	"net/http"
	"regexp"
)

// PlacementPolicy is how the instances of a placement group are put on members.
type PlacementPolicy string

// PlacementRigor is what happens when the policy cannot be met.
type PlacementRigor string

// CreatePlacementGroupInput is a new placement group.
type CreatePlacementGroupInput struct {
	Name        string
	Project     *string
	Description *string
	Policy      PlacementPolicy
	Rigor       *PlacementRigor
	Config      StringMap
}

// UpdatePlacementGroupInput is a change of a placement group: what is nil stays.
type UpdatePlacementGroupInput struct {
	Description *string
	Policy      *PlacementPolicy
	Rigor       *PlacementRigor
	Config      StringMapPatch
}

// PlacementGroupAction is what may be done with a placement group.
type PlacementGroupAction = Action

// placementWords are LXD's words for both enums.
var placementWords = map[string]string{"SPREAD": "spread", "COMPACT": "compact", "STRICT": "strict", "PERMISSIVE": "permissive"}

var placementName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

// Tags are the entries of the config key user.tags.
func (g *PlacementGroup) Tags() []string { return g.Config.Tags() }

// AvailableActions are what the caller may do with a placement group as it is now.
func (g *PlacementGroup) AvailableActions(as Scope) []PlacementGroupAction {
	switch {
	case administer(as) != nil:
		return []PlacementGroupAction{}
	case len(g.Users) > 0:
		return []PlacementGroupAction{"UPDATE"}
	}
	return []PlacementGroupAction{"UPDATE", "RENAME", "DELETE"}
}

func (g *PlacementGroup) address() string {
	return in(g.Project, path("placement-groups", g.Name))
}

// PlacementGroup reads one placement group.
func (c *Client) PlacementGroup(ctx context.Context, as Scope, project, name string) (*PlacementGroup, error) {
	groups, err := c.PlacementGroups(ctx, as, projectOrDefault(project))
	for _, group := range groups {
		if group.Name == name {
			return group, nil
		}
	}
	if err == nil {
		err = hidden("Placement group")
	}
	return nil, err
}

// CreatePlacementGroup makes a placement group.
func (c *Client) CreatePlacementGroup(ctx context.Context, as Scope, input *CreatePlacementGroupInput) (*Operation, error) {
	project := projectOrDefault(value(input.Project))
	if err := c.freePlacementGroup(ctx, as, project, "input.name", input.Name); err != nil {
		return nil, err
	}
	config := StringMap{}
	for key, value := range input.Config {
		config[key] = value
	}
	patch, err := placementPatch(&input.Policy, input.Rigor, nil)
	if err != nil {
		return nil, err
	}
	patch.apply(config)
	body := map[string]any{"name": input.Name, "description": value(input.Description), "config": config}
	operation, err := change(ctx, c, project, http.MethodPost, in(project, path("placement-groups")), body)
	return operation, nameTaken(err, placementExists(input.Name))
}

// placementPatch is a change of the configuration with what has fields of its own.
func placementPatch(policy *PlacementPolicy, rigor *PlacementRigor, config StringMapPatch) (StringMapPatch, error) {
	patch := StringMapPatch{}
	for key, value := range config {
		patch[key] = value
	}
	for _, one := range []struct{ key, name string }{{"policy", string(value(policy))}, {"rigor", string(value(rigor))}} {
		if one.name == "" {
			continue
		}
		word, ok := placementWords[one.name]
		if !ok {
			return nil, &InputError{"input." + one.key, "this is none that LXD knows"}
		}
		patch[one.key] = &word
	}
	return patch, nil
}

// UpdatePlacementGroup changes a placement group.
func (c *Client) UpdatePlacementGroup(ctx context.Context, as Scope, project, name string, input *UpdatePlacementGroupInput, ifMatch *string) (*Operation, error) {
	group, err := c.changeablePlacementGroup(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	patch, err := placementPatch(input.Policy, input.Rigor, input.Config)
	if err != nil {
		return nil, err
	}
	return c.edit(ctx, as, nil, group.Project, group.address(), ifMatch, func(current object) error {
		if err := setGiven(current, "description", input.Description); err != nil {
			return err
		}
		return setConfig(current, patch)
	})
}

// RenamePlacementGroup renames a placement group.
func (c *Client) RenamePlacementGroup(ctx context.Context, as Scope, project, name, newName string) (*Operation, error) {
	group, err := c.changeablePlacementGroup(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := c.usedByError(as, "the placement group "+group.Name, group.Users); err != nil {
		return nil, err
	}
	if err := c.freePlacementGroup(ctx, as, group.Project, "newName", newName); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, group.Project, http.MethodPost, group.address(), map[string]any{"name": newName})
	return operation, nameTaken(err, placementExists(newName))
}

// DeletePlacementGroup deletes a placement group that nothing uses.
func (c *Client) DeletePlacementGroup(ctx context.Context, as Scope, project, name string) (*PlacementGroup, *Operation, error) {
	group, err := c.changeablePlacementGroup(ctx, as, project, name)
	if err != nil {
		return nil, nil, err
	}
	if err := c.usedByError(as, "the placement group "+group.Name, group.Users); err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, group.Project, http.MethodDelete, group.address(), nil)
	return group, operation, err
}

func (c *Client) changeablePlacementGroup(ctx context.Context, as Scope, project, name string) (*PlacementGroup, error) {
	if err := c.administerWith(ctx, as, placement); err != nil {
		return nil, err
	}
	return c.PlacementGroup(ctx, as, project, name)
}

func (c *Client) freePlacementGroup(ctx context.Context, as Scope, project, argument, name string) error {
	if err := c.administerWith(ctx, as, placement); err != nil {
		return err
	}
	if !placementName.MatchString(name) {
		return &InputError{argument, "a placement group's name has 1 to 63 letters, digits and dashes, and begins and ends with a letter or a digit"}
	}
	if _, err := c.Project(ctx, as, project); err != nil {
		return err
	}
	switch _, err := c.PlacementGroup(ctx, as, project, name); {
	case err == nil:
		return &ExistsError{placementExists(name)}
	case !IsNotFound(err):
		return err
	}
	return nil
}

func placementExists(name string) string {
	return "there is a placement group " + name + " in the project already: choose another name"
}
