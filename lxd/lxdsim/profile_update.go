package lxdsim

import (
	"fmt"
	"slices"
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
	s.profiles.put(key(p.project, p.Name), &changed)
	for _, i := range s.instances.all() {
		if slices.Contains(i.Profiles, p.Name) && s.effective(i.Project, "profiles") == p.project {
			followed := *i
			s.putInstanceValue(&followed)
		}
	}
	s.publishLifecycle(p.project, "profile-updated", objectURL(p.project, "profiles", p.Name), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}
