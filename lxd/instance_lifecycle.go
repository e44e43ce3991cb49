package lxd

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// InstanceStateChange is a change of what an instance is doing.
type InstanceStateChange struct {
	Action InstanceAction
	// Force ends the instance instead of asking it to shut down.
	Force bool
	// TimeoutSeconds is how long it may take to shut down; 0 is 30.
	TimeoutSeconds int
	// Stateful saves the running state on stop and uses it on start.
	Stateful bool
}

// ChangeInstanceState begins a change of what an instance is doing. It looks
// first: LXD of 5.0.2 accepts what does not fit and lets the operation fail.
func (c *Client) ChangeInstanceState(ctx context.Context, as Scope, project, name string, wish InstanceStateChange) (*Operation, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := instance.fits(wish.Action); err != nil {
		return nil, err
	}
	return c.changeState(ctx, instance, wish)
}

func (c *Client) changeState(ctx context.Context, instance *Instance, wish InstanceStateChange) (*Operation, error) {
	timeout := wish.TimeoutSeconds
	if timeout == 0 {
		timeout = 30
	}
	body := map[string]any{
		"action": strings.ToLower(string(wish.Action)), "timeout": timeout,
		"force": wish.Force, "stateful": wish.Stateful,
	}
	return change(ctx, c, instance.Project, http.MethodPut, in(instance.Project, path("instances", instance.Name, "state")), body)
}

// DeleteInstance begins to delete an instance that does not run. With a plan
// nothing is deleted; force then tells that it would be stopped before.
func (c *Client) DeleteInstance(ctx context.Context, as Scope, plan *ChangePlan, project, name string, force bool) (*Operation, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := instance.fits(ActionDelete); err != nil && !(force && plan != nil) {
		if err := plan.Block(err); err != nil {
			return nil, err
		}
	}
	if err := instance.Unprotected(); err != nil {
		if err := plan.Block(err); err != nil {
			return nil, err
		}
	}
	return c.do(ctx, as, plan, instance.Project, http.MethodDelete, in(instance.Project, path("instances", instance.Name)), instance.planned(), nil)
}

// Unprotected is a *ConflictError where the instance is kept from being deleted.
func (i *Instance) Unprotected() error {
	if isTrue(i.ExpandedConfig.Get("security.protection.delete")) {
		return conflict("%s is protected: set security.protection.delete to false first", i.Name)
	}
	return nil
}

// writable reads an instance that the caller may change.
func (c *Client) writable(ctx context.Context, as Scope, project, name string) (*Instance, error) {
	instance, err := c.InstanceObject(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	return instance, enter(as, instance.Project, true)
}

// fits refuses an action that the status does not allow. A status that we do
// not know is left to LXD.
func (i *Instance) fits(action InstanceAction) error {
	allowed, ok := fitting[i.Status]
	if !ok || slices.Contains(allowed, action) {
		return nil
	}
	words := make([]string, len(allowed))
	for n, other := range allowed {
		words[n] = string(other)
	}
	return &ConflictError{fmt.Sprintf("%s is %s and cannot %s: possible now is %s", i.Name, i.Status, action, strings.Join(words, ", "))}
}
