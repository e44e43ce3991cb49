package e2e

import "testing"

// told is one question of a story, with the code of its error or a value of its answer.
type told struct {
	question, code string
	path           []any
	want           any
}

// follow asks the questions of a story one after the other.
func (s *running) follow(t *testing.T, token string, variables map[string]any, steps []told) {
	t.Helper()
	for _, one := range steps {
		got := s.ask(t, token, one.question, variables)
		if got.code() != one.code || (one.path != nil && got.at(one.path...) != one.want) {
			t.Errorf("%s: want %q %v: %s", one.question, one.code, one.want, got.Text)
		}
	}
}

// A profile is made, given to an instance, changed and deleted; who may not change it changes nothing.
func TestAProfileIsWritten(t *testing.T) {
	server := onRealLXD(t)
	project := newProject(t, "true")
	ask := lxdClient(t)
	variables := map[string]any{"p": project, "n": newName()}
	t.Cleanup(func() { // before the project goes
		for _, name := range []string{"web", "shop"} {
			ask("DELETE", "/1.0/profiles/"+name+"?project="+project, nil)
		}
	})
	const head = `mutation($p: String) { `
	for _, role := range []string{"VIEWER", "OPERATOR"} {
		server.demote(t, role)
		server.follow(t, server.login(t), map[string]any{"p": project}, []told{
			{head + `createProfile(input: {name: "web", project: $p}) { profile { name } } }`, "FORBIDDEN", nil, nil},
			{head + `updateProfile(name: "default", project: $p, input: {description: "x"}) { profile { name } } }`, "FORBIDDEN", nil, nil},
			{head + `renameProfile(name: "default", project: $p, newName: "x") { profile { name } } }`, "FORBIDDEN", nil, nil},
			{head + `deleteProfile(name: "default", project: $p) { deletedId } }`, "FORBIDDEN", nil, nil},
			{`query($p: String) { profile(name: "default", project: $p) { availableActions } }`, "", []any{"profile", "availableActions", 0}, nil},
		})
	}
	server.demote(t, "ADMIN")
	token := server.login(t)
	server.follow(t, token, map[string]any{"p": project}, []told{
		{head + `createProfile(input: {name: "a/b", project: $p}) { profile { name } } }`, "BAD_USER_INPUT", nil, nil},
		{`mutation { createProfile(input: {name: "web", project: "nope"}) { profile { name } } }`, "NOT_FOUND", nil, nil},
		{`mutation { createProfile(input: {name: "web"}, wait: -1) { profile { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `createProfile(input: {name: "web", project: $p, config: {nope: "1"}}) { profile { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `updateProfile(name: "default", project: $p, input: {config: {nope: "1"}}) { profile { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `updateProfile(name: "default", project: $p, input: {devices: {x: {type: "nope"}}}) { profile { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `updateProfile(name: "default", project: $p, input: {devices: {x: {type: "nic", network: "nope"}}}) { profile { name } } }`, "NOT_FOUND", nil, nil},
		{head + `createProfile(input: {name: "web", project: $p, devices: {x: {type: "nic", network: "nope"}}}) { profile { name } } }`, "NOT_FOUND", nil, nil},
		{head + `createProfile(input: {name: "web", project: $p, config: {user: "1"}}, dryRun: true) { profile { name } plan { request { method path body } } } }`, "", []any{"createProfile", "plan", "request", "method"}, "POST"},
	})
	made := server.must(t, token, head+`createProfile(input: {name: "web", project: $p, description: "for the web", config: {}, devices: {}}, idempotencyKey: "k1") { profile { id name description etag project { name } availableActions } operation { id } } }`, map[string]any{"p": project})
	if made.at("createProfile", "profile", "name") != "web" || made.at("createProfile", "profile", "project", "name") != project || len(made.at("createProfile", "profile", "availableActions").([]any)) != 3 {
		t.Fatalf("made: %s", made.Text)
	}
	etag := made.at("createProfile", "profile", "etag")
	if etag == nil || etag == "" {
		t.Errorf("no etag: %s", made.Text)
	}
	type m = map[string]any
	input := m{"config": m{"user.tags": "a,b", "limits.cpu": 1}, "devices": m{"extra": m{"type": "none"}}}
	const update = `mutation($p: String, $input: UpdateProfileInput!, $seen: String, $dry: Boolean) { updateProfile(name: "web", project: $p, input: $input, ifMatch: $seen, dryRun: $dry) {
		profile { description tags config devices { name } } plan { changes { field before after } blockers { code } } operation { id } } }`
	planned := server.must(t, token, update, m{"p": project, "input": input, "seen": etag, "dry": true})
	if planned.at("updateProfile", "plan", "changes", 0, "field") != "config.limits.cpu" || planned.at("updateProfile", "plan", "changes", 0, "after") != "1" || planned.at("updateProfile", "profile", "tags", 0) != nil {
		t.Errorf("planned: %s", planned.Text)
	}
	changed := server.must(t, token, update, m{"p": project, "input": input, "seen": etag})
	if changed.at("updateProfile", "profile", "tags", 1) != "b" || changed.at("updateProfile", "profile", "description") != "for the web" || changed.at("updateProfile", "profile", "devices", 0, "name") != "extra" {
		t.Errorf("changed: %s", changed.Text)
	}
	if outdated := server.ask(t, token, update, m{"p": project, "input": input, "seen": etag}); outdated.code() != "PRECONDITION_FAILED" {
		t.Errorf("with an etag of before: %s", outdated.Text)
	}
	less := server.must(t, token, update, m{"p": project, "input": m{"config": m{"limits.cpu": nil}, "devices": m{"extra": nil}}})
	if less.at("updateProfile", "profile", "config", "limits.cpu") != nil || less.at("updateProfile", "profile", "config", "user.tags") != "a,b" || less.at("updateProfile", "profile", "devices", 0) != nil {
		t.Errorf("with less: %s", less.Text)
	}
	server.must(t, token, `mutation($p: String, $n: String!) { createInstance(input: {name: $n, project: $p, source: {alias: "busybox"}, profiles: ["default", "web"]}, wait: 60) { instance { name } } }`, variables)
	server.follow(t, token, map[string]any{"p": project}, []told{
		{head + `createProfile(input: {name: "web", project: $p}) { profile { name } } }`, "ALREADY_EXISTS", nil, nil},
		{head + `createProfile(input: {name: "web", project: $p}, dryRun: true) { plan { blockers { code } } } }`, "", []any{"createProfile", "plan", "blockers", 0, "code"}, "ALREADY_EXISTS"},
		{head + `renameProfile(name: "web", project: $p, newName: "default") { profile { name } } }`, "ALREADY_EXISTS", nil, nil},
		{head + `renameProfile(name: "default", project: $p, newName: "x") { profile { name } } }`, "CONFLICT", nil, nil},
		{head + `renameProfile(name: "web", project: $p, newName: "a/b") { profile { name } } }`, "BAD_USER_INPUT", nil, nil},
		{head + `renameProfile(name: "nope", project: $p, newName: "x") { profile { name } } }`, "NOT_FOUND", nil, nil},
		{head + `renameProfile(name: "web", project: $p, newName: "shop") { profile { name } } }`, "", []any{"renameProfile", "profile", "name"}, "shop"},
		{`query($p: String) { profile(name: "shop", project: $p) { availableActions } }`, "", []any{"profile", "availableActions", 2}, nil},
		{head + `deleteProfile(name: "shop", project: $p) { deletedId } }`, "CONFLICT", nil, nil},
		{head + `deleteProfile(name: "shop", project: $p, dryRun: true) { plan { blockers { code } } } }`, "", []any{"deleteProfile", "plan", "blockers", 0, "code"}, "IN_USE"},
		{head + `deleteProfile(name: "default", project: $p) { deletedId } }`, "CONFLICT", nil, nil},
		{head + `updateProfile(name: "default", project: $p, input: {devices: {root: null}}) { profile { name } } }`, "CONFLICT", nil, nil},
		{head + `deleteProfile(name: "nope", project: $p) { deletedId } }`, "NOT_FOUND", nil, nil},
		{head + `updateProfile(name: "nope", project: $p, input: {description: "x"}) { profile { name } } }`, "NOT_FOUND", nil, nil},
	})
	server.must(t, token, deleteForced, map[string]any{"name": variables["n"], "project": project})
	gone := server.must(t, token, head+`deleteProfile(name: "shop", project: $p) { deletedId } }`, map[string]any{"p": project})
	if gone.at("deleteProfile", "deletedId") == nil {
		t.Errorf("gone: %s", gone.Text)
	}
}
