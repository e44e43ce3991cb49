package lxd

import (
	"context"
	"net/http"
)

// ClusterEvacuationMode is what becomes of the instances of a member that is
// evacuated.
type ClusterEvacuationMode string

// evacuationModes are LXD's words.
var evacuationModes = map[ClusterEvacuationMode]string{"STOP": "stop", "MIGRATE": "migrate", "LIVE_MIGRATE": "live-migrate"}

// EvacuateClusterMember begins to move the instances of a member away, or to
// stop them, each as its cluster.evacuate says, or all as the mode does.
func (c *Client) EvacuateClusterMember(ctx context.Context, as Scope, name string, mode *ClusterEvacuationMode) (*Operation, error) {
	member, err := c.member(ctx, as, name)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"action": "evacuate"}
	if mode != nil {
		if err := c.need(ctx, "clustering_evacuation_mode"); err != nil {
			return nil, err
		}
		if body["mode"] = evacuationModes[*mode]; body["mode"] == "" {
			return nil, &InputError{"mode", "the mode is STOP, MIGRATE or LIVE_MIGRATE"}
		}
	}
	switch member.Status {
	case "EVACUATED": // LXD of 5.0.2 would do it again and say yes (seen)
		return nil, conflict("the member %s is evacuated already", name)
	case "OFFLINE":
		return nil, conflict("LXD cannot reach the member %s: what is on it cannot be moved away", name)
	}
	operation, err := change(ctx, c, "", http.MethodPost, path("cluster", "members", name, "state"), body)
	return operation, unreached(err, member, ": what is on it cannot be moved away")
}

// RestoreClusterMember begins to use a member again after it was evacuated, and
// moves its instances back unless they are to stay where they are.
func (c *Client) RestoreClusterMember(ctx context.Context, as Scope, name string, leaveInstances bool) (*Operation, error) {
	member, err := c.member(ctx, as, name)
	if err != nil {
		return nil, err
	}
	body := map[string]any{"action": "restore"}
	if leaveInstances {
		if err := c.need(ctx, "clustering_restore_skip_mode"); err != nil {
			return nil, err
		}
		body["mode"] = "skip"
	}
	if member.Status != "EVACUATED" {
		return nil, conflict("the member %s is %s and not EVACUATED: there is nothing to restore", name, member.Status)
	}
	return change(ctx, c, "", http.MethodPost, path("cluster", "members", name, "state"), body)
}

// ClusterMemberAction is what may be done with a member.
type ClusterMemberAction = Action

// AvailableActions are what the caller may do with a member as it is now.
func (m *ClusterMember) AvailableActions(as Scope) []ClusterMemberAction {
	actions := []ClusterMemberAction{}
	if administer(as) != nil {
		return actions
	}
	actions = append(actions, "UPDATE", "RENAME", "DELETE")
	switch m.Status {
	case "ONLINE":
		actions = append(actions, "EVACUATE")
	case "EVACUATED":
		actions = append(actions, "RESTORE")
	}
	return actions
}

// Tags are the entries of the config key user.tags.
func (m *ClusterMember) Tags() []string { return m.Config.Tags() }
