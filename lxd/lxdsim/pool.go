package lxdsim

import "net/http"

type pool struct {
	Config      map[string]string `json:"config"`
	Description string            `json:"description"`
	Name        string            `json:"name"`
	Driver      string            `json:"driver"`
	UsedBy      []string          `json:"used_by"`
	Status      string            `json:"status"`
	Locations   []string          `json:"locations"`
}

type poolResources struct {
	Space  usage `json:"space"`
	Inodes usage `json:"inodes"`
}

type usage struct {
	Used  uint64 `json:"used"`
	Total uint64 `json:"total"`
}

func (s *Server) usedPool(p *pool) *pool {
	used := *p
	used.UsedBy = s.deviceUsers(func(d device) bool { return d["type"] == "disk" && d["pool"] == p.Name })
	for _, i := range s.instances.all() {
		root, has := i.ExpandedDevices.root()
		for _, taken := range i.snapshots {
			if has && root["pool"] == p.Name && !taken.withoutVolume {
				used.UsedBy = append(used.UsedBy, objectURL(i.Project, "instances", i.Name, "snapshots", taken.Name))
			}
		}
	}
	for _, v := range s.volumes.where(func(v *volume) bool { return v.pool == p.Name }) {
		used.UsedBy = append(used.UsedBy, v.url())
	}
	return &used
}

// listPools takes any project, existing or not: pools belong to none.
func (s *Server) listPools(r *request) (answer, error) {
	urls, objects := []string{}, []*pool{}
	for _, p := range s.pools.all() {
		urls = append(urls, objectURL("", "storage-pools", p.Name))
		if r.recursion > 0 {
			objects = append(objects, s.usedPool(p))
		}
	}
	return listAnswer(r, urls, objects), nil
}

// getPool sends no ETag: neither does LXD 5.0.2.
func (s *Server) getPool(r *request) (answer, error) {
	p, found := s.pools.get(r.name())
	if !found {
		return answer{}, failure(http.StatusNotFound, "Storage pool not found")
	}
	return answer{metadata: s.usedPool(p)}, nil
}

func (s *Server) getPoolResources(r *request) (answer, error) {
	p, found := s.pools.get(r.name())
	if !found {
		return answer{}, failure(http.StatusInternalServerError, "Storage pool not found")
	}
	const gibibyte = 1 << 30
	used := 4 * gibibyte
	for _, i := range s.instances.all() {
		if root, has := i.ExpandedDevices.root(); has && root["pool"] == p.Name {
			used += gibibyte / 4
		}
	}
	return answer{metadata: poolResources{
		Space:  usage{Used: uint64(used), Total: 1024 * gibibyte},
		Inodes: usage{Used: uint64(used) >> 16, Total: 1 << 24},
	}}, nil
}
