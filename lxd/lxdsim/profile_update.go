package lxdsim

import (
	"fmt"
	"net/http"
)

type profileChange struct {
	Config      map[string]string `json:"config"`
	Description *string           `json:"description"`
	Devices     devices           `json:"devices"`
}

func (s *Server) putProfile(r *request) (answer, error) {
	return s.updateProfile(r, "Failed to retrieve profile %q: Profile not found", func(p *profile, change profileChange) {
		p.Config, p.Devices, p.Description = merged(nil, change.Config), merged(nil, change.Devices), ""
		if change.Description != nil {
			p.Description = *change.Description
		}
	})
}

func (s *Server) patchProfile(r *request) (answer, error) {
	return s.updateProfile(r, "Failed to retrieve profile=%q: Profile not found", func(p *profile, change profileChange) {
		p.Config, p.Devices = merged(p.Config, change.Config), merged(p.Devices, change.Devices)
		if change.Description != nil {
			p.Description = *change.Description
		}
	})
}

// updateProfile stores a changed copy and lets the instances that have the
// profile follow.
func (s *Server) updateProfile(r *request, missing string, apply func(*profile, profileChange)) (answer, error) {
	p, err := s.findProfile(r, fmt.Sprintf(missing, r.name()))
	if err != nil {
		return answer{}, err
	}
	if err := r.matches(p.etag()); err != nil {
		return answer{}, err
	}
	var change profileChange
	if err := r.decode(&change); err != nil {
		return answer{}, err
	}
	changed := *p
	apply(&changed, change)
	// LXD 5.0.2 tells of it before it is done, also where it is refused.
	s.publishLifecycle(p.project, "profile-updated", objectURL(p.project, "profiles", p.Name), nil, byCaller)
	if name, found := unknownKey(changed.Config, configPrefixes); found {
		return answer{}, failure(http.StatusInternalServerError, "Unknown configuration key: %s", name)
	}
	s.profiles.put(key(p.project, p.Name), &changed)
	for _, i := range s.profileInstances(p) {
		followed := *i
		s.putInstanceValue(&followed)
		s.publishLifecycle(i.Project, "instance-updated", i.url(), nil, byNobody)
	}
	return answer{metadata: struct{}{}}, nil
}
