package lxdsim

import (
	"net/http"
	"slices"
	"time"
)

type volume struct {
	Config      map[string]string `json:"config"`
	Description string            `json:"description"`
	Name        string            `json:"name"`
	Type        string            `json:"type"`
	UsedBy      []string          `json:"used_by"`
	Location    string            `json:"location"`
	ContentType string            `json:"content_type"`
	Project     string            `json:"project"`
	CreatedAt   time.Time         `json:"created_at"`

	pool string
	// snapshot is the name after the slash of a snapshot's volume.
	parent, snapshot string
}

func (v *volume) url() string {
	path := []string{"storage-pools", v.pool, "volumes", v.Type, v.parent}
	if v.snapshot != "" {
		path = append(path, "snapshots", v.snapshot)
	}
	return objectURL(v.Project, path...)
}

var volumeTypes = []string{"container", "virtual-machine", "custom", "image"}

// volumesOf are the volumes of a pool: those of the instances and their
// snapshots, and the custom ones.
func (s *Server) volumesOf(pool string) []*volume {
	found := s.volumes.where(func(v *volume) bool { return v.pool == pool })
	for n, v := range found {
		used := *v
		used.UsedBy = s.volumeUsers(v)
		found[n] = &used
	}
	for _, i := range s.instances.all() {
		if root, has := i.ExpandedDevices.root(); has && root["pool"] == pool {
			found = append(found, i.volumes(pool)...)
		}
	}
	return found
}

func (i *instance) volumes(pool string) []*volume {
	content := "filesystem"
	if i.Type == "virtual-machine" {
		content = "block"
	}
	own := volume{
		Config: map[string]string{"volatile.idmap.last": "[]", "volatile.idmap.next": "[]"}, Name: i.Name, Type: i.Type, UsedBy: []string{i.url()}, Location: "none",
		ContentType: content, Project: i.Project, pool: pool, parent: i.Name,
	}
	all := []*volume{&own}
	for _, snapshot := range i.snapshots {
		if snapshot.withoutVolume {
			continue
		}
		taken := own
		taken.Name, taken.snapshot = i.Name+"/"+snapshot.Name, snapshot.Name
		taken.UsedBy = []string{objectURL(i.Project, "instances", i.Name, "snapshots", snapshot.Name)}
		all = append(all, &taken)
	}
	return all
}

func (s *Server) listVolumes(r *request) (answer, error) {
	kind := r.http.PathValue("type")
	if kind != "" && !slices.Contains(volumeTypes, kind) {
		return answer{}, failure(http.StatusBadRequest, "Invalid storage volume type name")
	}
	if err := s.withProject(r.project, "Project not found"); err != nil {
		return answer{}, err
	}
	if _, found := s.pools.get(r.name()); !found {
		return answer{}, failure(http.StatusNotFound, "Storage pool not found")
	}
	urls, objects := []string{}, []*volume{}
	for _, v := range s.volumesOf(r.name()) {
		if (kind == "" || kind == v.Type) && (r.allProjects || v.Project == s.volumeProject(r.project, v.Type)) {
			urls = append(urls, v.url())
			objects = append(objects, v)
		}
	}
	return listAnswer(r, urls, objects), nil
}

// volumeProject is where a project's volumes of a type are: instances keep
// theirs in their own project, custom ones follow features.storage.volumes.
func (s *Server) volumeProject(project, kind string) string {
	if kind == "custom" {
		return s.effective(project, "storage.volumes")
	}
	return project
}

func (s *Server) getVolume(r *request) (answer, error) {
	kind := r.http.PathValue("type")
	if !slices.Contains(volumeTypes, kind) {
		return answer{}, failure(http.StatusBadRequest, "Invalid storage volume type name")
	}
	if err := s.withProject(r.project, "Failed to load project %q: Project not found", r.project); err != nil {
		return answer{}, err
	}
	if _, found := s.pools.get(r.name()); !found {
		return answer{}, failure(http.StatusNotFound, "Storage pool not found")
	}
	for _, v := range s.volumesOf(r.name()) {
		if v.Name == r.http.PathValue("volume") && v.Type == kind && v.Project == s.volumeProject(r.project, kind) {
			return answer{metadata: v, etag: etagOf(v.Name, v.Type, v.Config)}, nil
		}
	}
	return answer{}, failure(http.StatusNotFound, "Storage pool volume not found")
}
