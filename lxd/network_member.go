package lxd

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"
)

// memberNetworkKeys are the keys that each member of a cluster has of its own,
// and that LXD refuses where all are meant.
var memberNetworkKeys = []string{"bgp.ipv4.nexthop", "bgp.ipv6.nexthop", "bridge.external_interfaces", "parent"}

// has refuses a member that the network is not on; "" is none in particular.
func (n *Network) has(member string) error {
	switch {
	case member == "" || slices.Contains(n.Locations(), member):
		return nil
	case len(n.Locations()) == 0:
		return &InputError{"member", "LXD is no cluster: say no member"}
	}
	return hidden("Cluster member")
}

// networkMembers are the configurations of a new network by the members of a
// cluster, and what all share. There are none outside a cluster, and none of a
// kind that is the same everywhere. A member's key that is given for all is
// given to each.
func (c *Client) networkMembers(ctx context.Context, kind NetworkType, input *CreateNetworkInput) (map[string]StringMap, StringMap, error) {
	shared := maps.Clone(input.Config)
	if shared == nil {
		shared = StringMap{}
	}
	server, err := c.Server(ctx, System)
	if err != nil {
		return nil, nil, err
	}
	if !server.Environment.ServerClustered || kind == "OVN" {
		if len(input.Members) > 0 {
			err = &InputError{"input.members", "LXD is no cluster, or the network is the same on all of its members"}
		}
		return nil, shared, err
	}
	known, err := c.ClusterMembers(ctx)
	if err != nil {
		return nil, nil, err
	}
	members := make(map[string]StringMap, len(known))
	for _, member := range known {
		members[member.Name] = StringMap{}
		for _, key := range memberNetworkKeys {
			if given, ok := shared[key]; ok {
				members[member.Name][key] = given
			}
		}
	}
	for _, own := range input.Members {
		if members[own.Member] == nil {
			return nil, nil, &InputError{"input.members", "there is no member " + own.Member + " in the cluster"}
		}
		for key, given := range own.Config {
			if !slices.Contains(memberNetworkKeys, key) {
				return nil, nil, &InputError{"input.members", "the key " + key + " is the same on all members: give it in config"}
			}
			members[own.Member][key] = given
		}
	}
	maps.DeleteFunc(shared, func(key, _ string) bool { return slices.Contains(memberNetworkKeys, key) })
	return members, shared, nil
}

// defineOnMembers tells LXD what each member of a cluster has of its own of a
// network that is made next. A network of that name that somebody else begins
// meanwhile is not taken away.
func (c *Client) defineOnMembers(ctx context.Context, project, name string, kind NetworkType, members map[string]StringMap) error {
	for n, member := range sortedKeys(members) {
		body := map[string]any{"name": name, "type": networkWord(kind), "config": members[member]}
		operation, err := change(ctx, c, project, http.MethodPost, in(project, path("networks"), "target", member), body)
		if err = c.finish(ctx, operation, err); err != nil {
			if n > 0 {
				c.undefine(ctx, project, name)
			}
			return err
		}
	}
	return nil
}

// madeOnAll waits for the end of a network's making, and takes away what is there
// of one that could not be made on all members. One that is still being made
// after a minute is left alone.
func (c *Client) madeOnAll(ctx context.Context, project, name string, operation *Operation, err error) (*Operation, error) {
	if err == nil && operation != nil {
		ended, waitErr := c.WaitOperation(context.WithoutCancel(ctx), System, operation, time.Minute)
		switch {
		case waitErr != nil || !ended.Final():
			return operation, nil
		case ended.Status() == OperationSuccess:
			return ended, nil
		}
		err = &OperationError{ended}
	}
	if err != nil {
		c.undefine(ctx, project, name)
		return nil, err
	}
	return nil, nil
}

// undefine takes away a network whose making has failed. That it could not be
// taken away either, LXD shows: its status is not CREATED.
func (c *Client) undefine(ctx context.Context, project, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	_, _ = change(ctx, c, project, http.MethodDelete, networkAddress(project, "", name), nil)
}
