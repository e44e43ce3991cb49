package lxdsim

import (
	"net/http"
	"strings"
)

// copyInstance makes an instance of another one, or of a snapshot of it. What
// the caller does not say of config and devices is the source's; profiles are
// not taken over.
func (s *Server) copyInstance(r *request, body *instanceRequest) (answer, error) {
	from, taken, err := s.copied(r.project, body.Source)
	if err != nil {
		return answer{}, err
	}
	if body.Type == "" {
		body.Type = from.Type
	}
	if body.Profiles == nil {
		body.Profiles = []string{}
	}
	if err := s.checkInstanceNames(r.project, body); err != nil {
		return answer{}, err
	}
	config, attached := from.Config, from.Devices
	if taken != nil {
		config, attached = taken.Config, taken.Devices
	}
	body.Devices = merged(attached, body.Devices)
	base := config["volatile.base_image"]
	config = merged(withoutVolatile(config), body.Config)
	if base != "" {
		config["volatile.base_image"] = base
	}
	body.Config = config
	made := body.instance(r.project)
	if taken == nil && !body.Source.InstanceOnly && !body.Source.ContainerOnly {
		made.snapshots = from.snapshots
	}
	return answer{operation: s.startOperation(operationPlan{
		project: r.project, description: "Creating instance", resources: bothResources(made, body.Source.Source),
		steps: []step{
			do(func() error { return s.beginInstance(made, body.Source, nil) }),
			pause(),
			do(func() error { return s.finishCopy(made) }),
		},
	})}, nil
}

// copied is the source of a copy; a snapshot where it names one.
func (s *Server) copied(project string, source instanceSource) (*instance, *snapshot, error) {
	if source.Project != "" {
		project = source.Project
	}
	name, part, isSnapshot := strings.Cut(source.Source, "/")
	from, found := s.instances.get(key(project, name))
	if !found {
		return nil, nil, failure(http.StatusNotFound, "Failed to fetch instance %q in project %q: Instance not found", name, project)
	}
	if !isSnapshot {
		return from, nil, nil
	}
	taken, found := from.snapshot(part)
	if !found {
		return nil, nil, failure(http.StatusNotFound, "Failed to fetch snapshot %q of instance %q in project %q: InstanceSnapshot not found", part, name, project)
	}
	return from, &taken, nil
}

// finishCopy is finishInstance, which tells of each snapshot that came along.
func (s *Server) finishCopy(made *instance) error {
	if err := s.finishInstance(made, nil); err != nil {
		return err
	}
	for _, taken := range made.snapshots {
		s.publishLifecycle(made.Project, "instance-snapshot-created", objectURL(made.Project, "instances", made.Name, "snapshots", taken.Name), nil, byNobody)
	}
	return nil
}

// bothResources are the URLs of what is made and of what it is made of.
func bothResources(made *instance, source string) map[string][]string {
	named := made.resources()
	for kind, urls := range named {
		named[kind] = append(urls, "/1.0/"+kind+"/"+source)
	}
	return named
}

func withoutVolatile(config map[string]string) map[string]string {
	kept := map[string]string{}
	for name, value := range config {
		if !strings.HasPrefix(name, "volatile.") {
			kept[name] = value
		}
	}
	return kept
}
