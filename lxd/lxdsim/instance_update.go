package lxdsim

import (
	"net/http"
	"strings"
)

type instanceChange struct {
	Config      map[string]string `json:"config"`
	Devices     devices           `json:"devices"`
	Ephemeral   *bool             `json:"ephemeral"`
	Profiles    []string          `json:"profiles"`
	Description *string           `json:"description"`
	Restore     string            `json:"restore"`
}

func (s *Server) readChange(r *request) (*instance, instanceChange, error) {
	var change instanceChange
	i, err := s.findInstance(r)
	if err != nil {
		return nil, change, err
	}
	if err := r.matches(i.etag()); err != nil {
		return nil, change, err
	}
	if err := r.decode(&change); err != nil {
		return nil, change, err
	}
	for _, name := range change.Profiles {
		if _, found := s.profiles.get(key(s.effective(i.Project, "profiles"), name)); !found {
			return nil, change, failure(http.StatusNotFound, "Profile not found")
		}
	}
	return i, change, nil
}

// patchInstance answers when the change is made.
func (s *Server) patchInstance(r *request) (answer, error) {
	i, change, err := s.readChange(r)
	if err != nil {
		return answer{}, err
	}
	changed := *i
	changed.Config, changed.Devices = withoutEmpty(merged(i.Config, change.Config)), merged(i.Devices, change.Devices)
	changed.setSingle(change)
	if err := s.storeChange(&changed); err != nil {
		return answer{}, failure(http.StatusInternalServerError, "%s", err)
	}
	return answer{metadata: struct{}{}}, nil
}

// putInstance replaces what can be changed, in an operation.
func (s *Server) putInstance(r *request) (answer, error) {
	i, change, err := s.readChange(r)
	if err != nil {
		return answer{}, err
	}
	if change.Restore != "" {
		return s.restoreInstance(i, change.Restore)
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Updating instance", resources: i.resources(),
		steps: []step{pause(), do(func() error { return s.replaceInstance(at, change) })},
	})}, nil
}

func (s *Server) replaceInstance(at string, change instanceChange) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	for name := range i.Config {
		if _, kept := change.Config[name]; strings.HasPrefix(name, "volatile.idmap.") && !kept {
			return failed("Volatile idmap keys can't be deleted by the user")
		}
	}
	changed := *i
	changed.Config, changed.Devices = withoutEmpty(change.Config), merged(nil, change.Devices)
	changed.Ephemeral, changed.Description, changed.Profiles = false, "", []string{}
	changed.setSingle(change)
	return s.storeChange(&changed)
}

// setSingle takes over the single values that a change holds.
func (i *instance) setSingle(change instanceChange) {
	if change.Ephemeral != nil {
		i.Ephemeral = *change.Ephemeral
	}
	if change.Description != nil {
		i.Description = *change.Description
	}
	if change.Profiles != nil {
		i.Profiles = change.Profiles
	}
}

func (s *Server) storeChange(changed *instance) error {
	if name, found := unknownKey(changed.Config, configPrefixes); found {
		return failed("Invalid config: Unknown configuration key: %s", name)
	}
	if name, kind, found := changed.Devices.unknownType(); found {
		reason := "Unsupported device type"
		if kind == "" {
			reason = "Missing device type in config"
		}
		return failed("Invalid devices: Device validation failed for %q: Failed loading device %q: %s", name, name, reason)
	}
	s.putInstanceValue(changed)
	s.publishLifecycle(changed.Project, "instance-updated", changed.url(), nil, byNobody)
	return nil
}

// withoutEmpty drops the keys that are set to nothing: that is how a caller
// removes one.
func withoutEmpty(config map[string]string) map[string]string {
	kept := make(map[string]string, len(config))
	for name, value := range config {
		if value != "" {
			kept[name] = value
		}
	}
	return kept
}
