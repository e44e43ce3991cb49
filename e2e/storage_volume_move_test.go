package e2e

import (
	"strings"
	"testing"
)

// A volume's kept states: snapshots and backups, and the way back.
func TestStorageVolumeSnapshotAndBackupWrites(t *testing.T) {
	server := onRealLXD(t)
	pool := newPool(t)
	project := newStorageProject(t, nil, pool)
	ask := lxdClient(t)
	ask("POST", "/1.0/storage-pools/"+pool+"/volumes/custom?project="+project, map[string]any{"name": "v", "description": "data"})
	of := func(mutation, arguments, answer string) string {
		parent := "volume"
		if mutation == "restoreStorageVolume" {
			parent = "name"
		}
		return `mutation { ` + mutation + `(pool: "` + pool + `", ` + parent + `: "v", project: "` + project + `", ` + arguments + `) { ` + answer + ` } }`
	}
	server.demote(t, "VIEWER")
	viewer := server.login(t)
	storageSteps(t, server, viewer, []storageStep{
		{question: of("createStorageVolumeSnapshot", `input: {name: "s0"}`, "snapshot { name }"), code: "FORBIDDEN"},
		{question: of("createStorageVolumeBackup", `input: {name: "b0"}`, "backup { name }"), code: "FORBIDDEN"},
		{question: of("restoreStorageVolume", `snapshot: "s0"`, "storageVolume { name }"), code: "FORBIDDEN"},
	})
	server.demote(t, "OPERATOR")
	token := server.login(t)
	storageSteps(t, server, token, []storageStep{
		{question: of("createStorageVolumeSnapshot", `input: {name: "a b"}`, "snapshot { name }"), code: "BAD_USER_INPUT", argument: "input.name"},
		{question: of("createStorageVolumeSnapshot", `input: {name: ".."}`, "snapshot { name }"), code: "BAD_USER_INPUT", argument: "input.name"},
		{question: of("createStorageVolumeSnapshot", `input: {name: "s0", expiresAt: "2001-01-01T00:00:00Z"}`, "snapshot { name }"), code: "BAD_USER_INPUT", argument: "input.expiresAt"},
		{question: of("createStorageVolumeSnapshot", `input: {name: "s0", expiresAt: "2199-01-01T00:00:00Z"}, wait: 60`, "snapshot { name expiresAt }"), path: []any{"createStorageVolumeSnapshot", "snapshot", "expiresAt"}, want: "2199-01-01T00:00:00Z"},
		{question: of("createStorageVolumeSnapshot", `input: {name: "s0"}, wait: 60`, "snapshot { name }"), code: "ALREADY_EXISTS"},
		{question: of("createStorageVolumeSnapshot", `input: {name: "s1"}, wait: 60`, "snapshot { name }")},
		{question: of("updateStorageVolumeSnapshot", `name: "s0", input: {description: "before"}`, "snapshot { description expiresAt }"), path: []any{"updateStorageVolumeSnapshot", "snapshot", "expiresAt"}, want: "2199-01-01T00:00:00Z"},
		{question: strings.Replace(of("updateStorageVolumeSnapshot", `name: "s0", input: {expiresAt: $at}`, "snapshot { expiresAt }"), "mutation", "mutation($at: Time)", 1), path: []any{"updateStorageVolumeSnapshot", "snapshot", "expiresAt"}, want: "2199-01-01T00:00:00Z"},
		{question: of("updateStorageVolumeSnapshot", `name: "s0", input: {expiresAt: null}`, "snapshot { description expiresAt etag }"), path: []any{"updateStorageVolumeSnapshot", "snapshot", "expiresAt"}, want: nil},
		{question: of("updateStorageVolumeSnapshot", `name: "s0", input: {}, ifMatch: "seen"`, "snapshot { description }"), code: "PRECONDITION_FAILED"},
		{question: of("updateStorageVolumeSnapshot", `name: "s0", input: {}`, "snapshot { description }"), path: []any{"updateStorageVolumeSnapshot", "snapshot", "description"}, want: "before"},
		{question: of("renameStorageVolumeSnapshot", `name: "s0", newName: "s1"`, "snapshot { name }"), code: "ALREADY_EXISTS"},
		{question: of("renameStorageVolumeSnapshot", `name: "s0", newName: "s2", wait: 60`, "snapshot { name description }"), path: []any{"renameStorageVolumeSnapshot", "snapshot", "description"}, want: "before"},
		{question: of("restoreStorageVolume", `snapshot: "s0"`, "storageVolume { name }"), code: "NOT_FOUND"},
		{question: of("restoreStorageVolume", `snapshot: "s2", wait: 60`, "storageVolume { description }"), path: []any{"restoreStorageVolume", "storageVolume", "description"}, want: "data"},
		{question: of("deleteStorageVolumeSnapshot", `name: "s2", wait: 60`, "operation { status }"), path: []any{"deleteStorageVolumeSnapshot", "operation", "status"}, want: "SUCCESS"},
		{question: of("deleteStorageVolumeSnapshot", `name: "s2"`, "operation { status }"), code: "NOT_FOUND"},
		{question: of("createStorageVolumeBackup", `input: {name: "a/b"}`, "backup { name }"), code: "BAD_USER_INPUT", argument: "input.name"},
		{question: of("createStorageVolumeBackup", `input: {name: "b0", compression: SQUASHFS}`, "backup { name }"), code: "BAD_USER_INPUT", argument: "input.compression"},
		{question: of("createStorageVolumeBackup", `input: {name: "b0", compression: NONE, volumeOnly: true, expiresAt: "2199-01-01T00:00:00Z"}, wait: 60`, "backup { volumeOnly expiresAt }"), path: []any{"createStorageVolumeBackup", "backup", "volumeOnly"}, want: true},
		{question: of("createStorageVolumeBackup", `input: {name: "b0"}, wait: 60`, "backup { name }"), code: "ALREADY_EXISTS"},
		{question: of("createStorageVolumeBackup", `input: {name: "b1", compression: XZ, optimizedStorage: true}, wait: 60`, "backup { optimizedStorage }"), path: []any{"createStorageVolumeBackup", "backup", "optimizedStorage"}, want: true},
		{question: of("renameStorageVolumeBackup", `name: "b0", newName: "b1"`, "backup { name }"), code: "ALREADY_EXISTS"},
		{question: of("renameStorageVolumeBackup", `name: "b0", newName: "b2", wait: 60`, "backup { name }"), path: []any{"renameStorageVolumeBackup", "backup", "name"}, want: "b2"},
		{question: of("deleteStorageVolumeBackup", `name: "b2", wait: 60`, "operation { status }"), path: []any{"deleteStorageVolumeBackup", "operation", "status"}, want: "SUCCESS"},
		{question: of("deleteStorageVolumeBackup", `name: "b2"`, "operation { status }"), code: "NOT_FOUND"},
	})
}

// Volumes are copied and moved between pools and projects, and not from under
// an instance.
func TestStorageVolumesAreCopiedAndMoved(t *testing.T) {
	server := onRealLXD(t)
	pool := newPool(t)
	project, other := newStorageProject(t, nil, pool, "default"), newStorageProject(t, map[string]string{"limits.disk": "30MiB"}, pool, "default")
	ask := lxdClient(t)
	volumes := "/1.0/storage-pools/" + pool + "/volumes/custom"
	ask("POST", volumes+"?project="+project, map[string]any{"name": "v", "description": "data", "config": map[string]string{"size": "20MiB", "user.a": "1"}})
	waitRaw(ask, ask("POST", volumes+"/v/snapshots?project="+project, map[string]any{"name": "s0"}))
	ask("PATCH", volumes+"/v?project="+project, map[string]any{"description": "data", "config": map[string]string{"user.a": "2"}})
	in := strings.NewReplacer("POOL", pool, "PROJECT", project, "OTHER", other)
	var story []storageStep
	tell := func(mutation, name, arguments, answer, code string, wanted ...any) {
		one := storageStep{question: in.Replace(`mutation { ` + mutation + `(pool: "POOL", name: "` + name + `", project: "PROJECT", ` + arguments + `) { ` + answer + ` } }`), code: code}
		if len(wanted) > 0 {
			one.path, one.want = append([]any{mutation, "storageVolume"}, wanted[:len(wanted)-1]...), wanted[len(wanted)-1]
		}
		story = append(story, one)
	}
	server.demote(t, "VIEWER")
	tell("copyStorageVolume", "v", `input: {name: "c"}`, "storageVolume { name }", "FORBIDDEN")
	tell("moveStorageVolume", "v", `input: {pool: "default"}`, "storageVolume { name }", "FORBIDDEN")
	storageSteps(t, server, server.login(t), story)
	server.demote(t, "OPERATOR")
	token := server.login(t)
	story = nil
	const read = "storageVolume { name description config pool { name } project { name } snapshots { name } }"
	tell("copyStorageVolume", "v", `input: {name: "v"}`, read, "ALREADY_EXISTS")
	tell("copyStorageVolume", "v", `input: {name: "c", pool: "nope"}`, read, "NOT_FOUND")
	tell("copyStorageVolume", "v", `input: {name: "c", project: "nope"}`, read, "NOT_FOUND")
	tell("copyStorageVolume", "v", `input: {name: "c", target: "n1"}`, read, "BAD_USER_INPUT")
	tell("copyStorageVolume", "v", `input: {name: "c"}, snapshot: "nope"`, read, "NOT_FOUND")
	tell("copyStorageVolume", "v", `input: {name: "c", config: {size: "10GiB"}, project: "OTHER"}`, read, "LIMIT_EXCEEDED")
	tell("copyStorageVolume", "v", `input: {name: "c", description: "copy"}, wait: 60`, read, "", "snapshots", 0, "name", "s0")
	tell("copyStorageVolume", "v", `input: {name: "d", pool: "default", volumeOnly: true}, wait: 60`, read, "", "snapshots", 0, nil)
	tell("copyStorageVolume", "v", `input: {name: "e", project: "OTHER"}, snapshot: "s0", wait: 60`, read, "", "config", "user.a", "1")
	tell("moveStorageVolume", "c", `input: {}`, read, "BAD_USER_INPUT")
	tell("moveStorageVolume", "c", `input: {name: "v"}`, read, "ALREADY_EXISTS")
	tell("moveStorageVolume", "c", `input: {project: "OTHER"}`, read, "LIMIT_EXCEEDED")
	tell("moveStorageVolume", "c", `input: {pool: "default", name: "m"}, wait: 60`, read, "", "description", "copy")
	tell("resizeStorageVolume", "v", `sizeBytes: 10485760`, read, "", "name", "v")
	tell("moveStorageVolume", "v", `input: {project: "OTHER"}, wait: 60`, read, "", "project", "name", "OTHER")
	for n := range story {
		if text, ok := story[n].want.(string); ok {
			story[n].want = in.Replace(text)
		}
	}
	storageSteps(t, server, token, story)
	inUse(t, server, token, pool)
	limited := server.ask(t, token, in.Replace(`mutation { resizeStorageVolume(pool: "POOL", name: "v", project: "OTHER", sizeBytes: 104857600) { storageVolume { name } } }`), nil)
	if limited.code() != "LIMIT_EXCEEDED" {
		t.Errorf("LXD does not look at the limit when a volume grows: %s", limited.Text)
	}
	if without := server.ask(t, token, in.Replace(`mutation { createStorageVolume(input: {pool: "POOL", name: "w", project: "OTHER"}) { storageVolume { name } } }`), nil); without.code() != "BAD_USER_INPUT" || without.Errors[0].Extensions["argument"] != "input.sizeBytes" {
		t.Errorf("a volume without a size in a project with a limit: %s", without.Text)
	}
}

// inUse attaches a volume to an instance that is stopped, and then runs.
func inUse(t *testing.T, server *running, token, pool string) {
	t.Helper()
	ask := lxdClient(t)
	instance, volume := newName(), newName()
	other := newStorageProject(t, nil, pool)
	volumes := "/1.0/storage-pools/" + pool + "/volumes/custom"
	t.Cleanup(func() {
		ask("DELETE", volumes+"/"+volume, nil)
		ask("DELETE", volumes+"/"+volume+"2", nil)
	})
	removeAfter(t, instance)
	ask("POST", volumes, map[string]any{"name": volume})
	waitRaw(ask, ask("POST", volumes+"/"+volume+"/snapshots", map[string]any{"name": "s0"}))
	waitRaw(ask, ask("POST", "/1.0/instances", map[string]any{"name": instance, "source": map[string]string{"type": "image", "alias": "busybox"},
		"devices": map[string]any{"data": map[string]string{"type": "disk", "pool": pool, "source": volume, "path": "/data"}}}))
	in := strings.NewReplacer("POOL", pool, "VOLUME", volume, "OTHER", other, "INSTANCE", instance)
	story := func(some ...storageStep) {
		t.Helper()
		for n := range some {
			some[n].question = in.Replace(some[n].question)
			if text, ok := some[n].want.(string); ok {
				some[n].want = in.Replace(text)
			}
		}
		storageSteps(t, server, token, some)
	}
	snapshot := `{ storageVolume(pool: "POOL", name: "VOLUME") { snapshots { availableActions } } }`
	actions := `{ storageVolume(pool: "POOL", name: "VOLUME") { availableActions } }`
	story(
		storageStep{question: `mutation { deleteStorageVolume(pool: "POOL", name: "VOLUME") { deletedId } }`, code: "CONFLICT"},
		storageStep{question: `mutation { deleteStorageVolume(pool: "POOL", name: "VOLUME", dryRun: true) { plan { blockers { code message } } } }`, path: []any{"deleteStorageVolume", "plan", "blockers", 0, "message"}, want: "the volume VOLUME is used by Instance default/INSTANCE"},
		storageStep{question: `mutation { moveStorageVolume(pool: "POOL", name: "VOLUME", input: {project: "OTHER"}) { storageVolume { name } } }`, code: "CONFLICT"},
		storageStep{question: `mutation { renameStorageVolume(pool: "POOL", name: "VOLUME", newName: "VOLUME2") { storageVolume { usedBy { ... on Instance { name } } } } }`, path: []any{"renameStorageVolume", "storageVolume", "usedBy", 0, "name"}, want: "INSTANCE"},
		storageStep{question: `mutation { moveStorageVolume(pool: "POOL", name: "VOLUME2", input: {name: "VOLUME"}) { storageVolume { name } } }`, path: []any{"moveStorageVolume", "storageVolume", "name"}, want: "VOLUME"},
		storageStep{question: actions, path: []any{"storageVolume", "availableActions", 7}, want: "RESTORE"},
		storageStep{question: snapshot, path: []any{"storageVolume", "snapshots", 0, "availableActions", 2}, want: "RESTORE"},
		storageStep{question: `mutation { startInstance(name: "INSTANCE", wait: 60) { instance { name } } }`},
		storageStep{question: actions, path: []any{"storageVolume", "availableActions", 5}, want: nil},
		storageStep{question: snapshot, path: []any{"storageVolume", "snapshots", 0, "availableActions", 2}, want: "COPY"},
		storageStep{question: `mutation { renameStorageVolume(pool: "POOL", name: "VOLUME", newName: "x") { storageVolume { name } } }`, code: "CONFLICT"},
		storageStep{question: `mutation { moveStorageVolume(pool: "POOL", name: "VOLUME", input: {pool: "default"}) { storageVolume { name } } }`, code: "CONFLICT"},
		storageStep{question: `mutation { restoreStorageVolume(pool: "POOL", name: "VOLUME", snapshot: "s0") { storageVolume { name } } }`, code: "CONFLICT"},
		storageStep{question: `mutation { resizeStorageVolume(pool: "POOL", name: "VOLUME", sizeBytes: 20971520) { storageVolume { sizeBytes } } }`, path: []any{"resizeStorageVolume", "storageVolume", "sizeBytes"}, want: 20971520.0},
	)
}
