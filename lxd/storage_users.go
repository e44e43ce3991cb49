package lxd

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// mostUsersNamed bounds how many users of an object an error names.
const mostUsersNamed = 5

// usersText names what uses an object, as far as the caller may see it:
// "Instance web/c1, Profile default/small and 2 more".
func (c *Client) usersText(as Scope, addresses []string) string {
	var names []string
	more := 0
	for _, address := range addresses {
		id, ok := c.Reference(address)
		switch {
		case !ok || (id.Project != "" && !as.Allows(id.Project, false)): // how many of these there are is not told
		case len(names) == mostUsersNamed:
			more++
		case id.Project != "":
			names = append(names, id.Kind+" "+id.Project+"/"+id.Name)
		default:
			names = append(names, id.Kind+" "+id.Name)
		}
	}
	switch {
	case len(names) == 0:
		return "something that you may not see"
	case more > 0:
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// occupied is nil when nothing uses an object.
func (c *Client) occupied(as Scope, object string, addresses []string) error {
	if len(addresses) == 0 {
		return nil
	}
	return &InUseError{fmt.Sprintf("%s is used by %s", object, c.usersText(as, addresses))}
}

// idle refuses what LXD does not do to a volume while an instance that uses it
// runs. LXD says so itself, in several ways, and too late where it copies first.
func (c *Client) idle(ctx context.Context, as Scope, volume *StorageVolume) error {
	var running []string
	for _, address := range volume.Users {
		id, ok := c.Reference(address)
		if !ok || id.Kind != "Instance" {
			continue
		}
		instance, err := c.InstanceObject(ctx, System, id.Project, id.Name)
		if err != nil && !IsNotFound(err) {
			return err
		}
		if err == nil && instance.Status != StatusStopped {
			running = append(running, address)
		}
	}
	if len(running) == 0 {
		return nil
	}
	return &InUseError{fmt.Sprintf("%s is used by %s, not stopped: stop it first", volume.Name, c.usersText(as, running))}
}

// withoutImages leaves out unpacked images, which go with their pool.
func withoutImages(addresses []string) []string {
	return slices.DeleteFunc(slices.Clone(addresses), func(address string) bool {
		return strings.HasPrefix(address, "/1.0/images/") || strings.Contains(address, "/volumes/image/")
	})
}

// InUse reports whether something uses the pool that keeps it from being deleted.
func (p *StoragePool) InUse() bool { return len(withoutImages(p.Users)) > 0 }
