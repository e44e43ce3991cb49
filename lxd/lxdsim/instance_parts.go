package lxdsim

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// backup has two names for the same thing, as LXD's has.
type backup struct {
	Name             string    `json:"name"`
	CreatedAt        time.Time `json:"created_at"`
	ExpiresAt        time.Time `json:"expires_at"`
	InstanceOnly     bool      `json:"instance_only"`
	ContainerOnly    bool      `json:"container_only"`
	OptimizedStorage bool      `json:"optimized_storage"`
}

func (s *Server) listBackups(r *request) (answer, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	urls := []string{}
	for _, kept := range i.backups {
		urls = append(urls, objectURL(i.Project, "instances", i.Name, "backups", kept.Name))
	}
	return listAnswer(r, urls, append([]backup{}, i.backups...)), nil
}

func (s *Server) createBackup(r *request) (answer, error) {
	var body backup
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	if body.Name == "" {
		body.Name = fmt.Sprintf("backup%d", len(i.backups))
	}
	body.CreatedAt, body.ContainerOnly = time.Now().UTC().Truncate(time.Second), body.InstanceOnly
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: "Backing up instance",
		resources: map[string][]string{"backups": {"/1.0/backups/" + body.Name}, "containers": {"/1.0/containers/" + i.Name}, "instances": {"/1.0/instances/" + i.Name}},
		steps:     []step{pause(), do(func() error { return s.addBackup(at, body) })},
	})}, nil
}

func (s *Server) addBackup(at string, made backup) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	if slices.ContainsFunc(i.backups, func(b backup) bool { return b.Name == made.Name }) {
		return failed("Create backup: Insert backup info into database: This backup already exists")
	}
	changed := *i
	changed.backups = append(slices.Clone(i.backups), made)
	s.putInstanceValue(&changed)
	s.publishLifecycle(i.Project, "instance-backup-created", objectURL(i.Project, "instances", i.Name, "backups", made.Name), nil, byNobody)
	return nil
}

// listLogs names the two files that an instance which has run has.
func (s *Server) listLogs(r *request) (answer, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	urls := []string{objectURL(i.Project, "instances", i.Name, "logs", "lxc.log")}
	if i.runs() {
		urls = slices.Insert(urls, 0, objectURL(i.Project, "instances", i.Name, "logs", "lxc.conf"))
	}
	return answer{metadata: urls}, nil
}

func (s *Server) getInstanceMetadata(r *request) (answer, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	properties := map[string]string{"architecture": i.Architecture, "os": i.Config["image.os"], "release": i.Config["image.release"]}
	return answer{etag: etagOf(properties), metadata: map[string]any{
		"architecture": i.Architecture, "creation_date": i.CreatedAt.Unix(), "expiry_date": 0, "properties": properties, "templates": nil,
	}}, nil
}
