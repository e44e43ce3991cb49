package lxdsim

import (
	"fmt"
	"net/http"
)

// snapshotOperation is an operation on the snapshots of a volume; LXD names the
// volume only.
func (s *Server) snapshotOperation(r *request, description, resource string, work func() error) answer {
	return answer{operation: s.startOperation(operationPlan{
		project: r.project, description: description,
		resources: map[string][]string{resource: {"/1.0/" + resource + "/" + r.http.PathValue("volume")}},
		steps:     []step{pause(), do(work)},
	})}
}

func (s *Server) createVolumeSnapshot(r *request) (answer, error) {
	var body struct{ Name string }
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	v, err := s.customVolume(r, "")
	if err != nil {
		return answer{}, err
	}
	for number := 0; body.Name == ""; number++ {
		if _, err := s.customVolume(r, fmt.Sprintf("%s/snap%d", v.Name, number)); err != nil {
			body.Name = fmt.Sprintf("snap%d", number)
		}
	}
	if _, err := s.customVolume(r, v.Name+"/"+body.Name); err == nil {
		return answer{}, failure(http.StatusConflict, "Snapshot %q already in use", body.Name)
	}
	taken := *v
	taken.Name, taken.snapshot, taken.UsedBy = v.Name+"/"+body.Name, body.Name, []string{}
	return s.snapshotOperation(r, "Creating storage volume snapshot", "storage_volumes", func() error {
		s.putVolume(&taken)
		s.publishLifecycle(v.Project, "storage-volume-snapshot-created", taken.storageURL(), map[string]string{"type": v.Type}, byCaller)
		return nil
	}), nil
}

func (s *Server) volumeSnapshot(r *request) (*volume, error) {
	return s.customVolume(r, r.http.PathValue("volume")+"/"+r.http.PathValue("snapshot"))
}

// getVolumeSnapshot is one snapshot, by its own name.
func (s *Server) getVolumeSnapshot(r *request) (answer, error) {
	v, err := s.volumeSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	return answer{metadata: volumeSnapshot{Name: v.snapshot, Config: v.Config, Description: v.Description, ContentType: v.ContentType}, etag: etagOf(v.snapshot, v.Description)}, nil
}

// renameVolumeSnapshot is told of by the old name, as LXD 5.0.2 does.
func (s *Server) renameVolumeSnapshot(r *request) (answer, error) {
	var body struct{ Name string }
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	v, err := s.volumeSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	if _, err := s.customVolume(r, v.parent+"/"+body.Name); err == nil {
		return answer{}, failure(http.StatusConflict, "Snapshot %q already in use", body.Name)
	}
	return s.snapshotOperation(r, "Renaming storage volume snapshot", "storage_volume_snapshots", func() error {
		renamed := *v
		renamed.Name, renamed.snapshot = v.parent+"/"+body.Name, body.Name
		s.volumes.remove(s.volumeKey(v.pool, v.Project, v.Name))
		s.putVolume(&renamed)
		s.publishLifecycle(v.Project, "storage-volume-snapshot-renamed", v.storageURL(), map[string]string{"old_name": v.snapshot}, byCaller)
		return nil
	}), nil
}

// updateVolumeSnapshot is told of by the volume's own name, unlike all else.
func (s *Server) updateVolumeSnapshot(r *request) (answer, error) {
	v, err := s.volumeSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	var change profileChange
	if err := r.decode(&change); err != nil {
		return answer{}, err
	}
	changed := *v
	if change.Description != nil {
		changed.Description = *change.Description
	}
	s.putVolume(&changed)
	s.publishLifecycle(v.Project, "storage-volume-snapshot-updated", v.url(), nil, byCaller)
	return answer{metadata: struct{}{}}, nil
}

func (s *Server) deleteVolumeSnapshot(r *request) (answer, error) {
	v, err := s.volumeSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	return s.snapshotOperation(r, "Deleting storage volume snapshot", "storage_volume_snapshots", func() error {
		s.volumes.remove(s.volumeKey(v.pool, v.Project, v.Name))
		s.publishLifecycle(v.Project, "storage-volume-snapshot-deleted", v.storageURL(), nil, byCaller)
		return nil
	}), nil
}
