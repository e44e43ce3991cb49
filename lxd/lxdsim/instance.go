package lxdsim

import (
	"net/http"
	"time"
)

type instance struct {
	Architecture    string            `json:"architecture"`
	Config          map[string]string `json:"config"`
	Devices         devices           `json:"devices"`
	Ephemeral       bool              `json:"ephemeral"`
	Profiles        []string          `json:"profiles"`
	Stateful        bool              `json:"stateful"`
	Description     string            `json:"description"`
	CreatedAt       time.Time         `json:"created_at"`
	ExpandedConfig  map[string]string `json:"expanded_config"`
	ExpandedDevices devices           `json:"expanded_devices"`
	Name            string            `json:"name"`
	Status          string            `json:"status"`
	StatusCode      int               `json:"status_code"`
	LastUsedAt      time.Time         `json:"last_used_at"`
	Location        string            `json:"location"`
	Type            string            `json:"type"`
	Project         string            `json:"project"`

	pid        int
	runningFor time.Duration // what it had run before the daemon started
	startedAt  time.Time
	interfaces []networkInterface
	snapshots  []snapshot
	backups    []backup
	onDirPool  bool // such pools measure no disk usage
}

// networkInterface is a nic of an instance with what DHCP gave to it.
type networkInterface struct {
	name, network, hardwareAddress, hostName, address string
}

// instanceFull is an instance as recursion=2 and GET …?recursion=1 show it.
type instanceFull struct {
	instance
	Backups   []backup      `json:"backups"`
	State     instanceState `json:"state"`
	Snapshots []snapshot    `json:"snapshots"`
}

var statusCodes = map[string]int{"Running": 103, "Stopped": 102, "Frozen": 110}

func (i *instance) url() string { return objectURL(i.Project, "instances", i.Name) }

func (i *instance) etag() string {
	return etagOf(i.Architecture, i.Config, i.Devices, i.Ephemeral, i.Profiles)
}

// runs is true for frozen instances too: they have processes and addresses.
func (i *instance) runs() bool { return i.Status != "Stopped" }

func (i *instance) full(now time.Time) instanceFull {
	return instanceFull{instance: *i, State: i.state(now), Snapshots: i.snapshots, Backups: i.backups}
}

// findInstance says the same for an unknown project as for an unknown instance.
func (s *Server) findInstance(r *request) (*instance, error) {
	i, found := s.instances.get(key(r.project, r.name()))
	if !found {
		return nil, failure(http.StatusNotFound, "Instance not found")
	}
	return i, nil
}

// putInstanceValue stores an instance, with what its profiles give to it.
func (s *Server) putInstanceValue(i *instance) {
	i.ExpandedConfig, i.ExpandedDevices = s.expand(i)
	i.StatusCode = statusCodes[i.Status]
	if root, has := i.ExpandedDevices.root(); has {
		on, _ := s.pools.get(root["pool"])
		i.onDirPool = on != nil && on.Driver == "dir"
	}
	s.instances.put(key(i.Project, i.Name), i)
}

// expand merges the profiles, the last one wins, and then the instance's own.
func (s *Server) expand(i *instance) (map[string]string, devices) {
	config, expanded := map[string]string{}, devices{}
	for _, name := range i.Profiles {
		if p, found := s.profiles.get(key(s.effective(i.Project, "profiles"), name)); found {
			config, expanded = merged(config, p.Config), merged(expanded, p.Devices)
		}
	}
	return merged(config, i.Config), merged(expanded, i.Devices)
}

func (s *Server) getInstance(r *request) (answer, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	if r.recursion > 0 {
		return answer{metadata: i.full(time.Now()), etag: i.etag()}, nil
	}
	return answer{metadata: i, etag: i.etag()}, nil
}

func (s *Server) listInstances(r *request) (answer, error) {
	if err := r.oneProject(); err != nil {
		return answer{}, err
	}
	kind := r.query.Get("instance-type")
	if kind != "" && kind != "container" && kind != "virtual-machine" {
		return answer{}, failure(http.StatusInternalServerError, "Invalid instance type")
	}
	listed := s.instances.where(func(i *instance) bool {
		return (r.allProjects || i.Project == r.project) && (kind == "" || i.Type == kind)
	})
	if r.recursion >= 2 {
		now, objects := time.Now(), make([]instanceFull, 0, len(listed))
		for _, i := range listed {
			objects = append(objects, i.full(now))
		}
		return answer{metadata: objects}, nil
	}
	urls := []string{}
	for _, i := range listed {
		urls = append(urls, i.url())
	}
	return listAnswer(r, urls, listed), nil
}
