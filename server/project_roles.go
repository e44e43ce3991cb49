package server

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// rolesFollow lets the roles in projects go with them and follow them, whoever
// deletes or renames them, until ctx ends. What was not heard of is found out
// by looking which projects there are.
func rolesFollow(ctx context.Context, hub *lxd.Hub, client *lxd.Client, service *auth.Service, log *slog.Logger) {
	for ctx.Err() == nil {
		err := followProjects(ctx, hub, client, service)
		if ctx.Err() != nil || errors.Is(err, lxd.ErrHubClosed) {
			return
		}
		log.Warn("whether projects are gone or renamed cannot be followed: it is tried again", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pauseOfRoles):
		}
	}
}

// pauseOfRoles is how long after a failure they are followed again.
const pauseOfRoles = 5 * time.Second

func followProjects(ctx context.Context, hub *lxd.Hub, client *lxd.Client, service *auth.Service) error {
	events, err := hub.Subscribe(lxd.System, lxd.EventFilter{AllProjects: true, Want: func(event lxd.Event) bool {
		told, ok := event.(*lxd.LifecycleEvent)
		return ok && strings.HasPrefix(told.Action, "project-")
	}})
	if err != nil {
		return err
	}
	defer events.Close()
	select {
	case <-hub.Connected():
	case <-ctx.Done():
		return ctx.Err()
	}
	for err = keepProjects(ctx, client, service); err == nil; {
		var event lxd.Event
		if event, err = events.Next(ctx); err != nil {
			return err
		}
		switch told := event.(type) {
		case *lxd.GapEvent:
			err = keepProjects(ctx, client, service)
		case *lxd.LifecycleEvent:
			err = followProject(ctx, client, service, told)
		}
	}
	return err
}

func followProject(ctx context.Context, client *lxd.Client, service *auth.Service, told *lxd.LifecycleEvent) error {
	project, ok := client.Reference(told.Source)
	if !ok {
		return nil
	}
	name := project.Name
	switch told.Action {
	case "project-deleted":
		another, err := isThere(ctx, client, name)
		if err != nil {
			return err
		}
		return service.ProjectDeleted(ctx, name, another)
	case "project-renamed":
		another, err := isThere(ctx, client, told.OldName())
		if err != nil {
			return err
		}
		return service.ProjectRenamed(ctx, told.OldName(), name, another)
	}
	return nil
}

func isThere(ctx context.Context, client *lxd.Client, name string) (bool, error) {
	_, err := client.Project(ctx, lxd.System, name)
	if lxd.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// keepProjects looks which projects there are. An LXD that does not show us
// default, which each has, does not show us all.
func keepProjects(ctx context.Context, client *lxd.Client, service *auth.Service) error {
	projects, err := client.Projects(ctx, lxd.System)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(projects))
	for _, project := range projects {
		there[project.Name] = true
	}
	if !there["default"] {
		return nil
	}
	return service.KeepProjects(ctx, there)
}
