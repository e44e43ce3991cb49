package lxd

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Operation reads one operation. One that LXD has forgotten, which it does 5 s
// after the end, is an *Error with status 404.
func (c *Client) Operation(ctx context.Context, as Scope, id string) (*Operation, error) {
	operation, err := get[*Operation](ctx, c, path("operations", id))
	if err != nil {
		return nil, err
	}
	if err := c.locate(ctx, operation); err != nil {
		return nil, err
	}
	shown := operation.Shown(as)
	if operation.isToken() || shown == nil {
		return nil, hidden("Operation")
	}
	c.ended(operation)
	return shown, nil
}

// locate finds an operation's project. Where no event has told it, the lists
// of the projects do: an operation without a project is in all of them.
func (c *Client) locate(ctx context.Context, operation *Operation) error {
	if project, ok := c.tracked.find(operation.UUID); ok {
		c.own(operation, project)
		return nil
	}
	projects, err := c.Projects(ctx, System)
	if err != nil {
		return err
	}
	in := []string{}
	for _, project := range projects {
		listed, err := c.listOperations(ctx, project.Name)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(listed, func(o *Operation) bool { return o.UUID == operation.UUID }) {
			in = append(in, project.Name)
		}
	}
	if len(in) == 1 {
		c.own(operation, in[0])
	} else {
		c.own(operation, "")
	}
	return nil
}

// Operations lists the operations of a project, oldest first, without tokens.
func (c *Client) Operations(ctx context.Context, as Scope, project string) ([]*Operation, error) {
	project = projectOrDefault(project)
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	operations, err := c.listOperations(ctx, project)
	if err != nil {
		return nil, err
	}
	if len(operations) == 0 && project != "default" {
		if _, err := c.Project(ctx, as, project); err != nil {
			return nil, err
		}
	}
	return ShownOperations(slices.DeleteFunc(operations, (*Operation).isToken), as), nil
}

// ShownOperations are those that the scope may see, as far as it may: see
// [Operation.Shown].
func ShownOperations(operations []*Operation, as Scope) []*Operation {
	shown := make([]*Operation, 0, len(operations))
	for _, operation := range operations {
		if operation = operation.Shown(as); operation != nil {
			shown = append(shown, operation)
		}
	}
	return shown
}

func (c *Client) listOperations(ctx context.Context, project string) ([]*Operation, error) {
	byStatus, err := get[map[string][]*Operation](ctx, c, in(project, "/1.0/operations", "recursion", "1"))
	if err != nil {
		return nil, err
	}
	var operations []*Operation
	for _, some := range byStatus {
		operations = append(operations, some...)
	}
	for _, operation := range operations {
		told, ok := c.tracked.find(operation.UUID)
		if !ok {
			told = project
		}
		c.adopt(operation, told)
	}
	slices.SortFunc(operations, func(a, b *Operation) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	return operations, nil
}

// WaitOperation waits for the end of an operation, for at most the given time,
// and returns it as it is then: look at its status.
func (c *Client) WaitOperation(ctx context.Context, as Scope, operation *Operation, atMost time.Duration) (*Operation, error) {
	if operation.Shown(as) == nil {
		return nil, hidden("Operation")
	}
	seconds := max(1, int(atMost/time.Second))
	address := path("operations", operation.UUID, "wait") + "?timeout=" + strconv.Itoa(seconds)
	answer, err := once[*Operation](ctx, c, time.Duration(seconds)*time.Second+c.config.Timeout, http.MethodGet, address, nil)
	if answer.httpStatus == http.StatusOK && answer.Type == "error" {
		// From 5.0.9 on LXD answers a failure so, with its status sent already.
		failed := *operation
		failed.StatusCode, failed.Err, failed.MayCancel = codeFailure, answer.Error, false
		c.ended(&failed)
		return &failed, nil
	}
	if err != nil {
		return nil, err
	}
	c.adopt(answer.Metadata, operation.Project)
	c.ended(answer.Metadata)
	return answer.Metadata, nil
}

// CancelOperation asks LXD to stop an operation.
func (c *Client) CancelOperation(ctx context.Context, as Scope, operation *Operation) error {
	if err := enter(as, operation.Project, true); err != nil {
		return err
	}
	_, err := once[JSON](ctx, c, c.config.Timeout, http.MethodDelete, path("operations", operation.UUID), nil)
	return err
}

// own remembers the project of an operation and makes it ours.
func (c *Client) own(operation *Operation, project string) {
	c.tracked.remember(operation.UUID, project)
	c.adopt(operation, project)
}

func (c *Client) adopt(operation *Operation, project string) {
	operation.Project, operation.server = project, c.Name()
	operation.redact()
}
