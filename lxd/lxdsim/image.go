package lxdsim

import (
	"net/http"
	"strings"
	"time"
)

type image struct {
	AutoUpdate   bool              `json:"auto_update"`
	Properties   map[string]string `json:"properties"`
	Public       bool              `json:"public"`
	ExpiresAt    time.Time         `json:"expires_at"`
	Profiles     []string          `json:"profiles"`
	Aliases      []aliasName       `json:"aliases"`
	Architecture string            `json:"architecture"`
	Cached       bool              `json:"cached"`
	Filename     string            `json:"filename"`
	Fingerprint  string            `json:"fingerprint"`
	Size         int64             `json:"size"`
	Type         string            `json:"type"`
	CreatedAt    time.Time         `json:"created_at"`
	LastUsedAt   time.Time         `json:"last_used_at"`
	UploadedAt   time.Time         `json:"uploaded_at"`

	project string
}

// aliasName is an alias as an image lists it.
type aliasName struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// imageProject is the project whose images a request means.
func (s *Server) imageProject(r *request) (string, error) {
	if err := s.withProject(r.project, "Check if project has images: fetch project: Project not found"); err != nil {
		return "", err
	}
	return s.effective(r.project, "images"), nil
}

func (s *Server) listImages(r *request) (answer, error) {
	project, err := s.imageProject(r)
	if err != nil {
		return answer{}, err
	}
	urls := []string{}
	objects := s.images.where(func(i *image) bool { return i.project == project })
	for _, i := range objects {
		urls = append(urls, objectURL("", "images", i.Fingerprint))
	}
	return listAnswer(r, urls, objects), nil
}

// imageByPrefix finds an image by the beginning of its fingerprint.
func (s *Server) imageByPrefix(project, prefix string) (*image, bool) {
	found := s.images.where(func(i *image) bool {
		return i.project == project && strings.HasPrefix(i.Fingerprint, prefix)
	})
	if len(found) != 1 || prefix == "" {
		return nil, false
	}
	return found[0], true
}

func (s *Server) getImage(r *request) (answer, error) {
	project, err := s.imageProject(r)
	if err != nil {
		return answer{}, err
	}
	i, found := s.imageByPrefix(project, r.name())
	if !found {
		return answer{}, failure(http.StatusNotFound, "Image not found")
	}
	return answer{metadata: i, etag: etagOf(i.Public, i.AutoUpdate, i.Properties)}, nil
}
