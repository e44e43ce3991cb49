package lxd

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// logName refuses what is no name of a file: a path would lead elsewhere in LXD's API.
func logName(name string) error {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return &InputError{"log", "a log is named as Instance.logs names it, such as lxc.log"}
	}
	return nil
}

// OpenLog begins to read a log of an instance: all of it, or the part that
// rangeHeader names as HTTP's Range does. The caller closes the body. A log
// that may hold secrets is for an OPERATOR, see [Client.LogContent].
func (c *Client) OpenLog(ctx context.Context, as Scope, project, name, log, rangeHeader string) (*http.Response, error) {
	instance, err := c.InstanceObject(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if err := logName(log); err != nil {
		return nil, err
	}
	if !slices.Contains(openLogs, log) && !SeesSecrets(as, instance.Project) {
		return nil, &ForbiddenError{Project: instance.Project, Reason: "the log " + log + " may hold secrets of the instance: an OPERATOR may read it"}
	}
	return noLog(c.open(ctx, in(instance.Project, path("instances", instance.Name, "logs", log)), rangeHeader))
}

// OpenExecOutput begins to read what a command printed whose output LXD has
// recorded; the caller closes the body. LXD up to 5.0 keeps it among the logs.
func (c *Client) OpenExecOutput(ctx context.Context, as Scope, project, name, output, rangeHeader string) (*http.Response, error) {
	address, err := c.execOutput(ctx, as, project, name, output)
	if err != nil {
		return nil, err
	}
	return noLog(c.open(ctx, address, rangeHeader))
}

// noLog tells a log that is not there, for which LXD has a path of its host and
// status 500 (seen on 5.0.2).
func noLog(response *http.Response, err error) (*http.Response, error) {
	if err != nil && strings.Contains(err.Error(), "no such file or directory") {
		return nil, hidden("Log")
	}
	return response, err
}

// DeleteExecOutput deletes what a command printed whose output LXD has recorded.
func (c *Client) DeleteExecOutput(ctx context.Context, as Scope, project, name, output string) error {
	address, err := c.execOutput(ctx, as, project, name, output)
	if err != nil {
		return err
	}
	_, err = change(ctx, c, projectOrDefault(project), http.MethodDelete, address, nil)
	return err
}

func (c *Client) execOutput(ctx context.Context, as Scope, project, name, output string) (string, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return "", err
	}
	if err := logName(output); err != nil {
		return "", err
	}
	return in(instance.Project, path("instances", instance.Name, "logs", "exec-output", output)), nil
}

// open begins to read a file; the caller closes the body. It takes as long as it takes.
func (c *Client) open(ctx context.Context, address, rangeHeader string) (*http.Response, error) {
	if err := c.admit(ctx, address); err != nil {
		return nil, err
	}
	request, err := newRequest(ctx, http.MethodGet, c.base+address, nil)
	if err != nil {
		return nil, err
	}
	if rangeHeader != "" {
		request.Header.Set("Range", rangeHeader)
	}
	begun := time.Now()
	response, err := c.http.Load().Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, c.unreachable(err)
	}
	response.Body = counted(ctx, http.MethodGet, address, response.Body, begun)
	if response.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		return response, nil
	}
	if err := c.refusedFile(response.Request.Context(), response); err != nil {
		response.Body.Close()
		return nil, err
	}
	return response, nil
}
