package lxd

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// answering is an LXD of a few answers, by path and query; what it is asked is
// kept. It is 404 for everything else.
func answering(t *testing.T, extensions string, answers map[string]string) (*Client, *[]string) {
	t.Helper()
	asked := &[]string{}
	var noting sync.Mutex // questions come side by side
	return onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/1.0" {
			io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted","api_extensions":[`+extensions+`]}}`)
			return
		}
		noting.Lock()
		*asked = append(*asked, r.URL.RequestURI())
		noting.Unlock()
		if answer, ok := answers[r.URL.RequestURI()]; ok {
			io.WriteString(w, answer)
			return
		}
		io.WriteString(w, `{"type":"error","error_code":404,"error":"Storage volume not found"}`)
	}), asked
}

func synced(metadata string) string { return `{"type":"sync","metadata":` + metadata + `}` }

// A pool whose driver has no buckets has none, and does not spoil the others.
// Who sees one project sees no bucket of another by an id of that project.
func TestBuckets(t *testing.T) {
	const none = `{"type":"error","error_code":400,"error":"Storage pool driver \"ceph\" does not support buckets"}`
	const bucket = `{"name":"b","pool":"","location":"none","s3_url":"https://s3/b","config":{"size":"1GiB"},"project":"default"}`
	answers := map[string]string{
		"/1.0/storage-pools?recursion=1":                                      synced(`[{"name":"rbd"},{"name":"local"}]`),
		"/1.0/projects?recursion=1":                                           synced(`[{"name":"default","config":{}},{"name":"shared","config":{"features.storage.buckets":"false"}}]`),
		"/1.0/storage-pools/rbd/buckets?project=default&recursion=1":          none,
		"/1.0/storage-pools/rbd/buckets?recursion=1&all-projects=true":        none,
		"/1.0/storage-pools/local/buckets?project=default&recursion=1":        synced("[" + bucket + "]"),
		"/1.0/storage-pools/local/buckets?recursion=1&all-projects=true":      synced("[" + bucket + "]"),
		"/1.0/storage-pools/local/buckets/b?project=shared":                   synced(bucket),
		"/1.0/storage-pools/local/buckets/b/keys?project=default&recursion=1": synced(`[{"name":"admin","role":"admin","access-key":"AK","secret-key":"SK"}]`),
	}
	for extensions, requests := range map[string]int{`"storage_buckets"`: 5, `"storage_buckets","storage_buckets_all_projects"`: 3} {
		client, asked := answering(t, extensions, answers)
		if one, err := client.StorageBuckets(t.Context(), System, "default"); err != nil || len(one) != 1 || one[0].Pool != "local" || *one[0].SizeBytes() != 1<<30 {
			t.Errorf("of a project: %+v, %v", one, err)
		}
		*asked = nil
		all, err := client.AllStorageBuckets(t.Context(), System)
		if err != nil || len(all) != 1 || all[0].Project != "default" || len(*asked) != requests {
			t.Fatalf("of all: %+v, %v after %v", all, err, *asked)
		}
		if hidden, err := client.AllStorageBuckets(t.Context(), only("shared")); err != nil || len(hidden) != 0 {
			t.Errorf("who sees another project sees %+v, %v", hidden, err)
		}
		if hidden, err := client.StorageBucket(t.Context(), only("shared"), "shared", "local", "b"); !IsNotFound(err) {
			t.Errorf("default's bucket by another project: %+v, %v", hidden, err)
		}
		for as, secret := range map[Scope]string{System: "SK", only("default"): ""} {
			if keys, err := client.StorageBucketKeys(t.Context(), as, all[0]); err != nil || keys[0].Secret != secret || keys[0].Name != "admin" {
				t.Errorf("%v reads the keys %+v, %v", as, keys, err)
			}
		}
	}
}

// What two members call by one name are two volumes, each with its own
// snapshots: 5.0.2 lists those of the member that is asked, whoever is meant.
func TestVolumesOfMembers(t *testing.T) {
	const volumes = "/1.0/storage-pools/local/volumes"
	entry := func(name, member string) string {
		return `{"name":"` + name + `","type":"custom","location":"` + member + `","project":"default","config":{}}`
	}
	list := synced("[" + strings.Join([]string{entry("v", "n1"), entry("v", "n2"), entry("v/s1", "n1"), entry("v/s2", "n2")}, ",") + "]")
	client, _ := answering(t, "", map[string]string{
		volumes + "?project=default&recursion=1":                            list,
		volumes + "/custom?project=default&recursion=1":                     list,
		volumes + "/custom/v?project=default&target=n2":                     synced(entry("v", "n2")),
		volumes + "/custom/v/snapshots/s2?project=default&target=n2":        synced(`{"name":"s2","expires_at":"2031-01-01T00:00:00Z"}`),
		volumes + "/custom/v/backups?project=default&recursion=1&target=n2": synced(`[{"name":"b0"}]`),
	})
	listed, err := client.StorageVolumes(t.Context(), System, VolumeList{Pool: "local"})
	if err != nil || len(listed) != 2 || listed[0].ID() == listed[1].ID() {
		t.Fatalf("two volumes: %+v, %v", listed, err)
	}
	for n, want := range []string{"s1", "s2"} {
		if got := listed[n].ListedSnapshots(); len(got) != 1 || got[0].Name() != want {
			t.Errorf("the list's snapshots of %s: %+v", listed[n].Member, got)
		}
	}
	read, err := client.VolumeOf(t.Context(), System, "default", listed[1].Path())
	if err != nil || read.ID() != listed[1].ID() {
		t.Fatalf("read by its path: %+v, %v", read, err)
	}
	for _, volume := range []*StorageVolume{listed[1], read} {
		if got, err := client.StorageVolumeSnapshots(t.Context(), System, volume); err != nil || len(got) != 1 || got[0].Name() != "s2" || got[0].ExpiresAt.Year() != 2031 {
			t.Errorf("its snapshots: %+v, %v", got, err)
		}
	}
	if got, err := client.StorageVolumeBackups(t.Context(), System, read); err != nil || len(got) != 1 {
		t.Errorf("its backups: %+v, %v", got, err)
	}
	if got, err := client.StorageVolumeState(t.Context(), System, read); err != nil || got != nil {
		t.Errorf("its state, which 5.0.2 does not find: %+v, %v", got, err)
	}
	for address, want := range map[string]string{
		"/1.0/storage-pools/local/volumes/custom/v?target=n2":              "local/custom@n2/v",
		"/1.0/storage-pools/local/volumes/custom/v/snapshots/s2?target=n2": "local/custom@n2/v/s2",
		"/1.0/storage-pools/local/volumes/container/c1?target=n2":          "local/container/c1",
		"/1.0/storage-pools/local/volumes/custom/v":                        "local/custom/v",
	} {
		if id, ok := client.Reference(address); !ok || id.Name != want {
			t.Errorf("%s is %q, want %q", address, id.Name, want)
		}
	}
}

// What LXD would answer with something else is not asked.
func TestVolumesThatAreNone(t *testing.T) {
	client, asked := answering(t, "", nil)
	for _, path := range []string{"p/custom/v/s0", "p/bogus/v", "p/custom/", "p/custom", "p"} {
		if got, err := client.VolumeOf(t.Context(), System, "default", path); !IsNotFound(err) || len(*asked) > 0 {
			t.Errorf("%s: %+v, %v after %v", path, got, err, *asked)
		}
	}
	image := &StorageVolume{Name: "f", Pool: "p", Type: VolumeImage, Project: "default"}
	if state, err := client.StorageVolumeState(t.Context(), System, image); state != nil || err != nil || len(*asked) > 0 {
		t.Errorf("the state of an image's volume: %+v, %v", state, err)
	}
}

// A list that LXD has filtered does not tell which snapshots there are.
func TestAFilteredListHasNoSnapshots(t *testing.T) {
	const volume = `[{"name":"v","type":"custom","project":"default"}]`
	client, _ := answering(t, "", map[string]string{
		"/1.0/storage-pools/p/volumes?filter=name+eq+v&project=default&recursion=1": synced(volume),
		"/1.0/storage-pools/p/volumes?project=default&recursion=1":                  synced(volume),
	})
	for filter, known := range map[string]bool{"": true, "name eq v": false} {
		volumes, err := client.StorageVolumes(t.Context(), System, VolumeList{Pool: "p", Filter: filter})
		if err != nil || len(volumes) != 1 || (volumes[0].ListedSnapshots() != nil) != known {
			t.Errorf("filtered by %q: %+v, %v", filter, volumes, err)
		}
	}
}

// LXD keeps a project's features as they were written.
func TestFeaturesInOtherWords(t *testing.T) {
	for word, want := range map[string]string{"true": "p", "yes": "p", "1": "p", "on": "p", "TRUE": "p", "false": "default", "no": "default", "": "default"} {
		project := &Project{Name: "p", Config: StringMap{string(FeatureStorageVolumes): word}}
		if got := project.Effective(FeatureStorageVolumes); got != want {
			t.Errorf("%q: the volumes are of %s, want %s", word, got, want)
		}
	}
}
