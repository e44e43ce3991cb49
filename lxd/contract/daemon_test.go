// Package contract holds what we believe of LXD, asked of a real daemon and of
// the simulator by the same tests: the imitation and the real thing take the
// same exam.
package contract

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// daemon is an LXD that a test talks to: as lxdql does, and bare.
type daemon struct {
	*lxd.Client
	raw       *http.Client
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
	simulated bool
}

// each runs a test on the simulator and on the real LXD of TEST_LXD_SOCKET.
func each(t *testing.T, test func(t *testing.T, d *daemon)) {
	t.Helper()
	t.Run("simulated", func(t *testing.T) { test(t, simulated(t)) })
	t.Run("real", func(t *testing.T) { test(t, real(t)) })
}

func simulated(t *testing.T) *daemon {
	t.Helper()
	directory, err := os.MkdirTemp("", "sim") // t.TempDir's names are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(directory, "unix.socket")
	simulation := lxdsim.New(lxdsim.Options{Instances: 6, Pools: 1, Networks: 1, Projects: 2, OperationDelay: 50 * time.Millisecond, EventJitter: 5 * time.Millisecond, Seed: 1})
	listening, err := simulation.Serve(context.Background(), socket) // until the cleanup, which asks too
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		listening.Close()
		simulation.Close()
		os.RemoveAll(directory)
	})
	return connect(t, socket, true)
}

func real(t *testing.T) *daemon {
	t.Helper()
	socket := os.Getenv("TEST_LXD_SOCKET")
	if socket == "" {
		if os.Getenv("TEST_LXD_REQUIRED") != "" {
			t.Fatal("TEST_LXD_REQUIRED is set and TEST_LXD_SOCKET is not: this test needs a real LXD")
		}
		t.Skip("no real LXD: make test sets one up where root and apt are there")
	}
	return connect(t, socket, false)
}

func connect(t *testing.T, socket string, simulated bool) *daemon {
	t.Helper()
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: socket})
	if err != nil {
		t.Fatal(err)
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: dial}
	t.Cleanup(func() {
		client.Close()
		transport.CloseIdleConnections()
	})
	return &daemon{Client: client, raw: &http.Client{Transport: transport, Timeout: time.Minute}, dial: dial, simulated: simulated}
}

// ask sends a bare request and decodes LXD's answer as it is.
func (d *daemon) ask(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, "http://lxd"+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	response, err := d.raw.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer
}

// project makes a project of the test's own, which shares the images and
// profiles of default, and removes it with all that is in it at the end.
func (d *daemon) project(t *testing.T) string {
	t.Helper()
	return d.projectWith(t, map[string]string{
		"features.images": "false", "features.profiles": "false", "features.storage.volumes": "false", "features.networks": "false"})
}

// projectWith makes a project with a configuration, and removes it at the end.
func (d *daemon) projectWith(t *testing.T, config map[string]string) string {
	t.Helper()
	name := "t-" + strings.ToLower(rand.Text()[:12])
	answer := d.ask(t, "POST", "/1.0/projects", map[string]any{"name": name, "config": config})
	if answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	t.Cleanup(func() { d.remove(t, name) })
	return name
}

func (d *daemon) remove(t *testing.T, project string) {
	for _, address := range d.ask(t, "GET", "/1.0/instances?project="+project, nil)["metadata"].([]any) {
		path, _, _ := strings.Cut(address.(string), "?")
		for _, step := range []struct {
			method, path string
			body         any
		}{
			{"PUT", path + "/state?project=" + project, map[string]any{"action": "stop", "force": true, "timeout": 30}},
			{"DELETE", path + "?project=" + project, nil},
		} {
			if answer := d.ask(t, step.method, step.path, step.body); answer["operation"] != "" && answer["operation"] != nil {
				d.ask(t, "GET", answer["operation"].(string)+"/wait?timeout=60", nil)
			}
		}
	}
	d.ask(t, "DELETE", "/1.0/projects/"+project, nil)
}
