package lxdsim

import (
	"net/http"
	"time"
)

// instanceRequest is the body of a creation. That start is not in it is on
// purpose: LXD 5.0.2 ignores it.
type instanceRequest struct {
	Architecture string            `json:"architecture"`
	Config       map[string]string `json:"config"`
	Devices      devices           `json:"devices"`
	Ephemeral    bool              `json:"ephemeral"`
	Profiles     []string          `json:"profiles"`
	Description  string            `json:"description"`
	Name         string            `json:"name"`
	Type         string            `json:"type"`
	Source       instanceSource    `json:"source"`
}

type instanceSource struct {
	Type        string            `json:"type"`
	Alias       string            `json:"alias"`
	Fingerprint string            `json:"fingerprint"`
	Properties  map[string]string `json:"properties"`

	// Of a copy: the instance, or instance/snapshot, and where it is.
	Source        string `json:"source"`
	Project       string `json:"project"`
	InstanceOnly  bool   `json:"instance_only"`
	ContainerOnly bool   `json:"container_only"`
}

func (s *Server) createInstance(r *request) (answer, error) {
	if err := s.withProject(r.project, "Failed loading project: Project not found"); err != nil {
		return answer{}, err
	}
	var body instanceRequest
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Source.Type == "copy" {
		return s.copyInstance(r, &body)
	}
	if err := s.checkInstanceRequest(r.project, &body); err != nil {
		return answer{}, err
	}
	from, err := s.sourceImage(r.project, body.Source)
	if err != nil {
		return answer{}, err
	}
	made := body.instance(r.project)
	return answer{operation: s.startOperation(operationPlan{
		project: r.project, description: "Creating instance", resources: made.resources(),
		steps: []step{
			do(func() error { return s.beginInstance(made, body.Source, from) }),
			pause(), progress(33), pause(), progress(66), pause(), progress(100),
			do(func() error { return s.finishInstance(made, from) }),
		},
	})}, nil
}

// checkInstanceRequest refuses what LXD refuses before there is an operation,
// and fills in what the caller left out.
func (s *Server) checkInstanceRequest(project string, body *instanceRequest) error {
	if body.Type == "" {
		body.Type = "container"
	}
	if body.Type != "container" && body.Type != "virtual-machine" {
		return failure(http.StatusBadRequest, "Invalid instance type")
	}
	if body.Source.Type != "image" && body.Source.Type != "none" {
		return failure(http.StatusBadRequest, "Unknown source type %s", body.Source.Type)
	}
	if body.Profiles == nil {
		body.Profiles = []string{"default"}
	}
	return s.checkInstanceNames(project, body)
}

// checkInstanceNames refuses names that LXD refuses: the instance's, and those of
// profiles that are not there.
func (s *Server) checkInstanceNames(project string, body *instanceRequest) error {
	if body.Name == "" {
		body.Name = s.inventName()
	}
	if err := checkInstanceName(body.Name); err != nil {
		return err
	}
	for _, name := range body.Profiles {
		if _, found := s.profiles.get(key(s.effective(project, "profiles"), name)); !found {
			return failure(http.StatusInternalServerError, "Requested profile %q doesn't exist", name)
		}
	}
	return nil
}

func (b *instanceRequest) instance(project string) *instance {
	return &instance{
		Architecture: "x86_64", Config: withoutEmpty(b.Config), Devices: merged(nil, b.Devices), Ephemeral: b.Ephemeral,
		Profiles: b.Profiles, Description: b.Description, Name: b.Name, Type: b.Type, Project: project,
		Status: "Stopped", Location: "none", CreatedAt: time.Now().UTC(), LastUsedAt: time.Unix(0, 0).UTC(),
	}
}

// sourceImage finds the image to create from: an unknown alias is refused here,
// an unknown fingerprint only by the operation, which is given no image.
func (s *Server) sourceImage(project string, source instanceSource) (*image, error) {
	images := s.effective(project, "images")
	switch {
	case source.Type == "none":
		return nil, nil
	case source.Alias != "":
		alias, found := s.aliases.get(key(images, source.Alias))
		if !found {
			return nil, failure(http.StatusNotFound, "Image alias not found")
		}
		from, _ := s.imageByPrefix(images, alias.Target)
		return from, nil
	case source.Fingerprint != "":
		from, _ := s.imageByPrefix(images, source.Fingerprint)
		return from, nil
	}
	return nil, failure(http.StatusInternalServerError, "Must specify one of alias, fingerprint or properties for init from image")
}

// beginInstance makes the record: from here on the instance can be read, without
// what the image and the daemon will add.
func (s *Server) beginInstance(made *instance, source instanceSource, from *image) error {
	if source.Type == "image" && from == nil {
		return failed("Image not provided for instance creation")
	}
	if from != nil && from.Type != made.Type {
		return failed("Requested image's type %q doesn't match instance type %q", from.Type, made.Type)
	}
	if err := s.checkInstanceRecord(made); err != nil {
		return failed("Failed creating instance record: %w", err)
	}
	s.putInstanceValue(made)
	root, _ := made.ExpandedDevices.root()
	s.publishLifecycle(made.Project, "instance-created", made.url(), map[string]string{"storage-pool": root["pool"], "type": made.Type}, byNobody)
	return nil
}
