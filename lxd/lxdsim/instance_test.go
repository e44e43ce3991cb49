package lxdsim

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The life of an instance, with a clock that needs no waiting.
func TestInstanceLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{OperationDelay: 3 * time.Second})
		defer s.Close()
		created := call(t, s, "POST", "/1.0/instances", `{"name":"c1","start":true,"config":{"user.a":"b"},`+busybox+`}`)
		synctest.Wait()
		half := decode[instance](t, call(t, s, "GET", "/1.0/instances/c1", ""))
		if half.Config["volatile.uuid"] != "" || half.ExpandedDevices["root"]["pool"] != "default" {
			t.Fatalf("half-made instance: %+v", half)
		}
		mustSucceed(t, s, created)
		made := decode[instance](t, call(t, s, "GET", "/1.0/instances/c1", ""))
		if made.Status != "Stopped" || made.Config["volatile.base_image"] == "" || made.Config["image.os"] != "busybox" {
			t.Fatalf("start must be ignored and the image copied: %+v", made)
		}

		started := call(t, s, "PUT", "/1.0/instances/c1/state", `{"action":"start"}`)
		time.Sleep(time.Second)
		early := decode[operationRecord](t, call(t, s, "GET", started.Operation+"/wait?timeout=1", ""))
		if early.Status != "Running" {
			t.Fatalf("a wait that timed out shows %s", early.Status)
		}
		mustSucceed(t, s, started)
		state := decode[instanceState](t, call(t, s, "GET", "/1.0/instances/c1/state", ""))
		if state.PID == 0 || state.Memory.Usage == 0 || state.Network["eth0"].Addresses[0].Address == "" {
			t.Fatalf("a running instance has no pid, memory or address: %+v", state)
		}
		if refused := call(t, s, "DELETE", "/1.0/instances/c1", ""); refused.Error != "Instance is running" {
			t.Fatalf("a running instance was deleted: %+v", refused)
		}
		mustSucceed(t, s, call(t, s, "PUT", "/1.0/instances/c1/state", `{"action":"freeze"}`))
		mustSucceed(t, s, call(t, s, "PUT", "/1.0/instances/c1/state", `{"action":"stop","force":true}`))
		deleted := call(t, s, "DELETE", "/1.0/instances/c1", "")
		mustSucceed(t, s, deleted)
		if gone := call(t, s, "GET", "/1.0/instances/c1", ""); gone.HTTPStatus != 404 {
			t.Fatalf("still there: %+v", gone)
		}

		time.Sleep(4 * time.Second)
		if known := call(t, s, "GET", deleted.Operation, ""); known.HTTPStatus != 200 {
			t.Fatalf("forgotten too early: %+v", known)
		}
		time.Sleep(2 * time.Second)
		if forgotten := call(t, s, "GET", deleted.Operation, ""); forgotten.Error != "Operation not found" {
			t.Fatalf("not forgotten after 5 s: %+v", forgotten)
		}
	})
}

func TestUpdateNeedsTheCurrentETag(t *testing.T) {
	s := newServer(t, Options{})
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`))
	before := call(t, s, "GET", "/1.0/instances/c1", "")
	if stale := call(t, s, "PATCH", "/1.0/instances/c1", `{"config":{"user.x":"y"}}`, "If-Match", "stale"); stale.HTTPStatus != 412 {
		t.Fatalf("a stale ETag was taken: %+v", stale)
	}
	if patched := call(t, s, "PATCH", "/1.0/instances/c1", `{"description":"hi","config":{"user.x":"y"}}`, "If-Match", before.ETag); patched.HTTPStatus != 200 {
		t.Fatalf("the current ETag was refused: %+v", patched)
	}
	after := call(t, s, "GET", "/1.0/instances/c1", "")
	if changed := decode[instance](t, after); changed.Description != "hi" || changed.ExpandedConfig["user.x"] != "y" || after.ETag == before.ETag {
		t.Fatalf("not changed: %+v", changed)
	}
}

func TestProfileChangeReachesItsInstances(t *testing.T) {
	s := newServer(t, Options{})
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances", `{"name":"c1","profiles":["default","small"],`+busybox+`}`))
	if used := call(t, s, "DELETE", "/1.0/profiles/small", ""); used.Error != "Profile is currently in use" {
		t.Fatalf("a used profile was deleted: %+v", used)
	}
	call(t, s, "PATCH", "/1.0/profiles/small", `{"config":{"limits.cpu":"3"}}`)
	if c1 := decode[instance](t, call(t, s, "GET", "/1.0/instances/c1", "")); c1.ExpandedConfig["limits.cpu"] != "3" || c1.Config["limits.cpu"] != "" {
		t.Fatalf("expanded_config did not follow: %+v", c1.ExpandedConfig)
	}
}

// Readers and writers at once; the race detector is the judge.
func TestManyCallersAtOnce(t *testing.T) {
	s := newServer(t, Options{Instances: 50, Projects: 2, Pools: 2, Networks: 2})
	var callers sync.WaitGroup
	for n := range 8 {
		callers.Go(func() {
			name := fmt.Sprintf("c%d", n)
			mustSucceed(t, s, call(t, s, "POST", "/1.0/instances", `{"name":"`+name+`",`+busybox+`}`))
			mustSucceed(t, s, call(t, s, "PUT", "/1.0/instances/"+name+"/state", `{"action":"start"}`))
			call(t, s, "PATCH", "/1.0/profiles/default", `{"config":{"user.n":"`+name+`"}}`)
			for _, target := range []string{"/1.0/instances?recursion=2&all-projects=true", "/1.0/profiles?recursion=1", "/1.0/networks?recursion=1", "/1.0/operations?recursion=1"} {
				call(t, s, "GET", target, "")
			}
			mustSucceed(t, s, call(t, s, "POST", "/1.0/instances/"+name+"/snapshots", `{}`))
		})
	}
	callers.Wait()
	if all := decode[[]string](t, call(t, s, "GET", "/1.0/instances?all-projects=true", "")); len(all) != 58 {
		t.Fatalf("%d instances, want 58", len(all))
	}
}
