package lxdsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) renameSnapshot(r *request) (answer, error) {
	var body struct {
		Name string `json:"name"`
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	i, taken, err := s.findSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	if strings.Contains(body.Name, "/") {
		return answer{}, failure(http.StatusBadRequest, `Invalid snapshot name: Cannot contain "/"`)
	}
	if _, found := i.snapshot(body.Name); found {
		return answer{}, failure(http.StatusConflict, "Name '%s/%s' already in use", i.Name, body.Name)
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Renaming snapshot", resources: i.resources(),
		steps: []step{pause(), do(func() error {
			return s.changeSnapshot(at, taken.Name, func(changed *snapshot, i *instance) {
				changed.Name = body.Name
				s.publishLifecycle(i.Project, "instance-snapshot-renamed", objectURL(i.Project, "instances", i.Name, "snapshots", body.Name), map[string]string{"old_name": i.Name + "/" + taken.Name}, byNobody)
			})
		})},
	})}, nil
}

// updateSnapshot sets when it expires: LXD tells of that by the operation only.
func (s *Server) updateSnapshot(r *request) (answer, error) {
	i, taken, err := s.findSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	if err := r.matches(etagOf(taken.ExpiresAt)); err != nil {
		return answer{}, err
	}
	body := struct {
		ExpiresAt time.Time `json:"expires_at"`
	}{taken.ExpiresAt}
	if r.http.Method == http.MethodPut {
		body.ExpiresAt = time.Time{}
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Updating snapshot", resources: resourcesOf(i.Type, taken.Name),
		steps: []step{pause(), do(func() error {
			return s.changeSnapshot(at, taken.Name, func(changed *snapshot, _ *instance) { changed.ExpiresAt = body.ExpiresAt })
		})},
	})}, nil
}

// changeSnapshot stores a changed copy.
func (s *Server) changeSnapshot(at, name string, change func(*snapshot, *instance)) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	place := slices.IndexFunc(i.snapshots, func(s snapshot) bool { return s.Name == name })
	if place < 0 {
		return failure(http.StatusNotFound, "InstanceSnapshot not found")
	}
	changed := *i
	changed.snapshots = slices.Clone(i.snapshots)
	change(&changed.snapshots[place], i)
	s.putInstanceValue(&changed)
	return nil
}

// restoreInstance puts an instance back to a snapshot.
func (s *Server) restoreInstance(i *instance, name string) (answer, error) {
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Restoring snapshot", resources: i.resources(),
		steps: []step{pause(), do(func() error { return s.finishRestore(at, name) })},
	})}, nil
}

func (s *Server) finishRestore(at, name string) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	taken, found := i.snapshot(name)
	if !found {
		return failed("Snapshot %s/%s does not exist", i.Name, name)
	}
	restored := *i
	restored.Config, restored.Devices, restored.Profiles, restored.Ephemeral = taken.Config, taken.Devices, taken.Profiles, taken.Ephemeral
	s.putInstanceValue(&restored)
	s.publishLifecycle(i.Project, "instance-restored", i.url(), map[string]string{"snapshot": i.Name + "/" + name}, byNobody)
	return nil
}
