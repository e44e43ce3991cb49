package lxdsim

import "testing"

// What a daemon refuses at once, in the words that LXD 5.0.2 was seen to use.
func TestRefusals(t *testing.T) {
	s := newServer(t, Options{Projects: 2})
	for _, one := range []struct {
		method, target, body string
		code                 int
		message              string
	}{
		{"GET", "/nope", "", 404, "not found"},
		{"PUT", "/1.0/profiles", "", 501, "not implemented"},
		{"GET", "/1.0/instances/nope", "", 404, "Instance not found"},
		{"GET", "/1.0/instances?all-projects=true&project=default", "", 400, "Cannot specify a project when requesting all projects"},
		{"GET", "/1.0/instances?instance-type=bogus", "", 500, "Invalid instance type"},
		{"GET", "/1.0/profiles?project=zz", "", 404, `Failed loading project "zz": Project not found`},
		{"GET", "/1.0/images?project=zz", "", 404, "Check if project has images: fetch project: Project not found"},
		{"GET", "/1.0/networks?project=zz", "", 404, `Failed to load project "zz": Project not found`},
		{"GET", "/1.0/storage-pools/nope/resources", "", 500, "Storage pool not found"},
		{"GET", "/1.0/storage-pools/default/volumes/bogus", "", 400, "Invalid storage volume type name"},
		{"GET", "/1.0/operations/nope/wait", "", 404, "Operation not found"},
		{"GET", "/1.0/events?type=bogus", "", 500, `"bogus" isn't a supported event type`},
		{"GET", "/1.0/events?project=zz", "", 500, "Project not found"},
		{"POST", "/1.0/instances", "xx", 400, "invalid character 'x' looking for beginning of value"},
		{"POST", "/1.0/instances", "", 400, "EOF"},
		{"POST", "/1.0/instances", `{}`, 400, "Unknown source type "},
		{"POST", "/1.0/instances?project=zz", `{"source":{"type":"none"}}`, 404, "Failed loading project: Project not found"},
		{"POST", "/1.0/instances", `{"name":"c","type":"bogus",` + busybox + `}`, 400, "Invalid instance type"},
		{"POST", "/1.0/instances", `{"name":"1c",` + busybox + `}`, 400, "Invalid instance name: Name must not start with a number"},
		{"POST", "/1.0/instances", `{"name":"c_1",` + busybox + `}`, 400, "Invalid instance name: Name can only contain alphanumeric and hyphen characters"},
		{"POST", "/1.0/instances", `{"name":"a/b",` + busybox + `}`, 400, `The character "/" is reserved for snapshots`},
		{"POST", "/1.0/instances", `{"name":"c","source":{"type":"image","alias":"nope"}}`, 404, "Image alias not found"},
		{"POST", "/1.0/instances", `{"name":"c","profiles":["nope"],` + busybox + `}`, 500, `Requested profile "nope" doesn't exist`},
		{"PUT", "/1.0/instances/nope/state", `{"action":"start"}`, 404, "Instance not found"},
		{"DELETE", "/1.0/instances/nope", "", 404, "Instance not found"},
		{"POST", "/1.0/projects", `{"name":"shared"}`, 409, `Failed creating project "shared": Failed adding database record: This "projects" entry already exists`},
		{"POST", "/1.0/projects", `{"name":"a b"}`, 400, "Project names may not contain spaces"},
		{"DELETE", "/1.0/projects/default", "", 403, "The 'default' project cannot be deleted"},
		{"POST", "/1.0/profiles", `{"name":"small"}`, 500, `Error inserting "small" into database: The profile already exists`},
		{"DELETE", "/1.0/profiles/default", "", 403, `The "default" profile cannot be deleted`},
	} {
		t.Run(one.method+one.target+one.body, func(t *testing.T) {
			answered := call(t, s, one.method, one.target, one.body)
			if answered.Type != "error" || answered.HTTPStatus != one.code || answered.ErrorCode != one.code || answered.Error != one.message {
				t.Fatalf("got %d %d %q, want %d %q", answered.HTTPStatus, answered.ErrorCode, answered.Error, one.code, one.message)
			}
		})
	}
}

// What is accepted with 202 and then fails.
func TestOperationsThatFail(t *testing.T) {
	s := newServer(t, Options{})
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`))
	put := func(action string) reply {
		return call(t, s, "PUT", "/1.0/instances/c1/state", `{"action":"`+action+`"}`)
	}
	for _, one := range []struct {
		answered reply
		message  string
	}{
		{call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`), `Failed creating instance record: Add instance info to the database: This "instances" entry already exists`},
		{call(t, s, "POST", "/1.0/instances", `{"name":"c2","source":{"type":"image","fingerprint":"abcd"}}`), "Image not provided for instance creation"},
		{call(t, s, "POST", "/1.0/instances", `{"name":"c2","type":"virtual-machine",`+busybox+`}`), `Requested image's type "container" doesn't match instance type "virtual-machine"`},
		{call(t, s, "POST", "/1.0/instances", `{"name":"c2","config":{"bogus":"1"},`+busybox+`}`), "Failed creating instance record: Unknown configuration key: bogus"},
		{call(t, s, "POST", "/1.0/instances", `{"name":"c2","devices":{"x":{"type":"bogus"}},`+busybox+`}`), "Failed creating instance record: Invalid device type bogus"},
		{call(t, s, "POST", "/1.0/instances", `{"name":"c2","profiles":[],`+busybox+`}`), "Failed creating instance record: Failed initialising instance: Failed getting root disk: No root device could be found"},
		{call(t, s, "PUT", "/1.0/instances/c1", `{"config":{},"profiles":["default"]}`), "Volatile idmap keys can't be deleted by the user"},
		{put("stop"), "The instance is already stopped"},
		{put("restart"), "The instance is already stopped"},
		{put("freeze"), "The container isn't running"},
		{put("unfreeze"), "The container isn't running"},
	} {
		if ended := finish(t, s, one.answered); ended.StatusCode != 400 || ended.Status != "Failure" || ended.Err != one.message {
			t.Errorf("%s: %d %q, want %q", ended.Description, ended.StatusCode, ended.Err, one.message)
		}
	}
	if answered := call(t, s, "GET", "/1.0/instances/c2", ""); answered.HTTPStatus != 404 {
		t.Fatalf("a failed creation left an instance behind: %+v", answered)
	}
}
