package lxdsim

import (
	"net/http"
	"slices"
	"time"
)

func (s *Server) addSnapshot(at, name string, expires time.Time) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	if _, taken := i.snapshot(name); taken {
		return failed(`Failed creating instance snapshot record %q: Add snapshot info to the database: This "instances_snapshots" entry already exists`, name)
	}
	changed := *i
	taken := i.take(name, time.Now().UTC(), expires)
	taken.withoutVolume = s.happens(s.faults.Halfway)
	changed.snapshots = append(slices.Clone(i.snapshots), taken)
	s.putInstanceValue(&changed)
	if taken.withoutVolume {
		return failed("Create instance snapshot: Storage volume %q in project %q of type \"containers\" does not exist on pool \"default\": Storage volume not found", i.Name, i.Project)
	}
	s.publishLifecycle(i.Project, "instance-snapshot-created", objectURL(i.Project, "instances", i.Name, "snapshots", name), nil, byNobody)
	return nil
}

func (s *Server) deleteSnapshot(r *request) (answer, error) {
	i, taken, err := s.findSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Deleting snapshot", resources: resourcesOf(i.Type, i.Name+"/"+taken.Name),
		steps: []step{pause(), do(func() error { return s.dropSnapshot(at, taken.Name) })},
	})}, nil
}

func (s *Server) dropSnapshot(at, name string) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	if _, taken := i.snapshot(name); !taken {
		return failure(http.StatusNotFound, "InstanceSnapshot not found")
	}
	changed := *i
	changed.snapshots = slices.DeleteFunc(slices.Clone(i.snapshots), func(s snapshot) bool { return s.Name == name })
	s.putInstanceValue(&changed)
	s.publishLifecycle(i.Project, "instance-snapshot-deleted", objectURL(i.Project, "instances", i.Name, "snapshots", name), nil, byNobody)
	return nil
}
