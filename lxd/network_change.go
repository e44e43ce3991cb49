package lxd

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// NetworkAction is what can be done to a network, or to what belongs to networks.
type NetworkAction = Action

// The actions.
const (
	NetworkUpdate NetworkAction = "UPDATE"
	NetworkRename NetworkAction = "RENAME"
	NetworkDelete NetworkAction = "DELETE"
)

// administrate is the gate in front of every change of what only an ADMIN of
// the project changes. The scope is an administrator's: one that allows a
// change where the caller is ADMIN, and not where the caller is OPERATOR.
func administrate(as Scope, project, kind string) error {
	if !as.Allows(project, false) {
		return hidden(kind)
	}
	if !as.Allows(project, true) {
		return &ForbiddenError{Project: project, Reason: fmt.Sprintf("only an ADMIN changes the networks, ACLs and zones of the project %q: ask for that role there", project)}
	}
	return nil
}

// ofWholeServer is a scope in which what is shown to who may change a project
// is shown to who may change the server: so it is with the secrets of networks.
type ofWholeServer struct{ Scope }

func (s ofWholeServer) Allows(_ string, write bool) bool { return s.Scope.Allows("", write) }

// reconfigure changes an object's description and configuration, and gives the
// configuration before and after.
func (o object) reconfigure(description *string, patch StringMapPatch) (was, is StringMap, err error) {
	if err := o.read("config", &was); err != nil {
		return nil, nil, err
	}
	is = maps.Clone(was)
	if is == nil {
		is = StringMap{}
	}
	patch.apply(is)
	if description != nil {
		if err := o.write("description", *description); err != nil {
			return nil, nil, err
		}
	}
	return was, is, o.write("config", is)
}

// inUse says what uses an object, from LXD's list of it; nil for nothing. What
// the caller may not see is neither named nor counted.
func (c *Client) inUse(as Scope, what string, users []string) error {
	var named []string
	for _, address := range users {
		if id, ok := c.Reference(address); ok && as.Allows(id.Project, false) {
			named = append(named, fmt.Sprintf("the %s %s (project %s)", id.Kind, id.Name, id.Project))
		}
	}
	switch {
	case len(users) == 0:
		return nil
	case len(named) == 0:
		named = []string{"something that you may not see"}
	case len(named) > 5:
		named = append(named[:5], fmt.Sprintf("and %d more", len(named)-5))
	}
	return &InUseError{what + " is in use by " + strings.Join(named, ", ") + ": take it away there first"}
}

// refusedUse gives the type to what LXD says of an object in use, with status
// 400 or 500.
func refusedUse(err error) error {
	if (isStatus(err, http.StatusBadRequest) || isStatus(err, http.StatusInternalServerError)) && strings.Contains(err.Error(), "in use") {
		return &InUseError{err.Error()}
	}
	return err
}

// refusedInput gives the type to what LXD of 5.0.2 says of a caller's mistake
// with status 500; the argument is where the mistake is.
func refusedInput(err error, argument string, words ...string) error {
	for _, word := range words {
		if isStatus(err, http.StatusInternalServerError) && strings.Contains(err.Error(), word) {
			return &InputError{argument, err.Error()}
		}
	}
	return err
}

// finish waits for one step of several.
func (c *Client) finish(ctx context.Context, operation *Operation, err error) error {
	if err != nil || operation == nil {
		return err
	}
	ended, err := c.WaitOperation(ctx, System, operation, time.Minute)
	if err == nil && ended.Status() != OperationSuccess {
		err = &OperationError{ended}
	}
	return err
}
