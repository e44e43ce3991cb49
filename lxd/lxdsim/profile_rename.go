package lxdsim

import (
	"net/http"
	"slices"
	"strings"
)

func checkProfileName(name string) error {
	switch {
	case name == "":
		return failure(http.StatusBadRequest, "No name provided")
	case strings.Contains(name, "/"):
		return failure(http.StatusBadRequest, "Profile names may not contain slashes")
	}
	return nil
}

// renameProfile changes a name, also in the instances that have the profile: of
// those nothing tells.
func (s *Server) renameProfile(r *request) (answer, error) {
	project, err := s.profileProject(r)
	if err != nil {
		return answer{}, err
	}
	if r.name() == "default" {
		return answer{}, failure(http.StatusForbidden, `The "default" profile cannot be renamed`)
	}
	var body profile
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if err := checkProfileName(body.Name); err != nil {
		return answer{}, err
	}
	if _, taken := s.profiles.get(key(project, body.Name)); taken {
		return answer{}, failure(http.StatusInternalServerError, "Name %q already in use", body.Name)
	}
	p, found := s.profiles.get(key(project, r.name()))
	if !found {
		return answer{}, failure(http.StatusInternalServerError, "Query affected 0 rows instead of 1")
	}
	users := s.profileInstances(p)
	renamed := *p
	renamed.Name = body.Name
	s.profiles.remove(key(project, p.Name))
	s.profiles.put(key(project, body.Name), &renamed)
	for _, i := range users {
		followed := *i
		followed.Profiles = slices.Clone(i.Profiles)
		followed.Profiles[slices.Index(i.Profiles, p.Name)] = body.Name
		s.putInstanceValue(&followed)
	}
	url := objectURL(project, "profiles", body.Name)
	s.publishLifecycle(project, "profile-renamed", url, map[string]string{"old_name": p.Name}, byCaller)
	return answer{created: url}, nil
}

// profileInstances are the instances that have a profile.
func (s *Server) profileInstances(p *profile) []*instance {
	return s.instances.where(func(i *instance) bool {
		return slices.Contains(i.Profiles, p.Name) && s.effective(i.Project, "profiles") == p.project
	})
}
