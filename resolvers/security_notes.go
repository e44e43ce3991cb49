package resolvers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// mostHostNotes bounds the instances that securityNotes names, and
	// mostEntrants who may enter each.
	mostHostNotes = 100
	mostEntrants  = 20
)

// securityNotes are what the caller should know; an ADMIN is also told which
// instances reach the host, and who may enter them.
func (r *Resolver) securityNotes(ctx context.Context, server *lxd.Server) ([]string, error) {
	notes := server.SecurityNotes(scope(ctx))
	if !scope(ctx).Allows("", true) {
		return notes, nil
	}
	instances, err := r.LXD.HostReaching(ctx, scope(ctx))
	switch {
	case r.LXD.Stopped(err) != nil, errors.As(err, new(*lxd.NotTrustedError)): // which the connection tells
		return notes, nil
	case err != nil:
		return nil, err
	}
	entrants, err := r.Auth.Entrants(ctx)
	if err != nil {
		return nil, err
	}
	for n, instance := range instances {
		if n == mostHostNotes {
			notes = append(notes, fmt.Sprintf("%d more instances reach the host.", len(instances)-n))
			break
		}
		notes = append(notes, hostNote(instance, entrants(instance.Project)))
	}
	return notes, nil
}

func hostNote(instance *lxd.Instance, entrants []string) string {
	who := "only ADMINs may enter it"
	if more := len(entrants) - mostEntrants; more > 0 {
		entrants = append(entrants[:mostEntrants:mostEntrants], fmt.Sprintf("%d more", more))
	}
	if len(entrants) > 0 {
		who = "who may enter it is as good as root there: " + strings.Join(entrants, ", ")
	}
	return fmt.Sprintf("The instance %s of the project %s reaches the host by %s; %s.", instance.Name, instance.Project, strings.Join(instance.HostReach(), ", "), who)
}
