package lxdsim

import (
	"fmt"
	"time"
)

var seedRoles = []string{"web", "db", "cache", "queue", "build"}

// seedInstance makes the n-th instance. Its name exists in every project, since
// names are unique inside of one only.
func (s *Server) seedInstance(n int) {
	projects := s.projects.all()
	project, turn := projects[n%len(projects)], n/len(projects)
	images := s.images.where(func(i *image) bool { return i.project == "default" })
	from := images[1+s.random.Intn(3)]
	created := s.started.Add(-time.Duration(s.random.Intn(60*24)+1) * time.Hour).UTC()

	made := &instance{
		Architecture: "x86_64", Config: s.volatileKeys(from), Devices: s.seedDevices(),
		Profiles: s.seedProfileNames(), Location: "none", Project: project.Name, Type: from.Type,
		Name:      fmt.Sprintf("%s-%d", seedRoles[turn%len(seedRoles)], turn/len(seedRoles)),
		CreatedAt: created, LastUsedAt: created.Add(time.Minute), Status: s.seedStatus(),
		startedAt: s.started, runningFor: time.Duration(s.random.Intn(1000)+1) * time.Minute,
	}
	made.Config["user.role"] = seedRoles[turn%len(seedRoles)]
	made.Config["volatile.last_state.power"] = "STOPPED"
	delete(made.Config, "volatile.apply_template")
	if made.runs() {
		s.nextPID += 7
		made.pid, made.Config["volatile.last_state.power"] = s.nextPID, "RUNNING"
	}
	s.connect(made)
	s.putInstanceValue(made)
	for taken := range s.random.Intn(3) {
		snapshotted := *made
		at := created.Add(time.Duration(taken+1) * time.Hour)
		snapshotted.snapshots = append(made.snapshots[:taken:taken], made.take(fmt.Sprintf("snap%d", taken), at, time.Time{}))
		s.putInstanceValue(&snapshotted)
		made = &snapshotted
	}
}

// seedDevices moves instances to other pools and networks than the profile's.
func (s *Server) seedDevices() devices {
	pools, own := s.pools.all(), devices{}
	if pool := pools[s.random.Intn(len(pools))]; pool.Name != "default" {
		own["root"] = device{"type": "disk", "path": "/", "pool": pool.Name}
	}
	if bridge := s.random.Intn(s.options.Networks); bridge != 0 {
		own["eth0"] = device{"type": "nic", "name": "eth0", "network": fmt.Sprintf("lxdbr%d", bridge)}
	}
	return own
}

func (s *Server) seedProfileNames() []string {
	switch s.random.Intn(4) {
	case 1:
		return []string{"default", "small"}
	case 2:
		return []string{"default", "large"}
	}
	return []string{"default"}
}

func (s *Server) seedStatus() string {
	switch chance := s.random.Intn(20); {
	case chance < 12:
		return "Running"
	case chance < 19:
		return "Stopped"
	}
	return "Frozen"
}
