package contract

import "testing"

// What LXD answers to the writes of profiles and projects, and tells of them.
func TestWritesOfProfilesAndProjects(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		d.follows(t).take([]step{
			{"PATCH", "profiles/default?project=pX", `{"devices":{"root":{"type":"disk","path":"/","pool":"default"}}}`, `sync
profile-updated /1.0/profiles/default?project=pX`},
			{"POST", "profiles?project=pX", `{"name":"a"}`, `sync
profile-created /1.0/profiles/a?project=pX`},
			{"POST", "profiles?project=pX", `{"name":"a"}`, `500 Error inserting "a" into database: The profile already exists`},
			{"POST", "profiles?project=pX", `{"name":"a/b"}`, `400 Profile names may not contain slashes`},
			{"POST", "profiles?project=pX", `{"name":"bad","config":{"nope":"1"}}`, `400 Unknown configuration key: nope`},
			{"POST", "profiles/a?project=pX", `{"name":"default"}`, `500 Name "default" already in use`},
			{"POST", "profiles/a?project=pX", `{"name":""}`, `400 No name provided`},
			{"POST", "profiles/default?project=pX", `{"name":"x"}`, `403 The "default" profile cannot be renamed`},
			{"POST", "profiles/nope?project=pX", `{"name":"x"}`, `500 Query affected 0 rows instead of 1`},
			{"POST", "profiles/a?project=pX", `{"name":"b"}`, `sync
profile-renamed /1.0/profiles/b?project=pX old_name=a`},
			{"POST", "instances?project=pX", `{"name":"i","profiles":["default","b"],"source":{"type":"image","alias":"busybox"}}`, `Creating instance: Success  containers[/1.0/containers/i] instances[/1.0/instances/i]
instance-created /1.0/instances/i?project=pX storage-pool=default type=container by nobody`},
			{"PATCH", "profiles/b?project=pX", `{"config":{"user.a":"b"}}`, `sync
instance-updated /1.0/instances/i?project=pX by nobody
profile-updated /1.0/profiles/b?project=pX`},
			{"PUT", "profiles/b?project=pX", `{"description":"d"}`, `sync
instance-updated /1.0/instances/i?project=pX by nobody
profile-updated /1.0/profiles/b?project=pX`},
			{"PUT", "profiles/b?project=pX", `{"config":{"nope":"1"}}`, `500 Unknown configuration key: nope
profile-updated /1.0/profiles/b?project=pX`},
			{"POST", "profiles/b?project=pX", `{"name":"c"}`, `sync
profile-renamed /1.0/profiles/c?project=pX old_name=b`},
			{"DELETE", "profiles/c?project=pX", ``, `500 Profile is currently in use`},
			{"DELETE", "instances/i?project=pX", ``, `Deleting instance: Success  containers[/1.0/containers/i] instances[/1.0/instances/i]
instance-deleted /1.0/instances/i?project=pX by nobody`},
			{"DELETE", "profiles/c?project=pX", ``, `sync
profile-deleted /1.0/profiles/c?project=pX`},
			{"DELETE", "profiles/c?project=pX", ``, `404 Profile not found`},
			{"POST", "projects", `{"name":"qX"}`, `sync
project-created /1.0/projects/qX`},
			{"POST", "projects", `{"name":"qX"}`, `409 Failed creating project "qX": Failed adding database record: This "projects" entry already exists`},
			{"POST", "projects", `{"name":"q2X","config":{"nope":"1"}}`, `400 Invalid project configuration key "nope"`},
			{"PATCH", "projects/qX", `{"description":"d"}`, `sync
project-updated /1.0/projects/qX`},
			{"PATCH", "projects/nopeX", `{"description":"d"}`, `404 Project not found`},
			{"PUT", "projects/qX", `{"description":"e","config":{"features.images":"true","features.profiles":"true"}}`, `sync
project-updated /1.0/projects/qX`},
			{"PUT", "projects/qX", `{"description":"e","config":{"nope":"true"}}`, `400 Invalid project configuration key "nope"
project-updated /1.0/projects/qX`},
			{"PUT", "projects/nopeX", `{"description":"d"}`, `404 Project not found`},
			{"POST", "projects/qX", `{"name":"pX"}`, `Renaming project: Failure A project named "pX" already exists`},
			{"POST", "projects/qX", `{"name":"a b"}`, `Renaming project: Failure Project names may not contain spaces`},
			{"POST", "projects/default", `{"name":"rX"}`, `403 The 'default' project cannot be renamed`},
			{"POST", "projects/nopeX", `{"name":"rX"}`, `Renaming project: Failure Failed loading project "nopeX": Project not found`},
			{"POST", "projects/qX", `{"name":"rX"}`, `Renaming project: Success 
project-renamed /1.0/projects/rX old_name=qX`},
			{"POST", "projects/pX", `{"name":"sX"}`, `Renaming project: Success 
project-renamed /1.0/projects/sX old_name=pX`},
			{"POST", "projects/sX", `{"name":"pX"}`, `Renaming project: Success 
project-renamed /1.0/projects/pX old_name=sX`},
			{"DELETE", "projects/rX", ``, `sync
project-deleted /1.0/projects/rX`},
			{"DELETE", "projects/rX", ``, `404 Fetch project "rX": Project not found`},
		})
	})
}
