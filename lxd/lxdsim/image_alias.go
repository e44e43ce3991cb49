package lxdsim

import "net/http"

type imageAlias struct {
	Description string `json:"description"`
	Target      string `json:"target"`
	Name        string `json:"name"`
	Type        string `json:"type"`

	project string
}

func (s *Server) listImageAliases(r *request) (answer, error) {
	project, err := s.imageProject(r)
	if err != nil {
		return answer{}, err
	}
	urls := []string{}
	objects := s.aliases.where(func(a *imageAlias) bool { return a.project == project })
	for _, a := range objects {
		urls = append(urls, objectURL("", "images", "aliases", a.Name))
	}
	return listAnswer(r, urls, objects), nil
}

func (s *Server) getImageAlias(r *request) (answer, error) {
	project, err := s.imageProject(r)
	if err != nil {
		return answer{}, err
	}
	a, found := s.aliases.get(key(project, r.name()))
	if !found {
		return answer{}, failure(http.StatusNotFound, "Image alias not found")
	}
	return answer{metadata: a, etag: etagOf(a)}, nil
}
