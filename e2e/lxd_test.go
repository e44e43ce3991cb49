package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// lxdClient speaks to the real LXD, bare, to set up what a story needs.
func lxdClient(t *testing.T) func(method, path string, body any) map[string]any {
	t.Helper()
	return lxdOn(t, realSocket(t))
}

// lxdOn speaks to the LXD of a socket.
func lxdOn(t *testing.T, socket string) func(method, path string, body any) map[string]any {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	return func(method, path string, body any) map[string]any {
		t.Helper()
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest(method, "http://lxd"+path, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer map[string]any
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		if method != http.MethodGet || strings.Contains(path, "/wait") {
			changedBehind.Store(time.Now().UnixNano())
		}
		return answer
	}
}

// changedBehind is when LXD was last changed behind the servers' backs.
var changedBehind atomic.Int64

// heard waits until servers have heard of what was changed behind their backs:
// memory follows LXD's events, which come a moment later.
func heard() {
	const moment = 250 * time.Millisecond
	time.Sleep(moment - time.Since(time.Unix(0, changedBehind.Load())))
}

// newProject makes a project of the test's own on the real LXD, with or
// without images and profiles of its own ("true", "false"), and removes it
// with all that is in it. The image busybox is in it in both cases.
func newProject(t *testing.T, own string) string {
	t.Helper()
	ask := lxdClient(t)
	name := "t-" + strings.ToLower(rand.Text()[:12])
	if answer := ask("POST", "/1.0/projects", map[string]any{"name": name, "config": map[string]string{
		"features.images": "false", "features.profiles": own, "features.networks": "false", "features.storage.volumes": "false"}}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	t.Cleanup(func() {
		for _, address := range ask("GET", "/1.0/instances?project="+name, nil)["metadata"].([]any) {
			path, _, _ := strings.Cut(address.(string), "?")
			waitRaw(ask, ask("PUT", path+"/state?project="+name, map[string]any{"action": "stop", "force": true}))
			waitRaw(ask, ask("DELETE", path+"?project="+name, nil))
		}
		if answer := ask("DELETE", "/1.0/projects/"+name, nil); answer["type"] == "error" {
			t.Errorf("the project %s stays: %v", name, answer["error"])
		}
	})
	if own == "true" {
		profile := ask("GET", "/1.0/profiles/default?project=default", nil)["metadata"].(map[string]any)
		ask("PUT", "/1.0/profiles/default?project="+name, map[string]any{"devices": profile["devices"]})
	}
	return name
}

// removeAfter removes an instance of the default project when the test ends.
func removeAfter(t *testing.T, name string) {
	t.Helper()
	ask := lxdClient(t)
	t.Cleanup(func() {
		waitRaw(ask, ask("PUT", "/1.0/instances/"+name+"/state", map[string]any{"action": "stop", "force": true}))
		waitRaw(ask, ask("DELETE", "/1.0/instances/"+name, nil))
	})
}

func waitRaw(ask func(string, string, any) map[string]any, answer map[string]any) {
	if operation, _ := answer["operation"].(string); operation != "" {
		ask("GET", operation+"/wait?timeout=60", nil)
	}
}

// script runs scripts/lxd.sh.
func script(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.Command("../scripts/lxd.sh", arguments...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("lxd.sh %v: %v", arguments, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// ownDaemon starts an LXD that the test may stop and start.
func ownDaemon(t *testing.T) (directory, socket string) {
	t.Helper()
	realSocket(t)
	directory, err := filepath.Abs("../.test/restart")
	if err != nil {
		t.Fatal(err)
	}
	socket = script(t, "start", directory)
	t.Cleanup(func() { script(t, "remove", directory) })
	return directory, socket
}
