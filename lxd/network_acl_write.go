package lxd

import (
	"context"
	"net/http"
)

// CreateNetworkAclInput is a new ACL.
type CreateNetworkAclInput struct { //nolint:staticcheck // the GraphQL type's name
	Name        string
	Project     *string
	Description *string
	Config      StringMap
	Ingress     []*NetworkAclRuleInput
	Egress      []*NetworkAclRuleInput
}

// UpdateNetworkAclInput is a change of an ACL: what is nil stays as it is.
type UpdateNetworkAclInput struct { //nolint:staticcheck // the GraphQL type's name
	Description *string
	Config      StringMapPatch
	// Ingress and Egress replace the rules that it has.
	Ingress []*NetworkAclRuleInput
	Egress  []*NetworkAclRuleInput
}

// CreateNetworkAcl begins to make an ACL of an effective project.
func (c *Client) CreateNetworkAcl(ctx context.Context, as Scope, project string, input *CreateNetworkAclInput) (*Operation, error) {
	if err := administrate(as, project, "Project"); err != nil {
		return nil, err
	}
	if err := checkHostName("input.name", input.Name); err != nil {
		return nil, err
	}
	if err := mayConfigurePart(as, harmlessPart, input.Config); err != nil {
		return nil, err
	}
	ingress, err := aclRules("input.ingress", input.Ingress)
	if err != nil {
		return nil, err
	}
	egress, err := aclRules("input.egress", input.Egress)
	if err != nil {
		return nil, err
	}
	if err := c.freeACLName(ctx, as, project, input.Name); err != nil {
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "config": input.Config, "ingress": ingress, "egress": egress}
	operation, err := change(ctx, c, project, http.MethodPost, in(project, path("network-acls")), body)
	return operation, refusedInput(refusedRules(err), "input.config", "nvalid config option")
}

// freeACLName refuses a name that is taken.
func (c *Client) freeACLName(ctx context.Context, as Scope, project, name string) error {
	_, err := c.NetworkAcl(ctx, as, project, name)
	switch {
	case err == nil:
		return &ExistsError{"an ACL " + name + " exists already in the project " + project + ": choose another name"}
	case !IsNotFound(err):
		return err
	}
	return nil
}

// changeableACL reads an ACL that the caller may change.
func (c *Client) changeableACL(ctx context.Context, as Scope, project, name string) (*NetworkAcl, error) {
	acl, err := c.NetworkAcl(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	return acl, administrate(as, project, "Network ACL")
}

// UpdateNetworkAcl begins to change an ACL. It is written whole: LXD of 5.0.2
// takes the rules away that a PATCH does not name.
func (c *Client) UpdateNetworkAcl(ctx context.Context, as Scope, project, name string, ifMatch *string, input *UpdateNetworkAclInput) (*Operation, error) {
	if _, err := c.changeableACL(ctx, as, project, name); err != nil {
		return nil, err
	}
	rules := map[string][]*wireRule{}
	for key, given := range map[string][]*NetworkAclRuleInput{"ingress": input.Ingress, "egress": input.Egress} {
		if given == nil {
			continue
		}
		var err error
		if rules[key], err = aclRules("input."+key, given); err != nil {
			return nil, err
		}
	}
	operation, err := c.edit(ctx, as, nil, project, in(project, path("network-acls", name)), ifMatch, func(current object) error {
		was, is, err := current.reconfigure(input.Description, input.Config)
		for key, list := range rules {
			if err == nil {
				err = current.write(key, list)
			}
		}
		if err != nil {
			return err
		}
		return mayConfigurePart(as, harmlessPart, changedKeys(was, is))
	})
	return operation, refusedInput(refusedRules(err), "input.config", "nvalid config option")
}

// RenameNetworkAcl begins to rename an ACL that nothing uses.
func (c *Client) RenameNetworkAcl(ctx context.Context, as Scope, project, name, newName string) (*Operation, error) {
	acl, err := c.changeableACL(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := checkHostName("newName", newName); err != nil {
		return nil, err
	}
	if err := c.inUse(as, "the ACL "+name, acl.Users); err != nil {
		return nil, err
	}
	if err := c.freeACLName(ctx, as, project, newName); err != nil {
		return nil, err
	}
	operation, err := change(ctx, c, project, http.MethodPost, in(project, path("network-acls", name)), map[string]string{"name": newName})
	return operation, refusedUse(err)
}

// DeleteNetworkAcl begins to delete an ACL that nothing uses, and gives it as it was.
func (c *Client) DeleteNetworkAcl(ctx context.Context, as Scope, project, name string) (*NetworkAcl, *Operation, error) {
	acl, err := c.changeableACL(ctx, as, project, name)
	if err != nil {
		return nil, nil, err
	}
	if err := c.inUse(as, "the ACL "+name, acl.Users); err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, project, http.MethodDelete, in(project, path("network-acls", name)), nil)
	return acl, operation, refusedUse(err)
}

// Actions are what the caller, as an administrator, can do to it now.
func (a *NetworkAcl) Actions(as Scope) []NetworkAction {
	switch {
	case !as.Allows(a.Project, true):
		return []NetworkAction{}
	case len(a.Users) > 0:
		return []NetworkAction{NetworkUpdate}
	}
	return []NetworkAction{NetworkUpdate, NetworkRename, NetworkDelete}
}
