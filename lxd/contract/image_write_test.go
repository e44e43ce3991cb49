package contract

import "testing"

// What LXD answers to the writes of images and their aliases, and tells of them.
func TestWritesOfImages(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		d.follows(t).take([]step{
			{"PATCH", "profiles/default?project=pX", `{"devices":{"root":{"type":"disk","path":"/","pool":"default"}}}`, `sync
profile-updated /1.0/profiles/default?project=pX`},
			{"POST", "instances?project=pX", `{"name":"a","source":{"type":"image","alias":"busybox"}}`, `Creating instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-created /1.0/instances/a?project=pX storage-pool=default type=container by nobody`},
			{"POST", "images?project=pX", `{"source":{"type":"instance","name":"nope"}}`, `404 Instance not found`},
			{"POST", "images?project=pX", `{"source":{"type":"instance","name":"a"},"public":false,"properties":{"os":"X"}}`, `Downloading image: Success 
image-created /1.0/images/F?project=pX type=container`},
			{"PATCH", "images/F?project=pX", `{"properties":{"a":"b"}}`, `sync
image-updated /1.0/images/F?project=pX`},
			{"PUT", "images/F?project=pX", `{"public":true,"properties":{"a":"c"}}`, `sync
image-updated /1.0/images/F?project=pX`},
			{"PATCH", "images/abc000?project=pX", `{"public":true}`, `404 Image not found`},
			{"POST", "images/aliases?project=pX", `{"name":"aX","target":"F"}`, `sync
image-alias-created /1.0/images/aliases/aX?project=pX target=F`},
			{"POST", "images/aliases?project=pX", `{"name":"aX","target":"F"}`, `409 Alias "aX" already exists`},
			{"POST", "images/aliases?project=pX", `{"name":"bX","target":"abc000"}`, `404 Image not found`},
			{"POST", "images/aliases?project=pX", `{"name":"","target":"F"}`, `400 name and target are required`},
			{"PUT", "images/aliases/aX?project=pX", `{"description":"e","target":"F"}`, `sync
image-alias-updated /1.0/images/aliases/aX?project=pX target=F`},
			{"PUT", "images/aliases/nopeX?project=pX", `{"description":"e","target":"F"}`, `404 Image alias not found`},
			{"POST", "images/aliases/aX?project=pX", `{"name":"busybox"}`, `409 Alias "busybox" already exists`},
			{"POST", "images/aliases/nopeX?project=pX", `{"name":"cX"}`, `404 Image alias not found`},
			{"POST", "images/aliases/aX?project=pX", `{"name":"cX"}`, `sync
image-alias-renamed /1.0/images/aliases/cX?project=pX old_name=aX`},
			{"DELETE", "images/aliases/aX?project=pX", ``, `404 Image alias not found`},
			{"DELETE", "images/aliases/cX?project=pX", ``, `sync
image-alias-deleted /1.0/images/aliases/cX?project=pX`},
			{"DELETE", "images/F?project=pX", ``, `Deleting image: Success  images[/1.0/images/F]
image-deleted /1.0/images/F?project=pX`},
			{"DELETE", "images/F?project=pX", ``, `404 Image not found`},
		})
	})
}
