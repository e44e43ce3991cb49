package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
)

// secondDaemon is another LXD of the test's own, which listens on a port.
func secondDaemon(t *testing.T) (socket, address, certificate string) {
	t.Helper()
	realSocket(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	directory, err := filepath.Abs("../.test/imagesource")
	if err != nil {
		t.Fatal(err)
	}
	socket = script(t, "start", directory, "--https", port)
	t.Cleanup(func() { script(t, "remove", directory) })
	environment := lxdOn(t, socket)("GET", "/1.0", nil)["metadata"].(map[string]any)["environment"].(map[string]any)
	return socket, "https://127.0.0.1:" + port, environment["certificate"].(string)
}

// fileOf is an image's file, as the LXD of a socket exports it.
func fileOf(t *testing.T, socket, fingerprint string) []byte {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	response, err := client.Get("http://lxd/1.0/images/" + fingerprint + "/export")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("export: HTTP %d, %v", response.StatusCode, err)
	}
	return data
}

// serveImage serves a file as the only image of a simplestreams server, with its certificate.
func serveImage(t *testing.T, file []byte) (address, certificate string) {
	t.Helper()
	sum := sha256.Sum256(file)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/streams/v1/index.json":
			io.WriteString(w, `{"format": "index:1.0", "index": {"images": {"datatype": "image-downloads", "format": "products:1.0", "path": "streams/v1/images.json", "products": ["busybox:1:amd64:default"]}}}`)
		case "/streams/v1/images.json":
			fmt.Fprintf(w, `{"content_id": "images", "datatype": "image-downloads", "format": "products:1.0", "products": {"busybox:1:amd64:default": {"aliases": "busybox/1,small", "arch": "amd64", "os": "Busybox", "release": "1", "release_title": "1", "variant": "default",
				"versions": {"20240101_13:00": {"items": {"lxd_combined.tar.gz": {"ftype": "lxd_combined.tar.gz", "path": "images/one.tar.gz", "sha256": "%s", "size": %d}}}}}}}`, hex.EncodeToString(sum[:]), len(file))
		case "/images/one.tar.gz":
			w.Write(file)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

// An image comes from an image server and from another LXD, and goes to one.
func TestAnImageIsCopiedFromElsewhere(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	type m = map[string]any
	project := newName()
	server.must(t, token, `mutation($n: String!) { createProject(input: {name: $n}) { project { name } } }`, m{"n": project})
	t.Cleanup(func() {
		server.demote(t, "ADMIN")
		server.must(t, server.login(t), `mutation($n: String!) { deleteProject(name: $n, force: true, wait: 60) { deletedId } }`, m{"n": project})
	})
	const copyImage = `mutation($input: CopyImageInput!) { copyImage(input: $input, wait: 60) { image { id fingerprint properties aliases { name } updateSource { serverUrl protocol alias } availableActions } operation { status metadata } } }`
	from := func(source m, aliases ...m) *answer {
		return server.ask(t, token, copyImage, m{"input": m{"project": project, "source": source, "aliases": aliases, "properties": m{"by": "us"}}})
	}
	fingerprint := server.must(t, token, `{ image(alias: "busybox") { fingerprint } }`, nil).at("image", "fingerprint").(string)
	for argument, source := range map[string]m{
		"input.source":             {"server": "images:"},
		"input.source.alias":       {"server": "images:", "alias": ""},
		"input.source.fingerprint": {"fingerprint": "xyz"},
		"input.source.server":      {"server": "nope:", "alias": "x"},
		"input.source.url":         {"url": "file:///etc/passwd"},
		"input.source.project":     {"server": "images:", "alias": "x", "project": "p"},
		"input.source.secret":      {"server": "images:", "alias": "x", "secret": "s"},
		"input.source.certificate": {"alias": "x", "certificate": "c"},
	} {
		if refused := from(source); refused.code() != "BAD_USER_INPUT" || refused.Errors[0].Extensions["argument"] != argument {
			t.Errorf("%v: %s", source, refused.Text)
		}
	}
	address, certificate := serveImage(t, fileOf(t, realSocket(t), fingerprint))
	if unknown := from(m{"server": address, "alias": "nope", "certificate": certificate}); unknown.code() != "OPERATION_FAILED" {
		t.Errorf("an image that is not there: %s", unknown.Text)
	}
	streamed := from(m{"server": address, "alias": "small", "certificate": certificate}, m{"name": "one"})
	if image := streamed.at("copyImage", "image"); into(image, "fingerprint") != fingerprint || into(image, "properties", "by") != "us" || into(image, "aliases", 0, "name") != "one" || into(image, "updateSource", "serverUrl") != address || into(image, "availableActions", 2) != "REFRESH" {
		t.Fatalf("from an image server: %s", streamed.Text)
	}
	refreshed := server.must(t, token, `mutation($p: String, $f: String!) { refreshImage(fingerprint: $f, project: $p, wait: 60) { image { fingerprint } operation { status } } }`, m{"p": project, "f": fingerprint})
	if refreshed.at("refreshImage", "image", "fingerprint") != fingerprint {
		t.Errorf("refreshed: %s", refreshed.Text)
	}
	const remove = `mutation($p: String, $f: String!) { deleteImage(fingerprint: $f, project: $p, wait: 60) { deletedId } }`
	if again := from(m{"server": address, "fingerprint": fingerprint, "certificate": certificate}); again.code() != "ALREADY_EXISTS" {
		t.Errorf("one that is there: %s", again.Text)
	}
	server.must(t, token, remove, m{"p": project, "f": fingerprint})

	socket, url, trusted := secondDaemon(t)
	there := lxdOn(t, socket)
	theirs := there("GET", "/1.0/images/aliases/busybox", nil)["metadata"].(map[string]any)["target"].(string)
	opened := there("POST", "/1.0/images/"+theirs+"/secret", nil)["metadata"].(map[string]any)["metadata"].(map[string]any)["secret"]
	closed := m{"server": url, "protocol": "LXD", "fingerprint": theirs, "certificate": trusted}
	if refused := from(closed); refused.code() != "OPERATION_FAILED" {
		t.Errorf("a closed image: %s", refused.Text)
	}
	closed["secret"] = opened
	fetched := from(closed, m{"name": "two"})
	if fetched.at("copyImage", "image", "fingerprint") != theirs || fetched.at("copyImage", "image", "updateSource", "protocol") != "lxd" {
		t.Errorf("from another LXD: %s", fetched.Text)
	}

	waitRaw(there, there("DELETE", "/1.0/images/"+theirs, nil))
	awaited := there("POST", "/1.0/images", m{"source": m{"type": "image", "mode": "push", "fingerprint": theirs}})
	secret := awaited["metadata"].(map[string]any)["metadata"].(map[string]any)["secret"]
	const push = `mutation($p: String, $f: String!, $input: PushImageInput!) { pushImage(fingerprint: $f, project: $p, input: $input, wait: 60) { image { fingerprint } operation { status metadata } } }`
	target := m{"server": url, "certificate": trusted, "secret": secret}
	pushed := server.must(t, token, push, m{"p": project, "f": theirs, "input": target})
	if pushed.at("pushImage", "operation", "status") != "SUCCESS" || there("GET", "/1.0/images/"+theirs, nil)["type"] == "error" {
		t.Errorf("pushed: %s", pushed.Text)
	}
}
