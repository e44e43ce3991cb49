package lxdsim

import (
	"net/http"
	"strings"
	"time"
)

type volumeSnapshot struct {
	Description string            `json:"description"`
	ExpiresAt   *time.Time        `json:"expires_at"`
	Name        string            `json:"name"`
	Config      map[string]string `json:"config"`
	ContentType string            `json:"content_type"`
	CreatedAt   time.Time         `json:"created_at"`
}

// listVolumeSnapshots tells of a snapshot no more than 5.0.2 does: no content
// type and no time.
func (s *Server) listVolumeSnapshots(r *request) (answer, error) {
	if _, err := s.getVolume(r); err != nil {
		return answer{}, err
	}
	volume, kind := r.http.PathValue("volume"), r.http.PathValue("type")
	urls, objects := []string{}, []volumeSnapshot{}
	for _, v := range s.volumesOf(r.name()) {
		if strings.HasPrefix(v.Name, volume+"/") && v.Type == kind && v.Project == s.volumeProject(r.project, kind) {
			urls = append(urls, v.url())
			objects = append(objects, volumeSnapshot{Name: v.Name, Config: v.Config, Description: v.Description})
		}
	}
	return listAnswer(r, urls, objects), nil
}

// listVolumeBackups lists none: nothing makes them here.
func (s *Server) listVolumeBackups(r *request) (answer, error) {
	if kind := r.http.PathValue("type"); kind != "custom" {
		return answer{}, failure(http.StatusBadRequest, "Invalid storage volume type %q", kind)
	}
	if _, err := s.getVolume(r); err != nil {
		return answer{}, err
	}
	return answer{metadata: []string{}}, nil
}
