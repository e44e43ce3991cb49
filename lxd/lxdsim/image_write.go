package lxdsim

import (
	"net/http"
	"slices"
	"time"
)

// publishImage makes an image of an instance. Its events name the project that
// asked, wherever the image is.
func (s *Server) publishImage(r *request) (answer, error) {
	var body struct {
		Public     bool              `json:"public"`
		Properties map[string]string `json:"properties"`
		Aliases    []aliasName       `json:"aliases"`
		Source     struct{ Type, Name string }
	}
	project, err := s.imageProject(r)
	if err == nil {
		err = r.decode(&body)
	}
	if err != nil {
		return answer{}, err
	}
	if body.Source.Type != "instance" {
		return answer{}, failure(http.StatusNotImplemented, "not implemented")
	}
	from, found := s.instances.get(key(r.project, body.Source.Name))
	if !found {
		return answer{}, failure(http.StatusNotFound, "Instance not found")
	}
	now := time.Now().UTC()
	made := &image{
		Properties: merged(nil, body.Properties), Public: body.Public, ExpiresAt: time.Unix(0, 0).UTC(), Profiles: []string{"default"}, Aliases: []aliasName{},
		Architecture: from.Architecture, Filename: "image.tar.gz", Fingerprint: s.randomHex(64), Size: 1 << 20, Type: from.Type, CreatedAt: now, LastUsedAt: time.Unix(0, 0).UTC(), UploadedAt: now, project: project,
	}
	return answer{operation: s.startOperation(operationPlan{
		project: r.project, description: "Downloading image",
		steps: []step{pause(), {run: func(s *Server, o *operation) error {
			s.images.put(key(project, made.Fingerprint), made)
			for _, alias := range body.Aliases {
				s.putAlias(&imageAlias{Name: alias.Name, Description: alias.Description, Target: made.Fingerprint, Type: made.Type, project: project})
			}
			changed := *o.record
			changed.Metadata = map[string]any{"fingerprint": made.Fingerprint, "size": made.Size}
			o.record = &changed
			s.publishLifecycle(r.project, "image-created", objectURL(r.project, "images", made.Fingerprint), map[string]string{"type": made.Type}, byCaller)
			return nil
		}}},
	})}, nil
}

// findImage finds the image that a write means.
func (s *Server) findImage(r *request) (*image, error) {
	project, err := s.imageProject(r)
	if err != nil {
		return nil, err
	}
	i, found := s.imageByPrefix(project, r.name())
	if !found {
		return nil, failure(http.StatusNotFound, "Image not found")
	}
	return i, nil
}

func (s *Server) updateImage(r *request) (answer, error) {
	i, err := s.findImage(r)
	if err != nil {
		return answer{}, err
	}
	if err := r.matches(etagOf(i.Public, i.AutoUpdate, i.Properties)); err != nil {
		return answer{}, err
	}
	changed, own := *i, i.Properties
	changed.Properties = nil
	if r.http.Method == http.MethodPut {
		changed.Public, changed.AutoUpdate, own = false, false, nil
	}
	kept := changed
	if err := r.decode(&changed); err != nil {
		return answer{}, err
	}
	// Of all keys only these can be changed.
	kept.Public, kept.AutoUpdate, kept.ExpiresAt, kept.Properties = changed.Public, changed.AutoUpdate, changed.ExpiresAt, merged(own, changed.Properties)
	s.images.put(key(i.project, i.Fingerprint), &kept)
	s.publishLifecycle(r.project, "image-updated", objectURL(r.project, "images", i.Fingerprint), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}

func (s *Server) deleteImage(r *request) (answer, error) {
	i, err := s.findImage(r)
	if err != nil {
		return answer{}, err
	}
	return answer{operation: s.startOperation(operationPlan{
		project: r.project, description: "Deleting image", resources: map[string][]string{"images": {"/1.0/images/" + i.Fingerprint}},
		steps: []step{pause(), do(func() error {
			s.images.remove(key(i.project, i.Fingerprint))
			for _, alias := range s.aliases.where(func(a *imageAlias) bool { return a.project == i.project && a.Target == i.Fingerprint }) {
				s.aliases.remove(key(i.project, alias.Name))
			}
			s.publishLifecycle(r.project, "image-deleted", objectURL(r.project, "images", i.Fingerprint), nil, byCaller)
			return nil
		})},
	})}, nil
}

// putAlias stores an alias, and shows it with its image, of which nothing tells.
func (s *Server) putAlias(a *imageAlias) {
	s.aliases.put(key(a.project, a.Name), a)
	s.showAliases(a.project)
}

func (s *Server) showAliases(project string) {
	for _, i := range s.images.where(func(i *image) bool { return i.project == project }) {
		names := []aliasName{}
		for _, a := range s.aliases.where(func(a *imageAlias) bool { return a.project == project && a.Target == i.Fingerprint }) {
			names = append(names, aliasName{Name: a.Name, Description: a.Description})
		}
		if !slices.Equal(names, i.Aliases) {
			changed := *i
			changed.Aliases = names
			s.images.put(key(project, i.Fingerprint), &changed)
		}
	}
}
