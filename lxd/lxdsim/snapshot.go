package lxdsim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

type snapshot struct {
	ExpiresAt       time.Time         `json:"expires_at"`
	Architecture    string            `json:"architecture"`
	Config          map[string]string `json:"config"`
	CreatedAt       time.Time         `json:"created_at"`
	Devices         devices           `json:"devices"`
	Ephemeral       bool              `json:"ephemeral"`
	ExpandedConfig  map[string]string `json:"expanded_config"`
	ExpandedDevices devices           `json:"expanded_devices"`
	LastUsedAt      time.Time         `json:"last_used_at"`
	Name            string            `json:"name"`
	Profiles        []string          `json:"profiles"`
	Stateful        bool              `json:"stateful"`
	Size            int64             `json:"size"`

	withoutVolume bool
}

// take makes a snapshot of an instance as it is now.
func (i *instance) take(name string, at, expires time.Time) snapshot {
	return snapshot{
		ExpiresAt: expires, Architecture: i.Architecture, Config: i.Config, CreatedAt: at, Devices: i.Devices, Ephemeral: i.Ephemeral,
		ExpandedConfig: i.ExpandedConfig, ExpandedDevices: i.ExpandedDevices, Name: name, Profiles: i.Profiles, Size: -1,
	}
}

func (i *instance) snapshot(name string) (snapshot, bool) {
	at := slices.IndexFunc(i.snapshots, func(s snapshot) bool { return s.Name == name })
	if at < 0 {
		return snapshot{}, false
	}
	return i.snapshots[at], true
}

func (s *Server) listSnapshots(r *request) (answer, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	urls, objects := []string{}, append([]snapshot{}, i.snapshots...)
	for _, taken := range i.snapshots {
		urls = append(urls, objectURL(i.Project, "instances", i.Name, "snapshots", taken.Name))
	}
	return listAnswer(r, urls, objects), nil
}

// findSnapshot finds the instance and the snapshot that a request names.
func (s *Server) findSnapshot(r *request) (*instance, snapshot, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return nil, snapshot{}, err
	}
	name := r.http.PathValue("snapshot")
	taken, found := i.snapshot(name)
	if !found {
		return nil, snapshot{}, failure(http.StatusNotFound, "Failed to fetch snapshot %q of instance %q in project %q: InstanceSnapshot not found", name, i.Name, i.Project)
	}
	return i, taken, nil
}

func (s *Server) getSnapshot(r *request) (answer, error) {
	_, taken, err := s.findSnapshot(r)
	if err != nil {
		return answer{}, err
	}
	return answer{metadata: taken, etag: etagOf(taken.ExpiresAt)}, nil
}

func (s *Server) createSnapshot(r *request) (answer, error) {
	var body struct {
		Name      string    `json:"name"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	if strings.Contains(body.Name, "/") {
		return answer{}, failure(http.StatusBadRequest, `Invalid snapshot name: Cannot contain "/"`)
	}
	if body.Name == "" {
		body.Name = i.nextSnapshotName()
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Snapshotting instance", resources: i.resources(),
		steps: []step{pause(), do(func() error { return s.addSnapshot(at, body.Name, body.ExpiresAt) })},
	})}, nil
}

func (i *instance) nextSnapshotName() string {
	for number := 0; ; number++ {
		name := fmt.Sprintf("snap%d", number)
		if _, taken := i.snapshot(name); !taken {
			return name
		}
	}
}
