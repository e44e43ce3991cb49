package lxdsim

import "net/http"

func (s *Server) createImageAlias(r *request) (answer, error) {
	project, err := s.imageProject(r)
	if err != nil {
		return answer{}, err
	}
	var body imageAlias
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Name == "" || body.Target == "" {
		return answer{}, failure(http.StatusBadRequest, "name and target are required")
	}
	if _, taken := s.aliases.get(key(project, body.Name)); taken {
		return answer{}, failure(http.StatusConflict, "Alias %q already exists", body.Name)
	}
	target, found := s.imageByPrefix(project, body.Target)
	if !found {
		return answer{}, failure(http.StatusNotFound, "Image not found")
	}
	s.putAlias(&imageAlias{Name: body.Name, Description: body.Description, Target: target.Fingerprint, Type: target.Type, project: project})
	url := objectURL(r.project, "images", "aliases", body.Name)
	s.publishLifecycle(r.project, "image-alias-created", url, map[string]string{"target": target.Fingerprint}, byCaller)
	return answer{created: url}, nil
}

func (s *Server) findAlias(r *request) (*imageAlias, error) {
	project, err := s.imageProject(r)
	if err != nil {
		return nil, err
	}
	a, found := s.aliases.get(key(project, r.name()))
	if !found {
		return nil, failure(http.StatusNotFound, "Image alias not found")
	}
	return a, nil
}

func (s *Server) putImageAlias(r *request) (answer, error) {
	a, err := s.findAlias(r)
	if err != nil {
		return answer{}, err
	}
	if err := r.matches(etagOf(a)); err != nil {
		return answer{}, err
	}
	var body imageAlias
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Target == "" {
		return answer{}, failure(http.StatusBadRequest, "The target field is required")
	}
	target, found := s.imageByPrefix(a.project, body.Target)
	if !found {
		return answer{}, failure(http.StatusNotFound, "Image not found")
	}
	changed := *a
	changed.Description, changed.Target = body.Description, target.Fingerprint
	s.putAlias(&changed)
	s.publishLifecycle(r.project, "image-alias-updated", objectURL(r.project, "images", "aliases", a.Name), map[string]string{"target": target.Fingerprint}, byCaller)
	return answer{metadata: struct{}{}}, nil
}

// patchImageAlias fails, as LXD 5.0.2 does, which takes 20 s to say so.
func (s *Server) patchImageAlias(r *request) (answer, error) {
	if _, err := s.findAlias(r); err != nil {
		return answer{}, err
	}
	return answer{}, failure(http.StatusInternalServerError, "context deadline exceeded")
}

func (s *Server) renameImageAlias(r *request) (answer, error) {
	a, err := s.findAlias(r)
	if err != nil {
		return answer{}, err
	}
	var body imageAlias
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if _, taken := s.aliases.get(key(a.project, body.Name)); taken {
		return answer{}, failure(http.StatusConflict, "Alias %q already exists", body.Name)
	}
	renamed := *a
	renamed.Name = body.Name
	s.aliases.remove(key(a.project, a.Name))
	s.putAlias(&renamed)
	url := objectURL(r.project, "images", "aliases", body.Name)
	s.publishLifecycle(r.project, "image-alias-renamed", url, map[string]string{"old_name": a.Name}, byCaller)
	return answer{created: url}, nil
}

func (s *Server) deleteImageAlias(r *request) (answer, error) {
	a, err := s.findAlias(r)
	if err != nil {
		return answer{}, err
	}
	s.aliases.remove(key(a.project, a.Name))
	s.showAliases(a.project)
	s.publishLifecycle(r.project, "image-alias-deleted", objectURL(r.project, "images", "aliases", a.Name), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}
