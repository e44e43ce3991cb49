package lxdsim

import "net/http"

// routeEstate adds what is read only: the server, its cluster, networks' parts
// and volumes' parts.
func (s *Server) routeEstate() {
	s.path("/1.0/resources", methods{"GET": fixture("resources")})
	s.path("/1.0/warnings", methods{"GET": listRecorded("warnings", "/1.0/warnings", "uuid")})
	s.path("/1.0/warnings/{uuid}", methods{"GET": oneRecorded("warnings", "uuid", "uuid", "Warning not found")})
	s.path("/1.0/certificates/{name}", methods{"GET": refuse(http.StatusNotFound, "Certificate not found")})
	s.path("/1.0/cluster", methods{"GET": s.getCluster})
	s.path("/1.0/cluster/members", methods{"GET": refuse(http.StatusInternalServerError, "Server is not clustered")})
	s.path("/1.0/cluster/members/{name}", methods{"GET": refuse(http.StatusInternalServerError, "Server is not clustered")})
	s.path("/1.0/cluster/groups", methods{"GET": refuse(http.StatusBadRequest, "This server is not clustered")})
	s.path("/1.0/cluster/groups/{name}", methods{"GET": refuse(http.StatusBadRequest, "This server is not clustered")})
	s.path("/1.0/network-acls", methods{"GET": s.defaultsList(listRecorded("network-acls", "/1.0/network-acls", "name"))})
	s.path("/1.0/network-acls/{name}", methods{"GET": s.defaultsOne("Network ACL not found", oneRecorded("network-acls", "name", "name", "Network ACL not found"))})
	s.path("/1.0/network-acls/{name}/log", methods{"GET": s.defaultsOne("Network ACL not found", refuse(http.StatusInternalServerError, "Only OVN log entries may be retrieved at this time"))})
	s.path("/1.0/network-zones", methods{"GET": s.defaultsList(listRecorded("network-zones", "/1.0/network-zones", "name"))})
	s.path("/1.0/network-zones/{zone}", methods{"GET": s.defaultsOne("Network zone not found", oneRecorded("network-zones", "name", "zone", "Network zone not found"))})
	s.path("/1.0/network-zones/{zone}/records", methods{"GET": s.defaultsOne("Network zone not found", listRecorded("network-zone-records", "/1.0/network-zones/lxd.example/records", "name"))})
	s.path("/1.0/network-zones/{zone}/records/{name}", methods{"GET": s.defaultsOne("Network zone record not found", oneRecorded("network-zone-records", "name", "name", "Network zone record not found"))})
	s.path("/1.0/networks/{name}/forwards", methods{"GET": s.partOfNetwork(listRecorded("network-forwards", "/1.0/networks/lxdbr0/forwards", "listen_address"))})
	s.path("/1.0/networks/{name}/forwards/{address}", methods{"GET": s.partOfNetwork(oneRecorded("network-forwards", "listen_address", "address", "Network forward not found"))})
	s.path("/1.0/networks/{name}/peers", methods{"GET": s.partOfNetwork(refuse(http.StatusBadRequest, `Network driver "bridge" does not support peering`))})
	s.path("/1.0/projects/{name}/state", methods{"GET": s.getProjectState})
	s.path("/1.0/storage-pools/{name}/volumes/{type}/{volume}/state", methods{"GET": refuse(http.StatusInternalServerError, "Not supported")})
	s.path("/1.0/storage-pools/{name}/volumes/{type}/{volume}/snapshots", methods{"GET": s.listVolumeSnapshots, "POST": s.createVolumeSnapshot})
	s.path("/1.0/storage-pools/{name}/volumes/{type}/{volume}/backups", methods{"GET": s.listVolumeBackups})
	s.routes.HandleFunc("GET /1.0/metrics", s.getMetrics)
}

type memberConfig struct {
	Entity      string `json:"entity"`
	Name        string `json:"name"`
	Key         string `json:"key"`
	Value       string `json:"value"`
	Description string `json:"description"`
}

// getCluster says what a member that joined would be asked for.
func (s *Server) getCluster(*request) (answer, error) {
	asked := []memberConfig{}
	for _, p := range s.pools.all() {
		asked = append(asked, memberConfig{Entity: "storage-pool", Name: p.Name, Key: "source", Description: `"source" property for storage pool "` + p.Name + `"`})
	}
	return answer{metadata: map[string]any{"server_name": "", "enabled": false, "member_config": asked}}, nil
}
