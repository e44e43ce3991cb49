package e2e

import (
	"strings"
	"testing"
)

// A project without volumes of its own has default's: they are for who may
// change them there, whichever way they are named.
func TestVolumesOfOthersAreNotAttached(t *testing.T) {
	server := onRealLXD(t)
	admin, project, own := server.login(t), newProject(t, "true"), newStorageProject(t, nil, "default")
	ask, volume, name, moved := lxdClient(t), newName(), newName(), newName()
	for _, of := range []string{"default", own} {
		if answer := ask("POST", "/1.0/storage-pools/default/volumes/custom?project="+of, map[string]any{"name": volume}); answer["type"] == "error" {
			t.Fatal(answer["error"])
		}
	}
	t.Cleanup(func() { waitRaw(ask, ask("DELETE", "/1.0/storage-pools/default/volumes/custom/"+volume, nil)) })
	operator, oneAdmin, reader := server.account(t, admin, "olga", ""), server.account(t, admin, "anna", ""), server.account(t, admin, "vera", "")
	for user, roles := range map[string]map[string]string{"olga": {project: "OPERATOR", own: "OPERATOR"}, "anna": {project: "ADMIN"}, "vera": {project: "OPERATOR", "default": "VIEWER"}} {
		for of, role := range roles {
			server.grant(t, admin, user, of, role)
		}
	}
	devices := `devices: {v: {type: "disk", pool: "default", source: "VOLUME", path: "/mnt"}}`
	in := strings.NewReplacer("DEVICES", strings.ReplaceAll(devices, "VOLUME", volume), "VOLUME", volume, "NAME", name, "MOVED", moved, "PROJECT", project, "OWN", own)
	step := func(token, code, question string) {
		t.Helper()
		if got := server.ask(t, token, in.Replace(`mutation { `+question+` }`), nil); got.code() != code {
			t.Errorf("%s: %q, not %q: %.300s", question, got.code(), code, got.Text)
		}
	}
	const attach = `updateInstance(name: "NAME", project: "PROJECT", input: {DEVICES}) { instance { name } }`
	step(operator, "NOT_FOUND", `createInstance(input: {name: "NAME", project: "PROJECT", source: {alias: "busybox"}, DEVICES}, wait: 60) { instance { name } }`)
	step(operator, "", `createInstance(input: {name: "NAME", project: "PROJECT", source: {alias: "busybox"}}, wait: 60) { instance { name } }`)
	step(operator, "NOT_FOUND", attach)
	step(oneAdmin, "NOT_FOUND", attach)
	step(reader, "FORBIDDEN", attach)
	step(reader, "FORBIDDEN", `attachVolume(name: "NAME", project: "PROJECT", pool: "default", volume: "VOLUME", path: "/mnt") { instance { name } }`)
	step(oneAdmin, "NOT_FOUND", `createProfile(input: {name: "one", project: "PROJECT", DEVICES}) { profile { name } }`)
	step(oneAdmin, "", `createProfile(input: {name: "one", project: "PROJECT"}) { profile { name } }`)
	step(oneAdmin, "NOT_FOUND", `updateProfile(name: "one", project: "PROJECT", input: {DEVICES}) { profile { name } }`)
	step(oneAdmin, "", `deleteProfile(name: "one", project: "PROJECT") { deletedId }`)

	// What an administrator has attached stays, and comes back by no other way.
	step(admin, "", attach)
	step(operator, "", `updateInstance(name: "NAME", project: "PROJECT", input: {devices: {v: {path: "/srv"}}}) { instance { name } }`)
	step(operator, "NOT_FOUND", `updateInstance(name: "NAME", project: "PROJECT", input: {devices: {v: {readonly: "true"}}}) { instance { name } }`)
	step(operator, "", `createInstanceSnapshot(instance: "NAME", name: "s", project: "PROJECT", wait: 60) { operation { status } }`)
	step(operator, "NOT_FOUND", `copyInstance(name: "NAME", project: "PROJECT", input: {name: "MOVED"}, wait: 60) { operation { status } }`)
	step(operator, "", `detachVolume(name: "NAME", project: "PROJECT", device: "v") { instance { name } }`)
	step(operator, "NOT_FOUND", `restoreInstance(name: "NAME", project: "PROJECT", snapshot: "s", wait: 60) { operation { status } }`)
	step(admin, "", `restoreInstance(name: "NAME", project: "PROJECT", snapshot: "s", wait: 60) { operation { status } }`)

	// Elsewhere a volume of the same name is another one.
	step(operator, "", `createInstance(input: {name: "MOVED", project: "OWN", source: {alias: "busybox"}, DEVICES}, wait: 60) { instance { name } }`)
	step(operator, "NOT_FOUND", `migrateInstance(name: "MOVED", project: "OWN", input: {project: "PROJECT"}, wait: 60) { operation { status } }`)
	step(operator, "", `deleteInstance(name: "MOVED", project: "OWN", wait: 60) { deletedId }`)
}
