package lxdsim

import (
	"maps"
	"net/http"
)

type profile struct {
	Config      map[string]string `json:"config"`
	Description string            `json:"description"`
	Devices     devices           `json:"devices"`
	Name        string            `json:"name"`
	UsedBy      []string          `json:"used_by"`

	project string
}

func (p *profile) etag() string { return etagOf(p.Config, p.Description, p.Devices) }

// profileProject is the project whose profiles a request means.
func (s *Server) profileProject(r *request) (string, error) {
	if err := s.withProject(r.project, "Failed loading project %q: Project not found", r.project); err != nil {
		return "", err
	}
	return s.effective(r.project, "profiles"), nil
}

// findProfile finds the profile of a request; missing is what LXD says where
// there is none.
func (s *Server) findProfile(r *request, missing string) (*profile, error) {
	project, err := s.profileProject(r)
	if err != nil {
		return nil, err
	}
	p, found := s.profiles.get(key(project, r.name()))
	if !found {
		return nil, failure(http.StatusNotFound, "%s", missing)
	}
	return p, nil
}

func (s *Server) usedProfile(p *profile) *profile {
	used := *p
	used.UsedBy = s.profileUsers(p)
	return &used
}

func (s *Server) listProfiles(r *request) (answer, error) {
	project, err := s.profileProject(r)
	if err != nil {
		return answer{}, err
	}
	urls, objects := []string{}, []*profile{}
	for _, p := range s.profiles.where(func(p *profile) bool { return p.project == project }) {
		urls = append(urls, objectURL("", "profiles", p.Name))
		if r.recursion > 0 {
			objects = append(objects, s.usedProfile(p))
		}
	}
	return listAnswer(r, urls, objects), nil
}

func (s *Server) getProfile(r *request) (answer, error) {
	p, err := s.findProfile(r, "Fetch profile: Profile not found")
	if err != nil {
		return answer{}, err
	}
	return answer{metadata: s.usedProfile(p), etag: p.etag()}, nil
}

func (s *Server) createProfile(r *request) (answer, error) {
	project, err := s.profileProject(r)
	if err != nil {
		return answer{}, err
	}
	body := profile{Config: map[string]string{}, Devices: devices{}}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if err := checkProfileName(body.Name); err != nil {
		return answer{}, err
	}
	if name, found := unknownKey(body.Config, configPrefixes); found {
		return answer{}, failure(http.StatusBadRequest, "Unknown configuration key: %s", name)
	}
	if _, found := s.profiles.get(key(project, body.Name)); found {
		return answer{}, failure(http.StatusInternalServerError, "Error inserting %q into database: The profile already exists", body.Name)
	}
	body.project = project
	s.profiles.put(key(project, body.Name), &body)
	url := objectURL(project, "profiles", body.Name)
	s.publishLifecycle(project, "profile-created", url, nil, byCaller)
	return answer{created: url}, nil
}

func (s *Server) deleteProfile(r *request) (answer, error) {
	if r.name() == "default" {
		return answer{}, failure(http.StatusForbidden, `The "default" profile cannot be deleted`)
	}
	p, err := s.findProfile(r, "Profile not found")
	if err != nil {
		return answer{}, err
	}
	if len(s.profileUsers(p)) > 0 {
		return answer{}, failure(http.StatusInternalServerError, "Profile is currently in use")
	}
	s.profiles.remove(key(p.project, p.Name))
	s.publishLifecycle(p.project, "profile-deleted", objectURL(p.project, "profiles", p.Name), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}

// merged returns base with the entries of over; neither is changed.
func merged[V any](base, over map[string]V) map[string]V {
	both := make(map[string]V, len(base)+len(over))
	maps.Copy(both, base)
	maps.Copy(both, over)
	return both
}
