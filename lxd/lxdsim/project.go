package lxdsim

import (
	"maps"
	"net/http"
	"strings"
)

type project struct {
	Config      map[string]string `json:"config"`
	Description string            `json:"description"`
	Name        string            `json:"name"`
	UsedBy      []string          `json:"used_by"`
}

// effective is the project whose objects of a kind a project shows: its own,
// or the default one's where features.<kind> is not "true".
func (s *Server) effective(name, kind string) string {
	if p, found := s.projects.get(name); found && p.Config["features."+kind] == "true" {
		return name
	}
	return "default"
}

// withProject refuses an unknown project with the words of the caller's kind.
func (s *Server) withProject(name, format string, arguments ...any) error {
	if _, found := s.projects.get(name); !found {
		return failure(http.StatusNotFound, format, arguments...)
	}
	return nil
}

func (p *project) etag() string { return etagOf(p.Description, p.Config) }

func (s *Server) listProjects(r *request) (answer, error) {
	urls, objects := []string{}, []*project{}
	for _, p := range s.projects.all() {
		urls = append(urls, objectURL("", "projects", p.Name))
		objects = append(objects, s.usedProject(p))
	}
	return listAnswer(r, urls, objects), nil
}

func (s *Server) getProject(r *request) (answer, error) {
	p, found := s.projects.get(r.name())
	if !found {
		return answer{}, failure(http.StatusNotFound, "Project not found")
	}
	return answer{metadata: s.usedProject(p), etag: p.etag()}, nil
}

// usedProject is p with what it holds.
func (s *Server) usedProject(p *project) *project {
	used := *p
	used.UsedBy = s.heldBy(p.Name)
	return &used
}

func (s *Server) createProject(r *request) (answer, error) {
	var body project
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if err := checkProjectName(body.Name); err != nil {
		return answer{}, err
	}
	if _, found := s.projects.get(body.Name); found {
		return answer{}, failure(http.StatusConflict, `Failed creating project %q: Failed adding database record: This "projects" entry already exists`, body.Name)
	}
	if err := checkProjectConfig(body.Config); err != nil {
		return answer{}, err
	}
	config := map[string]string{"features.images": "true", "features.profiles": "true", "features.storage.volumes": "true"}
	maps.Copy(config, body.Config)
	s.projects.put(body.Name, &project{Name: body.Name, Description: body.Description, Config: config})
	if config["features.profiles"] == "true" {
		s.ownProfile(body.Name)
	}
	url := objectURL("", "projects", body.Name)
	s.publishLifecycle(body.Name, "project-created", url, nil, byCaller)
	return answer{created: url}, nil
}

func checkProjectName(name string) error {
	switch {
	case name == "":
		return failure(http.StatusBadRequest, "No name provided")
	case strings.Contains(name, "/"):
		return failure(http.StatusBadRequest, "Project names may not contain slashes")
	case strings.Contains(name, " "):
		return failure(http.StatusBadRequest, "Project names may not contain spaces")
	}
	return nil
}

func (s *Server) deleteProject(r *request) (answer, error) {
	name := r.name()
	if name == "default" {
		return answer{}, failure(http.StatusForbidden, "The 'default' project cannot be deleted")
	}
	if _, found := s.projects.get(name); !found {
		return answer{}, failure(http.StatusNotFound, "Fetch project %q: Project not found", name)
	}
	if !s.emptyProject(name) {
		return answer{}, failure(http.StatusInternalServerError, "Only empty projects can be removed")
	}
	s.projects.remove(name)
	s.profiles.remove(key(name, "default"))
	s.publishLifecycle(name, "project-deleted", objectURL("", "projects", name), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}
