package simplestreams

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const indexFile = `{"format": "index:1.0", "index": {
	"images": {"datatype": "image-downloads", "path": "streams/v1/com.example:images.json"},
	"clouds": {"datatype": "image-ids", "path": "streams/v1/ids.json"}}}`

// productsFile has a container and a virtual machine in the newer of two
// builds, and one build without what LXD needs.
var productsFile = fmt.Sprintf(`{"products": {"ubuntu:noble:amd64:cloud": {
	"aliases": "ubuntu/noble/cloud, ubuntu/24.04/cloud", "arch": "amd64", "os": "Ubuntu", "release": "noble", "version": "24.04", "variant": "cloud", "supported": true,
	"versions": {
		"20240101_13:00": {"items": {
			"lxd.tar.xz": {"ftype": "lxd.tar.xz", "size": 100, "combined_squashfs_sha256": "%[1]s", "combined_disk-kvm-img_sha256": "%[2]s", "combined_rootxz_sha256": "%[3]s"},
			"root.squashfs": {"ftype": "squashfs", "size": 1000}, "disk.qcow2": {"ftype": "disk-kvm.img", "size": 5000}}},
		"20231231_13:00": {"items": {
			"lxd.tar.xz": {"ftype": "lxd.tar.xz", "size": 100, "combined_rootxz_sha256": "%[3]s"}, "root.tar.xz": {"ftype": "root.tar.xz", "size": 900}}},
		"20231230": {"items": {"lxd.tar.xz": {"ftype": "lxd.tar.xz", "size": 100, "combined_squashfs_sha256": "no hash"}, "x": {"ftype": "squashfs"}}}}}}}`,
	strings.Repeat("A", 64), strings.Repeat("b", 64), strings.Repeat("c", 64))

// serve starts an image server and returns a client that trusts it.
func serve(t *testing.T, handle http.HandlerFunc) (*Client, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handle)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return New(server.Client().Transport), server.URL
}

func TestAServersImages(t *testing.T) {
	var asked atomic.Int32
	client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch r.URL.Path {
		case "/sub/streams/v1/index.json":
			io.WriteString(w, indexFile)
		case "/sub/streams/v1/com.example:images.json":
			io.WriteString(w, productsFile)
		default:
			http.NotFound(w, r)
		}
	})
	address, named, err := Address(server + "/sub/")
	if err != nil || !named {
		t.Fatal(named, err)
	}
	var asking sync.WaitGroup
	for range 10 {
		asking.Go(func() {
			images, err := client.Images(t.Context(), address)
			if err != nil || len(images) != 3 {
				t.Errorf("%d images, %v", len(images), err)
			}
		})
	}
	asking.Wait()
	if asked.Load() != 2 {
		t.Errorf("ten callers take %d requests", asked.Load())
	}
	images, err := client.Images(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	container, machine, older := images[0], images[1], images[2]
	if container.VirtualMachine || container.Fingerprint != strings.Repeat("a", 64) || container.SizeBytes != 1100 || container.Architecture != "x86_64" {
		t.Errorf("container: %+v", container)
	}
	if got := container.Description(); got != "Ubuntu noble x86_64 cloud (20240101_13:00)" || container.CreatedAt.Format(time.DateTime) != "2024-01-01 13:00:00" {
		t.Errorf("%s, %s", got, container.CreatedAt)
	}
	if !machine.VirtualMachine || machine.SizeBytes != 5100 || strings.Join(machine.AliasNames, " ") != "ubuntu/noble/cloud ubuntu/24.04/cloud" {
		t.Errorf("virtual machine: %+v", machine)
	}
	if older.Serial != "20231231_13:00" || older.Fingerprint != strings.Repeat("c", 64) || len(older.AliasNames) != 0 {
		t.Errorf("the older build: %+v", older)
	}
}

// What a server sends harms nobody.
func TestHostileServers(t *testing.T) {
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("another server is asked for %s", r.URL)
	}))
	defer elsewhere.Close()
	huge := strings.Repeat(" ", 1<<20)
	for what, handle := range map[string]http.HandlerFunc{
		"no list":          func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") },
		"a list of others": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"index": [1, 2]}`) },
		"an error":         func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"a redirect":       func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
		"plain HTTP": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
		},
		"a file": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		},
		"redirects for ever": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) },
		"another host's list": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"index": {"a": {"datatype": "image-downloads", "path": "%s/x.json"}}}`, elsewhere.URL)
		},
		"a host without its scheme": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"index": {"a": {"datatype": "image-downloads", "path": "//`+strings.TrimPrefix(elsewhere.URL, "https://")+`/x.json"}}}`)
		},
		"a way out": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"index": {"a": {"datatype": "image-downloads", "path": "../../secret.json"}}}`)
		},
		"many lists": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"index": {"0": {"datatype": "image-downloads", "path": "x"}`)
			for n := range 20 {
				fmt.Fprintf(w, `, "%d": {"datatype": "image-downloads", "path": "x"}`, n+1)
			}
			io.WriteString(w, "}}")
		},
		"a huge list": func(w http.ResponseWriter, _ *http.Request) {
			for range maxFile>>20 + 1 {
				io.WriteString(w, huge)
			}
		},
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "{")
		},
	} {
		client, server := serve(t, handle)
		images, err := client.Images(t.Context(), server)
		var refused *Error
		if !errors.As(err, &refused) || images != nil {
			t.Errorf("%s: %d images, %v", what, len(images), err)
		}
	}
}

// A slow server holds its callers no longer than the timeout, and those that
// wait for the first of them neither.
func TestASlowServer(t *testing.T) {
	client, server := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client.timeout = 50 * time.Millisecond
	var asking sync.WaitGroup
	for range 3 {
		asking.Go(func() {
			if _, err := client.Images(t.Context(), server); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
	}
	asking.Wait()
}

func TestAddresses(t *testing.T) {
	for _, remote := range []string{"ubuntu", "ubuntu:", "ubuntu-daily:", "images:"} {
		if address, named, err := Address(remote); err != nil || named || !strings.HasPrefix(address, "https://") {
			t.Errorf("%s: %s, %v, %v", remote, address, named, err)
		}
	}
	for _, remote := range []string{"", ":", "nope:", "http://example.org", "file:///etc/passwd", "https://", "https://a@example.org", "https://example.org?x", "https://example.org#x", "example.org", "https://exa mple.org"} {
		if address, _, err := Address(remote); !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %s, %v", remote, address, err)
		}
	}
}

// However many servers are asked, few are remembered.
func TestFewServersAreRemembered(t *testing.T) {
	client := New(nil)
	for n := range 100 {
		client.remember(fmt.Sprint(n))
	}
	if len(client.servers) != kept {
		t.Errorf("%d are remembered", len(client.servers))
	}
}
