package lxd

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// writes is a caller who may write in some projects; "" is the server.
type writes []string

func (w writes) Allows(project string, write bool) bool {
	for _, name := range w {
		if name == project {
			return true
		}
	}
	return !write && project == ""
}

// recording is an LXD that keeps what it is told to change: "POST /path {body}".
func recording(t *testing.T, extensions string, answers map[string]string) (*Client, *[]string) {
	t.Helper()
	told := &[]string{}
	return onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		switch answer, ok := answers[r.URL.RequestURI()]; {
		case r.URL.Path == "/1.0":
			io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted","api_extensions":[`+extensions+`]}}`)
		case r.Method != http.MethodGet:
			body, _ := io.ReadAll(r.Body)
			*told = append(*told, strings.TrimSpace(r.Method+" "+r.URL.RequestURI()+" "+string(body)))
			io.WriteString(w, `{"type":"sync","metadata":{}}`)
		case ok:
			w.Header().Set("Etag", `"e1"`)
			io.WriteString(w, `{"type":"sync","metadata":`+answer+`}`)
		default:
			io.WriteString(w, `{"type":"error","error_code":404,"error":"not found"}`)
		}
	}), told
}

func TestKeysOfVolumesThatReachTheHost(t *testing.T) {
	for _, key := range []string{"security.unmapped", "volatile.idmap.last", "volatile.idmap.next", "volatile.uuid", "block.mount_options", "zfs.delegate", "raw.mount", "unknown.key", ""} {
		if !VolumeHostKey(key) {
			t.Errorf("%q has to be an administrator's", key)
		}
	}
	for _, key := range []string{"size", "user.tags", "snapshots.expiry", "snapshots.schedule", "security.shifted", "block.filesystem", "zfs.blocksize"} {
		if VolumeHostKey(key) {
			t.Errorf("%q reaches nothing", key)
		}
	}
	for key, value := range map[string]string{"snapshots.pattern": `{% include "/etc/shadow" %}`, "snapshots.schedule": "@daily\nx"} {
		if mayConfigure(writes{"p"}, harmlessVolume, StringMap{key: value}) == nil || mayConfigure(System, harmlessVolume, StringMap{key: value}) != nil {
			t.Errorf("%q of %s is an administrator's", value, key)
		}
	}
}

// Where LXD has buckets, what is said of them is in its own words.
func TestWritesOfBuckets(t *testing.T) {
	const at = "/1.0/storage-pools/s3/buckets"
	client, told := recording(t, `"storage_buckets"`, map[string]string{
		at + "/bbb?project=p":                  `{"name":"bbb","project":"p","description":"old","config":{"size":"1GiB","user.secret":"x"}}`,
		at + "/bbb/keys?project=p&recursion=1": `[{"name":"k","role":"admin"}]`,
		at + "/bbb/keys/k?project=p":           `{"name":"k","role":"admin","description":"d","access-key":"A","secret-key":"S"}`,
	})
	as, size, readOnly, text := writes{"p"}, int64(1<<20), StorageBucketKeyRole("READ_ONLY"), "new"
	bucket, err := client.StorageBucket(t.Context(), as, "p", "s3", "bbb")
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, change := range []func() (*Operation, error){
		func() (*Operation, error) {
			return client.CreateStorageBucket(ctx, as, "p", &CreateStorageBucketInput{Pool: "s3", Name: "new", SizeBytes: &size, Config: StringMap{"user.a": "1"}})
		},
		func() (*Operation, error) {
			return client.UpdateStorageBucket(ctx, as, bucket, nil, &UpdateStorageBucketInput{Description: &text})
		},
		func() (*Operation, error) {
			return client.CreateStorageBucketKey(ctx, as, bucket, &CreateStorageBucketKeyInput{Name: "r", Role: &readOnly, AccessKey: &text})
		},
		func() (*Operation, error) {
			return client.UpdateStorageBucketKey(ctx, as, bucket, "k", nil, &UpdateStorageBucketKeyInput{Role: &readOnly})
		},
		func() (*Operation, error) { return client.DeleteStorageBucketKey(ctx, as, bucket, "k") },
		func() (*Operation, error) { return client.DeleteStorageBucket(ctx, as, bucket) },
	} {
		if _, err := change(); err != nil {
			t.Error(err)
		}
	}
	wantTold(t, *told, []string{
		"POST " + at + `?project=p {"name":"new","description":"","config":{"size":"1048576","user.a":"1"}}`,
		"PUT " + at + `/bbb?project=p {"name":"bbb","project":"p","description":"new","config":{"size":"1GiB","user.secret":"x"}}`,
		"POST " + at + `/bbb/keys?project=p {"name":"r","description":"","role":"read-only","access-key":"new"}`,
		"PUT " + at + `/bbb/keys/k?project=p {"name":"k","role":"read-only","description":"d","access-key":"A","secret-key":"S"}`,
		"DELETE " + at + "/bbb/keys/k?project=p", "DELETE " + at + "/bbb?project=p",
	})
	wantKind[*ExistsError](t)(client.CreateStorageBucketKey(ctx, as, bucket, &CreateStorageBucketKeyInput{Name: "k"}))
	wantKind[*ExistsError](t)(client.CreateStorageBucket(ctx, as, "p", &CreateStorageBucketInput{Pool: "s3", Name: "bbb"}))
	wantKind[*InputError](t)(client.CreateStorageBucket(ctx, as, "p", &CreateStorageBucketInput{Pool: "s3", Name: "No"}))
	wantKind[*ForbiddenError](t)(client.CreateStorageBucket(ctx, as, "p", &CreateStorageBucketInput{Pool: "s3", Name: "bucket", Config: StringMap{"minio.path": "/"}}))
}

func wantTold(t *testing.T, told, want []string) {
	t.Helper()
	if len(told) != len(want) {
		t.Fatalf("LXD was told %q", told)
	}
	for n := range want {
		head, body, _ := strings.Cut(told[n], " {")
		wantedHead, wantedBody, _ := strings.Cut(want[n], " {")
		var is, should any
		if json.Unmarshal([]byte("{"+body), &is) != nil || json.Unmarshal([]byte("{"+wantedBody), &should) != nil {
			is, should = body, wantedBody
		}
		one, _ := json.Marshal(is)
		other, _ := json.Marshal(should)
		if head != wantedHead || string(one) != string(other) {
			t.Errorf("LXD was told %s, want %s", told[n], want[n])
		}
	}
}

func wantKind[E error](t *testing.T) func(*Operation, error) {
	t.Helper()
	return func(_ *Operation, err error) {
		t.Helper()
		var kind E
		if !errors.As(err, &kind) {
			t.Errorf("want %T: %v", kind, err)
		}
	}
}

// A copy and a move need the caller to be OPERATOR on both sides, and take
// nothing along that reaches the host.
func TestVolumesThatLeaveTheirProject(t *testing.T) {
	const at = "/1.0/storage-pools/s/volumes/custom"
	client, told := recording(t, "", map[string]string{
		"/1.0/storage-pools/s": `{"name":"s"}`, "/1.0/projects/q": `{"name":"q","config":{}}`,
		at + "/v?project=p":       `{"name":"v","type":"custom","project":"p","location":"none","config":{"volatile.idmap.last":"[]"}}`,
		at + "/host?project=p":    `{"name":"host","type":"custom","project":"p","location":"none","config":{"security.unmapped":"true"}}`,
		at + "/used?project=p":    `{"name":"used","type":"custom","project":"p","location":"none","config":{},"used_by":["/1.0/profiles/x?project=secret"]}`,
		at + "/member?project=p":  `{"name":"member","type":"custom","project":"p","location":"n1","config":{}}`,
		at + "/taken?project=p":   `{"name":"taken","type":"custom","project":"p","location":"none","config":{}}`,
		"/1.0/projects/default":   `{"name":"default","config":{}}`,
		"/1.0/projects?project=p": `[]`,
	})
	ctx := t.Context()
	volume := func(name string) *StorageVolume {
		found, err := client.StorageVolume(ctx, System, "p", "s", VolumeCustom, name, "")
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	to := StorageVolumePlace{Project: "q", Pool: "s", Name: "w"}
	copied := &CopyStorageVolumeInput{Name: "w"}
	for _, half := range []writes{{"p"}, {"q"}, {}} {
		if _, err := client.CopyStorageVolume(ctx, half, volume("v"), nil, to, copied); err == nil {
			t.Errorf("%v copies", half)
		}
		if _, err := client.MoveStorageVolume(ctx, half, volume("v"), to); err == nil {
			t.Errorf("%v moves", half)
		}
	}
	both := writes{"p", "q"}
	wantKind[*ForbiddenError](t)(client.CopyStorageVolume(ctx, both, volume("host"), nil, to, copied))
	wantKind[*ForbiddenError](t)(client.MoveStorageVolume(ctx, both, volume("host"), to))
	text := "[]"
	wantKind[*ForbiddenError](t)(client.CopyStorageVolume(ctx, both, volume("v"), nil, to, &CopyStorageVolumeInput{Name: "w", Config: StringMapPatch{"volatile.idmap.next": &text}}))
	_, err := client.MoveStorageVolume(ctx, both, volume("used"), to)
	wantKind[*InUseError](t)(nil, err)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("what uses it is hidden: %v", err)
	}
	wantKind[*ExtensionError](t)(client.MoveStorageVolume(ctx, both, volume("member"), StorageVolumePlace{"p", "s", "member", "n2"}))
	wantKind[*InputError](t)(client.MoveStorageVolume(ctx, both, volume("v"), StorageVolumePlace{"p", "s", "v", "n2"}))
	wantKind[*ExistsError](t)(client.MoveStorageVolume(ctx, both, volume("v"), StorageVolumePlace{"p", "s", "taken", ""}))
	if _, err := client.CopyStorageVolume(ctx, both, volume("v"), nil, to, copied); err != nil {
		t.Error(err)
	}
	if _, err := client.MoveStorageVolume(ctx, both, volume("v"), to); err != nil {
		t.Error(err)
	}
	wantTold(t, *told, []string{
		"POST " + at + `?project=q {"name":"w","type":"custom","content_type":"filesystem","description":"","config":{"volatile.idmap.last":"[]"},"source":{"type":"copy","pool":"s","name":"v","project":"p","volume_only":false}}`,
		"POST " + at + `/v?project=p {"name":"w","pool":"s","project":"q"}`,
	})
}

// With LXD's extension a volume goes from member to member.
func TestAVolumeGoesToAnotherMember(t *testing.T) {
	const at = "/1.0/storage-pools/s/volumes/custom"
	client, told := recording(t, `"cluster_internal_custom_volume_copy"`, map[string]string{
		"/1.0/storage-pools/s": `{"name":"s"}`, "/1.0/projects/p": `{"name":"p","config":{}}`,
		at + "/v?project=p": `{"name":"v","type":"custom","project":"p","location":"n1","config":{}}`,
	})
	volume, err := client.StorageVolume(t.Context(), System, "p", "s", VolumeCustom, "v", "")
	if err != nil {
		t.Fatal(err)
	}
	to := StorageVolumePlace{"p", "s", "v", "n2"}
	if _, err := client.MoveStorageVolume(t.Context(), writes{"p"}, volume, to); err != nil {
		t.Error(err)
	}
	if _, err := client.CopyStorageVolume(t.Context(), writes{"p"}, volume, nil, to, &CopyStorageVolumeInput{Name: "v"}); err != nil {
		t.Error(err)
	}
	wantTold(t, *told, []string{
		"POST " + at + `/v?project=p&target=n2 {"name":"v","pool":"s","source":{"location":"n1"}}`,
		"POST " + at + `?project=p&target=n2 {"name":"v","type":"custom","content_type":"filesystem","description":"","config":{},"source":{"type":"copy","pool":"s","name":"v","project":"p","volume_only":false,"location":"n1"}}`,
	})
}

// Only an administrator of the whole server changes pools: not one of a project.
func TestPoolsAreTheServers(t *testing.T) {
	client, told := recording(t, "", map[string]string{"/1.0/storage-pools/s": `{"name":"s"}`})
	as := writes{"default", "p"}
	_, _, err := client.StoragePoolCreation(t.Context(), as, &CreateStoragePoolInput{Name: "x", Driver: "dir"})
	wantKind[*ForbiddenError](t)(nil, err)
	wantKind[*ForbiddenError](t)(client.UpdateStoragePool(t.Context(), as, "s", "", nil, &UpdateStoragePoolInput{}))
	wantKind[*ForbiddenError](t)(client.DeleteStoragePool(t.Context(), as, &StoragePool{Name: "s"}))
	if len(*told) > 0 || len((&StoragePool{}).AvailableActions(as)) > 0 {
		t.Errorf("LXD was told %q", *told)
	}
}
