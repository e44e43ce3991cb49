package lxd

import (
	"context"
	"net/http"
)

func (w *Warning) address() string { return path("warnings", w.UUID) }

// UpdateWarning says that a warning was looked at, or has to be again. It looks
// first: LXD of 5.0.2 says yes for one that does not exist (seen).
func (c *Client) UpdateWarning(ctx context.Context, as Scope, uuid string, status WarningStatus) (*Operation, error) {
	words := map[WarningStatus]string{"NEW": "new", "ACKNOWLEDGED": "acknowledged"}
	if err := administer(as); err != nil {
		return nil, err
	}
	if words[status] == "" {
		return nil, &InputError{"status", "the status is set to ACKNOWLEDGED or back to NEW: that a warning is RESOLVED finds LXD itself"}
	}
	warning, err := c.Warning(ctx, as, uuid)
	if err != nil {
		return nil, err
	}
	return change(ctx, c, "", http.MethodPut, warning.address(), map[string]any{"status": words[status]})
}

// DeleteWarning forgets a warning. LXD makes it again when it finds its reason again.
func (c *Client) DeleteWarning(ctx context.Context, as Scope, uuid string) (*Warning, *Operation, error) {
	if err := administer(as); err != nil {
		return nil, nil, err
	}
	warning, err := c.Warning(ctx, as, uuid)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, "", http.MethodDelete, warning.address(), nil)
	return warning, operation, err
}
