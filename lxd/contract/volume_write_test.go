package contract

import "testing"

// What LXD answers to the writes of custom volumes, and tells of them.
func TestWritesOfVolumes(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		d.follows(t).take([]step{
			{"PATCH", "profiles/default?project=pX", `{"devices":{"root":{"type":"disk","path":"/","pool":"default"}}}`, `sync
profile-updated /1.0/profiles/default?project=pX`},
			{"POST", "storage-pools/default/volumes/custom", `{"name":"vX"}`, `sync
storage-volume-created /1.0/storage-pools/default/volumes/custom/default_vX type=custom`},
			{"POST", "storage-pools/default/volumes/custom", `{"name":"vX"}`, `409 Volume by that name already exists`},
			{"POST", "storage-pools/default/volumes/custom", `{"name":"a/b"}`, `400 Storage volume names may not contain slashes`},
			{"POST", "storage-pools/default/volumes/custom", `{"name":""}`, `400 No name provided`},
			{"POST", "storage-pools/nope/volumes/custom", `{"name":"vX"}`, `404 Storage pool not found`},
			{"PATCH", "storage-pools/default/volumes/custom/vX", `{"description":"d"}`, `sync
storage-volume-updated /1.0/storage-pools/default/volumes/custom/default_vX`},
			{"PUT", "storage-pools/default/volumes/custom/vX", `{"description":"e","config":{"user.a":"b"}}`, `sync
storage-volume-updated /1.0/storage-pools/default/volumes/custom/default_vX`},
			{"PUT", "storage-pools/default/volumes/custom/vX", `{"config":{"nope":"b"}}`, `500 Invalid option for volume "default_vX" option "nope"`},
			{"PATCH", "storage-pools/default/volumes/custom/nopeX", `{"description":"d"}`, `404 Storage pool volume not found`},
			{"POST", "storage-pools/default/volumes/custom/vX/snapshots", `{"name":"s"}`, `Creating storage volume snapshot: Success  storage_volumes[/1.0/storage_volumes/vX]
storage-volume-snapshot-created /1.0/storage-pools/default/volumes/custom/default_vX/snapshots/s type=custom`},
			{"POST", "storage-pools/default/volumes/custom/vX/snapshots", `{"name":"s"}`, `409 Snapshot "s" already in use`},
			{"POST", "storage-pools/default/volumes/custom/vX/snapshots/s", `{"name":"t"}`, `Renaming storage volume snapshot: Success  storage_volume_snapshots[/1.0/storage_volume_snapshots/vX]
storage-volume-snapshot-renamed /1.0/storage-pools/default/volumes/custom/default_vX/snapshots/s old_name=s`},
			{"PATCH", "storage-pools/default/volumes/custom/vX/snapshots/t", `{"description":"d"}`, `sync
storage-volume-snapshot-updated /1.0/storage-pools/default/volumes/custom/vX/snapshots/t`},
			{"PUT", "storage-pools/default/volumes/custom/vX", `{"restore":"t"}`, `sync
storage-volume-restored /1.0/storage-pools/default/volumes/custom/default_vX snapshot=t`},
			{"DELETE", "storage-pools/default/volumes/custom/vX/snapshots/t", ``, `Deleting storage volume snapshot: Success  storage_volume_snapshots[/1.0/storage_volume_snapshots/vX]
storage-volume-snapshot-deleted /1.0/storage-pools/default/volumes/custom/default_vX/snapshots/t`},
			{"DELETE", "storage-pools/default/volumes/custom/vX/snapshots/t", ``, `404 Storage pool volume not found`},
			{"POST", "storage-pools/default/volumes/custom", `{"name":"wX","source":{"type":"copy","pool":"default","name":"vX"}}`, `Copying storage volume: Success 
storage-volume-created /1.0/storage-pools/default/volumes/custom/default_wX type=custom`},
			{"POST", "storage-pools/default/volumes/custom", `{"name":"xX","source":{"type":"copy","pool":"default","name":"nopeX"}}`, `Copying storage volume: Failure Failed generating volume copy config: Storage volume "nopeX" in project "default" of type "custom" does not exist on pool "default": Storage volume not found`},
			{"POST", "storage-pools/default/volumes/custom/wX", `{"name":"vX","pool":"default"}`, `409 Volume by that name already exists`},
			{"POST", "storage-pools/default/volumes/custom/nopeX", `{"name":"yX","pool":"default"}`, `404 Storage pool volume not found`},
			{"POST", "storage-pools/default/volumes/custom/wX", `{"name":"yX","pool":"default"}`, `sync
storage-volume-renamed /1.0/storage-pools/default/volumes/custom/default_yX old_name=wX`},
			{"POST", "instances?project=pX", `{"name":"a","devices":{"d":{"type":"disk","path":"/d","pool":"default","source":"vX"}},"source":{"type":"image","alias":"busybox"}}`, `Creating instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-created /1.0/instances/a?project=pX storage-pool=default type=container by nobody`},
			{"DELETE", "storage-pools/default/volumes/custom/vX", ``, `400 The storage volume is still in use`},
			{"DELETE", "instances/a?project=pX", ``, `Deleting instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-deleted /1.0/instances/a?project=pX by nobody`},
			{"DELETE", "storage-pools/default/volumes/custom/vX", ``, `sync
storage-volume-deleted /1.0/storage-pools/default/volumes/custom/default_vX`},
			{"DELETE", "storage-pools/default/volumes/custom/vX", ``, `404 Storage pool volume not found`},
			{"DELETE", "storage-pools/default/volumes/custom/yX", ``, `sync
storage-volume-deleted /1.0/storage-pools/default/volumes/custom/default_yX`},
		})
	})
}
