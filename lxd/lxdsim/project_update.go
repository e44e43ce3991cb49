package lxdsim

import (
	"maps"
	"net/http"
)

var projectPrefixes = []string{"backups.compression_algorithm", "features.", "images.", "limits.", "restricted", "user."}

func checkProjectConfig(config map[string]string) error {
	if name, found := unknownKey(config, projectPrefixes); found {
		return failure(http.StatusBadRequest, "Invalid project configuration key %q", name)
	}
	return nil
}

// updateProject replaces the config where one is given, with PATCH too, and
// tells of it although it refuses, as LXD 5.0.2 does.
func (s *Server) updateProject(r *request) (answer, error) {
	p, found := s.projects.get(r.name())
	if !found {
		return answer{}, failure(http.StatusNotFound, "Project not found")
	}
	if err := r.matches(p.etag()); err != nil {
		return answer{}, err
	}
	var body struct {
		Config      map[string]string `json:"config"`
		Description *string           `json:"description"`
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	changed := *p
	patched := r.http.Method == http.MethodPatch
	if body.Description != nil || !patched {
		changed.Description = ""
	}
	if body.Description != nil {
		changed.Description = *body.Description
	}
	if body.Config != nil || !patched {
		changed.Config = merged(nil, body.Config)
	}
	s.publishLifecycle(p.Name, "project-updated", objectURL("", "projects", p.Name), nil, byCaller)
	if err := checkProjectConfig(changed.Config); err != nil {
		return answer{}, err
	}
	s.projects.put(p.Name, &changed)
	if changed.Config["features.profiles"] == "true" {
		s.ownProfile(p.Name)
	}
	return answer{metadata: struct{}{}}, nil
}

// ownProfile makes the profile that every project with profiles has.
func (s *Server) ownProfile(project string) {
	if _, has := s.profiles.get(key(project, "default")); has {
		return
	}
	s.profiles.put(key(project, "default"), &profile{
		Name: "default", Description: "Default LXD profile for project " + project,
		Config: map[string]string{}, Devices: devices{}, project: project,
	})
}

func (s *Server) renameProject(r *request) (answer, error) {
	var body project
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	name := r.name()
	if name == "default" {
		return answer{}, failure(http.StatusForbidden, "The 'default' project cannot be renamed")
	}
	return answer{operation: s.startOperation(operationPlan{
		project: name, description: "Renaming project",
		steps: []step{pause(), do(func() error { return s.finishProjectRename(name, body.Name) })},
	})}, nil
}

func (s *Server) finishProjectRename(name, to string) error {
	if _, taken := s.projects.get(to); taken {
		return failed("A project named %q already exists", to)
	}
	p, found := s.projects.get(name)
	if !found {
		return failed("Failed loading project %q: Project not found", name)
	}
	if !s.emptyProject(name) {
		return failed("Only empty projects can be renamed")
	}
	if err := checkProjectName(to); err != nil {
		return err
	}
	renamed := *p
	renamed.Name, renamed.Config = to, maps.Clone(p.Config)
	s.projects.remove(name)
	s.projects.put(to, &renamed)
	if own, has := s.profiles.get(key(name, "default")); has {
		moved := *own
		moved.project = to
		s.profiles.remove(key(name, "default"))
		s.profiles.put(key(to, "default"), &moved)
	}
	s.publishLifecycle(to, "project-renamed", objectURL("", "projects", to), map[string]string{"old_name": name}, byCaller)
	return nil
}

// emptyProject reports whether a project holds nothing but its own profile.
func (s *Server) emptyProject(name string) bool {
	own := objectURL(name, "profiles", "default")
	for _, held := range s.heldBy(name) {
		if held != own {
			return false
		}
	}
	return true
}
