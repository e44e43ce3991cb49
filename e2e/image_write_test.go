package e2e

import (
	"strings"
	"testing"
)

// An image is made of an instance, named, changed and deleted; who may not change it changes nothing.
func TestAnImageIsWritten(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	type m = map[string]any
	project := newName()
	server.must(t, token, `mutation($n: String!) { createProject(input: {name: $n}) { project { name } } }`, m{"n": project})
	t.Cleanup(func() {
		server.demote(t, "ADMIN")
		server.must(t, server.login(t), `mutation($n: String!) { deleteProject(name: $n, force: true, wait: 60) { deletedId } }`, m{"n": project})
	})
	server.must(t, token, `mutation($p: String, $d: DeviceMap) { updateProfile(name: "default", project: $p, input: {devices: $d}) { profile { name } } }`, m{"p": project, "d": m{"root": m{"type": "disk", "path": "/", "pool": "default"}}})
	const fromDefault = `mutation($p: String) { copyImage(input: {project: $p, source: {alias: "busybox"}, aliases: [{name: "busybox"}]}, wait: 60) { image { project { name } aliases { name } } operation { status metadata } } }`
	copied := server.must(t, token, fromDefault, m{"p": project})
	if copied.at("copyImage", "image", "project", "name") != project || copied.at("copyImage", "image", "aliases", 0, "name") != "busybox" || strings.Contains(copied.Text, "secret") {
		t.Fatalf("copied from default: %s", copied.Text)
	}
	for _, name := range []string{"made", "runs"} {
		server.must(t, token, createBusybox, m{"name": name, "project": project, "start": name == "runs", "wait": 60})
	}
	ask := lxdClient(t)
	waitRaw(ask, ask("POST", "/1.0/instances/made/snapshots?project="+project, m{"name": "s0"}))
	const publish = `mutation($input: PublishImageInput!) { publishImage(input: $input, wait: 60) { image { id fingerprint public description aliases { name } availableActions etag expiresAt } operation { status } } }`
	input := m{"instance": "made", "project": project, "compression": "NONE", "aliases": []m{{"name": "first", "description": "d"}}, "properties": m{"description": "made here", "os": "none"}, "expiresAt": "2031-01-01T00:00:00Z"}
	made := server.must(t, token, publish, m{"input": input})
	fingerprint, _ := made.at("publishImage", "image", "fingerprint").(string)
	if fingerprint == "" || made.at("publishImage", "image", "description") != "made here" || made.at("publishImage", "image", "aliases", 0, "name") != "first" || made.at("publishImage", "image", "expiresAt") != "2031-01-01T00:00:00Z" {
		t.Fatalf("made: %s", made.Text)
	}
	etag := made.at("publishImage", "image", "etag")
	variables := m{"p": project, "f": fingerprint}
	for _, role := range []string{"VIEWER", "OPERATOR"} {
		server.demote(t, role)
		server.follow(t, server.login(t), variables, []told{
			{`mutation($p: String) { publishImage(input: {instance: "made", project: $p}) { operation { id } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String) { copyImage(input: {project: $p, source: {server: "ubuntu:", alias: "24.04"}}) { operation { id } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String, $f: String!) { updateImage(fingerprint: $f, project: $p, input: {public: true}) { image { public } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String, $f: String!) { deleteImage(fingerprint: $f, project: $p) { deletedId } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String, $f: String!) { refreshImage(fingerprint: $f, project: $p) { operation { id } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String, $f: String!) { pushImage(fingerprint: $f, project: $p, input: {server: "https://127.0.0.1:1", secret: "x"}) { operation { id } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String, $f: String!) { createImageAlias(input: {name: "mine", project: $p, fingerprint: $f}) { imageAlias { name } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String) { updateImageAlias(name: "first", project: $p, input: {description: "x"}) { imageAlias { name } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String) { renameImageAlias(name: "first", project: $p, newName: "x") { imageAlias { name } } }`, "FORBIDDEN", nil, nil},
			{`mutation($p: String) { deleteImageAlias(name: "first", project: $p) { deletedId } }`, "FORBIDDEN", nil, nil},
			{`query($p: String, $f: String) { image(fingerprint: $f, project: $p) { availableActions } }`, "", []any{"image", "availableActions", 0}, nil},
		})
	}
	server.demote(t, "ADMIN")
	token = server.login(t)
	const update = `mutation($p: String, $f: String!, $input: UpdateImageInput!, $seen: String) { updateImage(fingerprint: $f, project: $p, input: $input, ifMatch: $seen) { image { public autoUpdate properties profiles { name } expiresAt } } }`
	change := func(input m, seen any) *answer {
		return server.ask(t, token, update, m{"p": project, "f": fingerprint[:12], "input": input, "seen": seen})
	}
	changed := change(m{"public": true, "properties": m{"os": nil, "release": "1"}, "expiresAt": "1970-01-01T00:00:00Z"}, etag)
	if image := changed.at("updateImage", "image"); into(image, "public") != true || into(image, "properties", "release") != "1" || into(image, "properties", "os") != nil || into(image, "properties", "description") != "made here" || into(image, "expiresAt") != nil {
		t.Errorf("changed: %s", changed.Text)
	}
	if outdated := change(m{"public": false}, etag); outdated.code() != "PRECONDITION_FAILED" {
		t.Errorf("with an etag of before: %s", outdated.Text)
	}
	if unknown := change(m{"profiles": []string{"nope"}}, nil); unknown.code() != "BAD_USER_INPUT" {
		t.Errorf("with a profile that is not there: %s", unknown.Text)
	}
	if again := server.ask(t, token, publish, m{"input": m{"instance": "made", "project": project, "compression": "NONE", "aliases": []m{{"name": "first"}}}}); again.code() != "ALREADY_EXISTS" {
		t.Errorf("with a name that is taken: %s", again.Text)
	}
	server.must(t, token, publish, m{"input": m{"instance": "made", "snapshot": "s0", "project": project, "compression": "ZSTD", "aliases": []m{{"name": "of/s0"}}}})
	server.follow(t, token, variables, []told{
		{fromDefault, "ALREADY_EXISTS", nil, nil},
		{`mutation($p: String) { copyImage(input: {project: $p, source: {alias: "nope"}}) { operation { id } } }`, "NOT_FOUND", nil, nil},
		{`mutation($p: String) { copyImage(input: {project: $p, source: {project: $p, alias: "busybox"}}) { operation { id } } }`, "CONFLICT", nil, nil},
		{`mutation($p: String) { publishImage(input: {instance: "runs", project: $p}) { operation { id } } }`, "CONFLICT", nil, nil},
		{`mutation($p: String) { publishImage(input: {instance: "nope", project: $p}) { operation { id } } }`, "NOT_FOUND", nil, nil},
		{`mutation($p: String) { publishImage(input: {instance: "made", snapshot: "nope", project: $p}) { operation { id } } }`, "NOT_FOUND", nil, nil},
		{`mutation($p: String) { publishImage(input: {instance: "made", project: $p, aliases: [{name: ".."}]}) { operation { id } } }`, "BAD_USER_INPUT", nil, nil},
		{`mutation($p: String, $f: String!) { refreshImage(fingerprint: $f, project: $p) { operation { id } } }`, "CONFLICT", nil, nil},
		{`mutation($p: String, $f: String!) { pushImage(fingerprint: $f, project: $p, input: {server: "http://127.0.0.1:1", secret: "x"}) { operation { id } } }`, "BAD_USER_INPUT", nil, nil},
		{`mutation($p: String, $f: String!) { createImageAlias(input: {name: "first", project: $p, fingerprint: $f}) { imageAlias { name } } }`, "ALREADY_EXISTS", nil, nil},
		{`mutation($p: String) { createImageAlias(input: {name: "second", project: $p, fingerprint: "abcdef"}) { imageAlias { name } } }`, "NOT_FOUND", nil, nil},
		{`mutation($p: String) { createImageAlias(input: {name: "second", project: $p, fingerprint: "zz"}) { imageAlias { name } } }`, "BAD_USER_INPUT", nil, nil},
		{`mutation($p: String, $f: String!) { createImageAlias(input: {name: "second/x", project: $p, fingerprint: $f, description: "d"}) { imageAlias { name availableActions } } }`, "", []any{"createImageAlias", "imageAlias", "availableActions", 1}, "RENAME"},
		{`mutation($p: String) { updateImageAlias(name: "second/x", project: $p, input: {description: "e"}, ifMatch: "before") { imageAlias { description } } }`, "PRECONDITION_FAILED", nil, nil},
		{`mutation($p: String) { updateImageAlias(name: "second/x", project: $p, input: {description: "e"}) { imageAlias { description etag } } }`, "", []any{"updateImageAlias", "imageAlias", "description"}, "e"},
		{`mutation($p: String) { updateImageAlias(name: "of/s0", project: $p, input: {fingerprint: "` + fingerprint + `"}) { imageAlias { image { fingerprint } } } }`, "", []any{"updateImageAlias", "imageAlias", "image", "fingerprint"}, fingerprint},
		{`mutation($p: String) { renameImageAlias(name: "second/x", project: $p, newName: "first") { imageAlias { name } } }`, "ALREADY_EXISTS", nil, nil},
		{`mutation($p: String) { renameImageAlias(name: "second/x", project: $p, newName: "third") { imageAlias { name description } } }`, "", []any{"renameImageAlias", "imageAlias", "description"}, "e"},
		{`mutation($p: String) { deleteImageAlias(name: "second/x", project: $p) { deletedId } }`, "NOT_FOUND", nil, nil},
		{`mutation($p: String) { deleteImageAlias(name: "third", project: $p) { deletedId operation { id } } }`, "", []any{"deleteImageAlias", "operation"}, nil},
		{`mutation($p: String, $f: String!) { deleteImage(fingerprint: $f, project: $p, wait: 60) { operation { status } } }`, "", []any{"deleteImage", "operation", "status"}, "SUCCESS"},
		{`mutation($p: String, $f: String!) { deleteImage(fingerprint: $f, project: $p, wait: 60) { operation { status } } }`, "NOT_FOUND", nil, nil},
	})
}
