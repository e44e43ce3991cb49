package contract

import "testing"

// What LXD answers to the writes of instances and their snapshots, and tells of them.
func TestWritesOfInstances(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		d.follows(t).take([]step{
			{"PATCH", "profiles/default?project=pX", `{"devices":{"root":{"type":"disk","path":"/","pool":"default"}}}`, `sync
profile-updated /1.0/profiles/default?project=pX`},
			{"POST", "instances?project=pX", `{"name":"a","source":{"type":"image","alias":"busybox"}}`, `Creating instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-created /1.0/instances/a?project=pX storage-pool=default type=container by nobody`},
			{"POST", "instances?project=pX", `{"name":"a","source":{"type":"image","alias":"busybox"}}`, `Creating instance: Failure Failed creating instance record: Add instance info to the database: This "instances" entry already exists containers[/1.0/containers/a] instances[/1.0/instances/a]`},
			{"POST", "instances?project=pX", `{"name":"b","source":{"type":"copy","source":"nope"}}`, `404 Failed to fetch instance "nope" in project "pX": Instance not found`},
			{"POST", "instances?project=pX", `{"name":"b","source":{"type":"copy","source":"a"}}`, `Creating instance: Failure Failed creating instance record: Failed initialising instance: Failed getting root disk: No root device could be found containers[/1.0/containers/b /1.0/containers/a] instances[/1.0/instances/b /1.0/instances/a]`},
			{"POST", "instances?project=pX", `{"name":"b","profiles":["default"],"source":{"type":"copy","source":"a"}}`, `Creating instance: Success  containers[/1.0/containers/b /1.0/containers/a] instances[/1.0/instances/b /1.0/instances/a]
instance-created /1.0/instances/b?project=pX storage-pool=default type=container by nobody`},
			{"POST", "instances?project=pX", `{"name":"b","profiles":["default"],"source":{"type":"copy","source":"a"}}`, `Creating instance: Failure Failed creating instance record: Add instance info to the database: This "instances" entry already exists containers[/1.0/containers/b /1.0/containers/a] instances[/1.0/instances/b /1.0/instances/a]`},
			{"POST", "instances/b?project=pX", `{"name":"a"}`, `409 Name "a" already in use`},
			{"POST", "instances/b?project=pX", `{"name":"c_"}`, `400 Invalid instance name: Name can only contain alphanumeric and hyphen characters`},
			{"POST", "instances/b?project=pX", `{"name":""}`, `409 Name "b" already in use`},
			{"POST", "instances/nope?project=pX", `{"name":"c"}`, `404 Instance not found`},
			{"POST", "instances/b?project=pX", `{"name":"c"}`, `Renaming instance: Success  containers[/1.0/containers/b] instances[/1.0/instances/b]
instance-renamed /1.0/instances/c?project=pX old_name=b by nobody`},
			{"PATCH", "instances/c?project=pX", `{"description":"new"}`, `sync
instance-updated /1.0/instances/c?project=pX by nobody`},
			{"PUT", "instances/c?project=pX", `{"description":"newer","config":{"user.a":"b"},"profiles":["default"]}`, `Updating instance: Failure Volatile idmap keys can't be deleted by the user containers[/1.0/containers/c] instances[/1.0/instances/c]`},
			{"POST", "instances/a/snapshots?project=pX", `{"name":"s"}`, `Snapshotting instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-snapshot-created /1.0/instances/a/snapshots/s?project=pX by nobody`},
			{"POST", "instances/a/snapshots?project=pX", `{"name":"s"}`, `Snapshotting instance: Failure Failed creating instance snapshot record "s": Add snapshot info to the database: This "instances_snapshots" entry already exists containers[/1.0/containers/a] instances[/1.0/instances/a]`},
			{"POST", "instances/a/snapshots?project=pX", `{"name":"r"}`, `Snapshotting instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-snapshot-created /1.0/instances/a/snapshots/r?project=pX by nobody`},
			{"POST", "instances/a/snapshots/s?project=pX", `{"name":"a/b"}`, `400 Invalid snapshot name: Cannot contain "/"`},
			{"POST", "instances/a/snapshots/s?project=pX", `{"name":"r"}`, `409 Name 'a/r' already in use`},
			{"POST", "instances/a/snapshots/s?project=pX", `{"name":"t"}`, `Renaming snapshot: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-snapshot-renamed /1.0/instances/a/snapshots/t?project=pX old_name=a/s by nobody`},
			{"POST", "instances/a/snapshots/s?project=pX", `{"name":"u"}`, `404 Failed to fetch snapshot "s" of instance "a" in project "pX": InstanceSnapshot not found`},
			{"PATCH", "instances/a/snapshots/t?project=pX", `{"expires_at":"2031-01-01T00:00:00Z"}`, `Updating snapshot: Success  containers[/1.0/containers/t] instances[/1.0/instances/t]`},
			{"PUT", "instances/a/snapshots/t?project=pX", `{"expires_at":"2032-01-01T00:00:00Z"}`, `Updating snapshot: Success  containers[/1.0/containers/t] instances[/1.0/instances/t]`},
			{"POST", "instances?project=pX", `{"name":"d","profiles":["default"],"source":{"type":"copy","source":"a/t"}}`, `Creating instance: Success  containers[/1.0/containers/d /1.0/containers/a/t] instances[/1.0/instances/d /1.0/instances/a/t]
instance-created /1.0/instances/d?project=pX storage-pool=default type=container by nobody`},
			{"POST", "instances?project=pX", `{"name":"d2","profiles":["default"],"source":{"type":"copy","source":"a/nope"}}`, `404 Failed to fetch snapshot "nope" of instance "a" in project "pX": InstanceSnapshot not found`},
			{"POST", "instances?project=pX", `{"name":"e","profiles":["default"],"source":{"type":"copy","source":"a"}}`, `Creating instance: Success  containers[/1.0/containers/e /1.0/containers/a] instances[/1.0/instances/e /1.0/instances/a]
instance-created /1.0/instances/e?project=pX storage-pool=default type=container by nobody
instance-snapshot-created /1.0/instances/e/snapshots/r?project=pX by nobody
instance-snapshot-created /1.0/instances/e/snapshots/t?project=pX by nobody`},
			{"POST", "instances?project=pX", `{"name":"f","profiles":["default"],"source":{"type":"copy","source":"a","instance_only":true}}`, `Creating instance: Success  containers[/1.0/containers/f /1.0/containers/a] instances[/1.0/instances/f /1.0/instances/a]
instance-created /1.0/instances/f?project=pX storage-pool=default type=container by nobody`},
			{"PUT", "instances/a?project=pX", `{"restore":"nope"}`, `Restoring snapshot: Failure Snapshot a/nope does not exist containers[/1.0/containers/a] instances[/1.0/instances/a]`},
			{"PUT", "instances/a?project=pX", `{"restore":"t"}`, `Restoring snapshot: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-restored /1.0/instances/a?project=pX snapshot=a/t by nobody`},
			{"PUT", "instances/a/state?project=pX", `{"action":"start"}`, `Starting instance: Success  instances[/1.0/instances/a]
instance-started /1.0/instances/a?project=pX`},
			{"POST", "instances/a?project=pX", `{"name":"z"}`, `Renaming instance: Failure Renaming of running container not allowed containers[/1.0/containers/a] instances[/1.0/instances/a]`},
			{"DELETE", "instances/a?project=pX", ``, `400 Instance is running`},
			{"PUT", "instances/a/state?project=pX", `{"action":"stop","force":true}`, `Stopping instance: Success  instances[/1.0/instances/a]
instance-stopped /1.0/instances/a?project=pX`},
			{"DELETE", "instances/a/snapshots/t?project=pX", ``, `Deleting snapshot: Success  containers[/1.0/containers/a/t] instances[/1.0/instances/a/t]
instance-snapshot-deleted /1.0/instances/a/snapshots/t?project=pX by nobody`},
			{"DELETE", "instances/c?project=pX", ``, `Deleting instance: Success  containers[/1.0/containers/c] instances[/1.0/instances/c]
instance-deleted /1.0/instances/c?project=pX by nobody`},
			{"DELETE", "instances/a?project=pX", ``, `Deleting instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-deleted /1.0/instances/a?project=pX by nobody
instance-snapshot-deleted /1.0/instances/a/snapshots/r?project=pX by nobody`},
		})
	})
}
