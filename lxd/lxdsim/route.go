package lxdsim

import "net/http"

type handler func(*request) (answer, error)

// methods are the handlers of one path; LXD answers 501 to any other method.
type methods map[string]handler

func (s *Server) route() {
	s.routes = http.NewServeMux()
	s.path("/{$}", methods{"GET": func(*request) (answer, error) { return answer{metadata: []string{"/1.0"}}, nil }})
	s.path("/1.0", methods{"GET": s.getServer})
	s.path("/1.0/certificates", methods{"GET": emptyList, "POST": s.createCertificateToken})
	s.path("/1.0/projects", methods{"GET": s.listProjects, "POST": s.createProject})
	s.path("/1.0/projects/{name}", methods{"GET": s.getProject, "PUT": s.updateProject, "PATCH": s.updateProject, "POST": s.renameProject, "DELETE": s.deleteProject})
	s.path("/1.0/profiles", methods{"GET": s.listProfiles, "POST": s.createProfile})
	s.path("/1.0/profiles/{name}", methods{"GET": s.getProfile, "PUT": s.putProfile, "PATCH": s.patchProfile, "POST": s.renameProfile, "DELETE": s.deleteProfile})
	s.path("/1.0/images", methods{"GET": s.listImages, "POST": s.publishImage})
	s.path("/1.0/images/{name}", methods{"GET": s.getImage, "PUT": s.updateImage, "PATCH": s.updateImage, "DELETE": s.deleteImage})
	s.path("/1.0/images/aliases", methods{"GET": s.listImageAliases, "POST": s.createImageAlias})
	s.path("/1.0/images/aliases/{name...}", methods{"GET": s.getImageAlias, "PUT": s.putImageAlias, "PATCH": s.patchImageAlias, "POST": s.renameImageAlias, "DELETE": s.deleteImageAlias})
	s.path("/1.0/networks", methods{"GET": s.listNetworks, "POST": s.createNetwork})
	s.path("/1.0/networks/{name}", methods{"GET": s.getNetwork, "PUT": s.updateNetwork, "PATCH": s.updateNetwork, "POST": s.renameNetwork, "DELETE": s.deleteNetwork})
	s.path("/1.0/networks/{name}/state", methods{"GET": s.getNetworkState})
	s.path("/1.0/networks/{name}/leases", methods{"GET": s.listLeases})
	s.path("/1.0/storage-pools", methods{"GET": s.listPools})
	s.path("/1.0/storage-pools/{name}", methods{"GET": s.getPool})
	s.path("/1.0/storage-pools/{name}/resources", methods{"GET": s.getPoolResources})
	s.path("/1.0/storage-pools/{name}/volumes", methods{"GET": s.listVolumes, "POST": s.createVolume})
	s.path("/1.0/storage-pools/{name}/volumes/{type}", methods{"GET": s.listVolumes, "POST": s.createVolume})
	s.path("/1.0/storage-pools/{name}/volumes/{type}/{volume}", methods{"GET": s.getVolume, "PUT": s.updateVolume, "PATCH": s.updateVolume, "POST": s.renameVolume, "DELETE": s.deleteVolume})
	s.path("/1.0/storage-pools/{name}/volumes/{type}/{volume}/snapshots/{snapshot}", methods{"GET": s.getVolumeSnapshot, "PUT": s.updateVolumeSnapshot, "PATCH": s.updateVolumeSnapshot, "POST": s.renameVolumeSnapshot, "DELETE": s.deleteVolumeSnapshot})
	s.path("/1.0/instances", methods{"GET": s.listInstances, "POST": s.createInstance})
	s.path("/1.0/instances/{name}", methods{"GET": s.getInstance, "PUT": s.putInstance, "PATCH": s.patchInstance, "POST": s.renameInstance, "DELETE": s.deleteInstance})
	s.path("/1.0/instances/{name}/state", methods{"GET": s.getInstanceState, "PUT": s.putInstanceState})
	s.path("/1.0/instances/{name}/snapshots", methods{"GET": s.listSnapshots, "POST": s.createSnapshot})
	s.path("/1.0/instances/{name}/snapshots/{snapshot}", methods{"GET": s.getSnapshot, "PUT": s.updateSnapshot, "PATCH": s.updateSnapshot, "POST": s.renameSnapshot, "DELETE": s.deleteSnapshot})
	s.path("/1.0/instances/{name}/backups", methods{"GET": s.listBackups, "POST": s.createBackup})
	s.path("/1.0/instances/{name}/logs", methods{"GET": s.listLogs})
	s.path("/1.0/instances/{name}/metadata", methods{"GET": s.getInstanceMetadata})
	s.path("/1.0/instances/{name}/metadata/templates", methods{"GET": emptyList})
	s.path("/1.0/operations", methods{"GET": s.listOperations})
	s.path("/1.0/operations/{name}", methods{"GET": s.getOperation, "DELETE": s.cancelOperation})
	s.routeEstate()
	s.routes.HandleFunc("GET /1.0/operations/{name}/wait", s.waitOperation)
	s.routes.HandleFunc("GET /1.0/events", s.streamEvents)
	s.routes.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeFailure(w, failure(http.StatusNotFound, "not found"))
	})
}

// path registers handlers that run one at a time, under the lock. Reading the
// request and encoding the answer happen outside of it.
func (s *Server) path(pattern string, by methods) {
	s.routes.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		handle, found := by[r.Method]
		if !found {
			writeFailure(w, failure(http.StatusNotImplemented, "not implemented"))
			return
		}
		read, err := readRequest(w, r)
		if err != nil {
			writeFailure(w, err)
			return
		}
		s.mu.Lock()
		s.versions.reading = r.Method == http.MethodGet
		answer, err := handle(read)
		s.versions.reading = false
		s.mu.Unlock()
		if err != nil {
			writeFailure(w, err)
			return
		}
		if r.Method != http.MethodGet && answer.operation == nil {
			s.early()
		}
		answer.write(w)
	})
}

func emptyList(*request) (answer, error) { return answer{metadata: []string{}}, nil }
