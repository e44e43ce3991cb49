package lxdsim

import (
	"maps"
	"net/http"
	"strings"
	"time"
)

var volumePrefixes = []string{"block.", "lvm.", "security.", "size", "snapshots.", "user.", "volatile.", "zfs."}

// storageURL is what LXD's events call a custom volume: by the name that it has
// in the pool, which begins with its project's.
func (v *volume) storageURL() string {
	path := []string{"storage-pools", v.pool, "volumes", v.Type, v.Project + "_" + v.parent}
	if v.snapshot != "" {
		path = append(path, "snapshots", v.snapshot)
	}
	return objectURL(v.Project, path...)
}

func (s *Server) volumeKey(pool, project, name string) string {
	if project == "default" {
		return pool + "/" + name
	}
	return pool + "/" + project + "/" + name
}

func (s *Server) putVolume(v *volume) { s.volumes.put(s.volumeKey(v.pool, v.Project, v.Name), v) }

// customVolume finds the volume that a write means; name is "" for the path's.
func (s *Server) customVolume(r *request, name string) (*volume, error) {
	if name == "" {
		name = r.http.PathValue("volume")
	}
	if r.http.PathValue("type") != "custom" {
		return nil, failure(http.StatusNotImplemented, "not implemented")
	}
	if _, found := s.pools.get(r.name()); !found {
		return nil, failure(http.StatusNotFound, "Storage pool not found")
	}
	v, found := s.volumes.get(s.volumeKey(r.name(), s.volumeProject(r.project, "custom"), name))
	if !found {
		return nil, failure(http.StatusNotFound, "Storage pool volume not found")
	}
	return v, nil
}

// volumeUsers are the instances and profiles with a disk of a custom volume.
func (s *Server) volumeUsers(v *volume) []string {
	urls := []string{}
	of := func(d device) bool { return d["type"] == "disk" && d["pool"] == v.pool && d["source"] == v.Name }
	for _, p := range s.profiles.where(func(p *profile) bool { return p.Devices.any(of) && s.volumeProject(p.project, "custom") == v.Project }) {
		urls = append(urls, objectURL(p.project, "profiles", p.Name))
	}
	for _, i := range s.instances.where(func(i *instance) bool {
		return i.ExpandedDevices.any(of) && s.volumeProject(i.Project, "custom") == v.Project
	}) {
		urls = append(urls, i.url())
	}
	return urls
}

func (s *Server) createVolume(r *request) (answer, error) {
	var body struct {
		volume
		Source struct{ Type, Pool, Name, Project string } `json:"source"`
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if _, found := s.pools.get(r.name()); !found {
		return answer{}, failure(http.StatusNotFound, "Storage pool not found")
	}
	if kind := r.http.PathValue("type"); kind != "" {
		body.Type = kind
	}
	made := body.volume
	made.pool, made.parent, made.Project = r.name(), body.Name, s.volumeProject(r.project, "custom")
	made.Config, made.UsedBy, made.Location, made.CreatedAt = withoutEmpty(body.Config), []string{}, "none", time.Time{}
	if made.ContentType == "" {
		made.ContentType = "filesystem"
	}
	if err := s.checkNewVolume(&made); err != nil {
		return answer{}, err
	}
	if body.Source.Type != "copy" {
		s.addVolume(&made)
		return answer{metadata: struct{}{}}, nil
	}
	return answer{operation: s.startOperation(operationPlan{
		project: r.project, description: "Copying storage volume",
		steps: []step{pause(), do(func() error {
			from, found := s.volumes.get(s.volumeKey(body.Source.Pool, made.Project, body.Source.Name))
			if !found {
				return failed("Failed generating volume copy config: Storage volume %q in project %q of type %q does not exist on pool %q: Storage volume not found", body.Source.Name, made.Project, made.Type, body.Source.Pool)
			}
			made.Config, made.ContentType = merged(from.Config, made.Config), from.ContentType
			s.addVolume(&made)
			return nil
		})},
	})}, nil
}

func (s *Server) checkNewVolume(made *volume) error {
	switch {
	case made.Name == "":
		return failure(http.StatusBadRequest, "No name provided")
	case strings.Contains(made.Name, "/"):
		return failure(http.StatusBadRequest, "Storage volume names may not contain slashes")
	case made.Type != "custom":
		return failure(http.StatusNotImplemented, "not implemented")
	}
	if _, found := s.volumes.get(s.volumeKey(made.pool, made.Project, made.Name)); found {
		return failure(http.StatusConflict, "Volume by that name already exists")
	}
	if name, found := unknownKey(made.Config, volumePrefixes); found {
		return failure(http.StatusInternalServerError, "Invalid option for volume %q option %q", made.Project+"_"+made.Name, name)
	}
	return nil
}

func (s *Server) addVolume(made *volume) {
	s.putVolume(made)
	s.publishLifecycle(made.Project, "storage-volume-created", made.storageURL(), map[string]string{"type": made.Type}, byCaller)
}

func (s *Server) updateVolume(r *request) (answer, error) {
	v, err := s.customVolume(r, "")
	if err != nil {
		return answer{}, err
	}
	if err := r.matches(etagOf(v.Name, v.Type, v.Config)); err != nil {
		return answer{}, err
	}
	var change struct {
		profileChange
		Restore string `json:"restore"`
	}
	if err := r.decode(&change); err != nil {
		return answer{}, err
	}
	if change.Restore != "" {
		if _, err := s.customVolume(r, v.Name+"/"+change.Restore); err != nil {
			return answer{}, err
		}
		s.publishLifecycle(v.Project, "storage-volume-restored", v.storageURL(), map[string]string{"snapshot": change.Restore}, byCaller)
		return answer{metadata: struct{}{}}, nil
	}
	changed := *v
	if r.http.Method == http.MethodPatch {
		changed.Config = withoutEmpty(merged(v.Config, change.Config))
	} else {
		changed.Config, changed.Description = merged(nil, change.Config), ""
	}
	if change.Description != nil {
		changed.Description = *change.Description
	}
	if name, found := unknownKey(changed.Config, volumePrefixes); found {
		return answer{}, failure(http.StatusInternalServerError, "Invalid option for volume %q option %q", v.Project+"_"+v.Name, name)
	}
	s.putVolume(&changed)
	s.publishLifecycle(v.Project, "storage-volume-updated", v.storageURL(), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}

// renameVolume changes a name, also in the devices of who uses the volume: of
// those nothing tells.
func (s *Server) renameVolume(r *request) (answer, error) {
	var body struct{ Name, Pool string }
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	v, err := s.customVolume(r, "")
	if err != nil {
		return answer{}, err
	}
	if body.Pool != "" && body.Pool != v.pool {
		return answer{}, failure(http.StatusNotImplemented, "not implemented")
	}
	if err := s.checkNewVolume(&volume{Name: body.Name, Type: v.Type, Project: v.Project, pool: v.pool}); err != nil {
		return answer{}, err
	}
	of := func(d device) bool { return d["type"] == "disk" && d["pool"] == v.pool && d["source"] == v.Name }
	for _, i := range s.instances.where(func(i *instance) bool {
		return i.Devices.any(of) && s.volumeProject(i.Project, "custom") == v.Project
	}) {
		followed := *i
		followed.Devices = maps.Clone(i.Devices)
		for name, one := range i.Devices {
			if of(one) {
				followed.Devices[name] = merged(one, device{"source": body.Name})
			}
		}
		s.putInstanceValue(&followed)
	}
	for _, part := range s.parts(v) {
		moved := *part
		moved.Name, moved.parent = body.Name+strings.TrimPrefix(part.Name, v.Name), body.Name
		s.volumes.remove(s.volumeKey(part.pool, part.Project, part.Name))
		s.putVolume(&moved)
		if moved.snapshot == "" {
			s.publishLifecycle(v.Project, "storage-volume-renamed", moved.storageURL(), map[string]string{"old_name": v.Name}, byCaller)
		}
	}
	return answer{metadata: struct{}{}}, nil
}

// parts are a volume and its snapshots.
func (s *Server) parts(v *volume) []*volume {
	return s.volumes.where(func(one *volume) bool {
		return one.pool == v.pool && one.Project == v.Project && (one.Name == v.Name || strings.HasPrefix(one.Name, v.Name+"/"))
	})
}

func (s *Server) deleteVolume(r *request) (answer, error) {
	v, err := s.customVolume(r, "")
	if err != nil {
		return answer{}, err
	}
	if len(s.volumeUsers(v)) > 0 {
		return answer{}, failure(http.StatusBadRequest, "The storage volume is still in use")
	}
	for _, part := range s.parts(v) {
		s.volumes.remove(s.volumeKey(part.pool, part.Project, part.Name))
	}
	s.publishLifecycle(v.Project, "storage-volume-deleted", v.storageURL(), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}
