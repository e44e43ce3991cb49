package lxdsim

import (
	"fmt"
	"net/http"
	"strings"
)

var networkPrefixes = []string{"bgp.", "bridge.", "dns.", "fan.", "ipv4.", "ipv6.", "maas.", "raw.dnsmasq", "security.", "tunnel.", "user.", "volatile."}

// createNetwork makes a bridge of the default project: of projects with networks
// of their own there are none.
func (s *Server) createNetwork(r *request) (answer, error) {
	if err := s.checkNetworkProject(r); err != nil {
		return answer{}, err
	}
	if s.ownsNetworks(r.project) {
		return answer{}, failure(http.StatusNotImplemented, "not implemented")
	}
	var body network
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if err := s.checkNewNetwork(&body); err != nil {
		return answer{}, err
	}
	number := len(s.networks.all())
	prefix := fmt.Sprintf("10.%d", 100+number%150)
	body.Config = merged(map[string]string{"ipv4.address": prefix + ".0.1/16", "ipv4.nat": "true", "ipv6.address": "none"}, body.Config)
	body.Type, body.Managed, body.Status, body.Locations, body.UsedBy = "bridge", true, "Created", []string{"none"}, []string{}
	body.hardwareAddress, body.prefix = s.randomHardwareAddress(), prefix
	s.networks.put(body.Name, &body)
	url := objectURL("", "networks", body.Name)
	s.publishLifecycle("default", "network-created", url, nil, byCaller)
	return answer{created: url}, nil
}

func (s *Server) checkNewNetwork(body *network) error {
	if body.Name == "" {
		return failure(http.StatusBadRequest, "No name provided")
	}
	if strings.ContainsAny(body.Name, " /") {
		return failure(http.StatusBadRequest, "Network interface contains invalid characters")
	}
	if _, found := s.networks.get(body.Name); found {
		return failure(http.StatusBadRequest, "The network already exists")
	}
	if name, found := unknownKey(body.Config, networkPrefixes); found {
		return failure(http.StatusInternalServerError, "Invalid option for network %q option %q", body.Name, name)
	}
	return nil
}

// managedNetwork finds the network that a write means.
func (s *Server) managedNetwork(r *request) (*network, error) {
	if err := s.checkNetworkProject(r); err != nil {
		return nil, err
	}
	n, found := s.networks.get(r.name())
	if !found || !n.Managed || s.ownsNetworks(r.project) {
		return nil, failure(http.StatusNotFound, "Failed loading network: Network not found")
	}
	return n, nil
}

// updateNetwork tells of the change also where it refuses it, as LXD 5.0.2 does.
func (s *Server) updateNetwork(r *request) (answer, error) {
	n, err := s.managedNetwork(r)
	if err != nil {
		return answer{}, err
	}
	if err := r.matches(etagOf(n.Name, n.Managed, n.Type, n.Description, n.Config)); err != nil {
		return answer{}, err
	}
	var change profileChange
	if err := r.decode(&change); err != nil {
		return answer{}, err
	}
	changed := *n
	if r.http.Method == http.MethodPatch {
		changed.Config = withoutEmpty(merged(n.Config, change.Config))
	} else {
		changed.Config, changed.Description = merged(nil, change.Config), ""
	}
	if change.Description != nil {
		changed.Description = *change.Description
	}
	s.publishLifecycle("default", "network-updated", objectURL("", "networks", n.Name), nil, byCaller)
	if name, found := unknownKey(changed.Config, networkPrefixes); found {
		return answer{}, failure(http.StatusBadRequest, "Invalid option for network %q option %q", n.Name, name)
	}
	s.networks.put(n.Name, &changed)
	return answer{metadata: struct{}{}}, nil
}

func (s *Server) renameNetwork(r *request) (answer, error) {
	var body network
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	n, err := s.managedNetwork(r)
	if err != nil {
		return answer{}, err
	}
	if len(s.usedNetwork(n).UsedBy) > 0 {
		return answer{}, failure(http.StatusBadRequest, "Network is currently in use")
	}
	if err := s.checkNewNetwork(&network{Name: body.Name}); err != nil {
		return answer{}, err
	}
	renamed := *n
	renamed.Name = body.Name
	s.networks.remove(n.Name)
	s.networks.put(body.Name, &renamed)
	url := objectURL("", "networks", body.Name)
	s.publishLifecycle("default", "network-renamed", url, map[string]string{"old_name": n.Name}, byCaller)
	return answer{created: url}, nil
}

func (s *Server) deleteNetwork(r *request) (answer, error) {
	n, err := s.managedNetwork(r)
	if err != nil {
		return answer{}, err
	}
	if len(s.usedNetwork(n).UsedBy) > 0 {
		return answer{}, failure(http.StatusBadRequest, "The network is currently in use")
	}
	s.networks.remove(n.Name)
	s.publishLifecycle("default", "network-deleted", objectURL("", "networks", n.Name), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}
