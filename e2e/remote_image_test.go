package e2e

import (
	"database/sql"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const remoteImages = `query($remote: String!, $search: String, $where: RemoteImageWhere) { remoteImages(remote: $remote, search: $search, where: $where, orderBy: {field: OS, direction: DESC}) {
	totalCount nodes { id os release version architecture type fingerprint sizeBytes createdAt aliasNames description serverUrl } } }`

// imageServer is an image server of the test's own, with the file of its certificate.
func imageServer(t *testing.T) (address, certificate string) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/streams/v1/index.json":
			io.WriteString(w, `{"index": {"images": {"datatype": "image-downloads", "path": "streams/v1/images.json"}}}`)
		case "/streams/v1/images.json":
			io.WriteString(w, `{"products": {`)
			for n, system := range []string{"alpine", "debian"} {
				fmt.Fprintf(w, `%s"%s": {"aliases": "%s/1", "arch": "amd64", "os": "%s", "release": "one", "version": "1", "versions": {"20240101_13:00": {"items": {
					"lxd.tar.xz": {"ftype": "lxd.tar.xz", "size": 1, "combined_squashfs_sha256": "%064d"}, "root.squashfs": {"ftype": "squashfs", "size": 2}}}}}`,
					strings.Repeat(",", n), system, system, system, n)
			}
			io.WriteString(w, `}}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	certificate = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, certificate
}

// An administrator may name a server; others may not, in an id neither.
func TestAnImageServersImages(t *testing.T) {
	address, certificate := imageServer(t)
	server := start(t, "LXD_SOCKET_PATH="+realSocket(t), "SSL_CERT_FILE="+certificate)
	token := server.login(t)
	for _, remote := range []string{"nope:", "http://example.org", "file:///etc/passwd", address + "/nothing/here"} {
		got := server.ask(t, token, remoteImages, map[string]any{"remote": remote})
		if got.code() != "BAD_USER_INPUT" || got.Errors[0].Extensions["argument"] != "remote" {
			t.Errorf("%s: %s", remote, got.Text)
		}
	}
	list := server.must(t, token, remoteImages, map[string]any{"remote": address})
	if list.at("remoteImages", "totalCount") != 2.0 || list.at("remoteImages", "nodes", 0, "os") != "debian" || list.at("remoteImages", "nodes", 0, "sizeBytes") != 3.0 {
		t.Errorf("the list: %s", list.Text)
	}
	one := list.at("remoteImages", "nodes", 0)
	if into(one, "architecture") != "x86_64" || into(one, "type") != "CONTAINER" || into(one, "createdAt") != "2024-01-01T13:00:00Z" || into(one, "serverUrl") != address || into(one, "aliasNames", 0) != "debian/1" {
		t.Errorf("one of it: %v", one)
	}
	chosen := server.must(t, token, remoteImages, map[string]any{"remote": address, "search": "ALPINE", "where": map[string]any{"alias": map[string]any{"prefix": "alp"}, "type": map[string]any{"equals": "CONTAINER"}}})
	if chosen.at("remoteImages", "totalCount") != 1.0 || chosen.at("remoteImages", "nodes", 0, "os") != "alpine" {
		t.Errorf("chosen: %s", chosen.Text)
	}
	const find = `query($id: ID!) { node(id: $id) { ... on RemoteImage { os } } }`
	id := map[string]any{"id": into(one, "id")}
	if node := server.must(t, token, find, id); node.at("node", "os") != "debian" {
		t.Errorf("node: %s", node.Text)
	}
	server.demote(t, "OPERATOR")
	token = server.login(t)
	if got := server.ask(t, token, remoteImages, map[string]any{"remote": address}); got.code() != "FORBIDDEN" || got.Errors[0].Extensions["argument"] != "remote" {
		t.Errorf("an operator names a server: %s", got.Text)
	}
	if node := server.must(t, token, find, id); node.at("node") != nil {
		t.Errorf("an operator names a server in an id: %s", node.Text)
	}
}

// demote gives the only user another role.
func (s *running) demote(t *testing.T, role string) {
	t.Helper()
	database, err := sql.Open("sqlite3", filepath.Join(s.directory, "data", "lxdql.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	if _, err := database.Exec(`UPDATE users SET role = ?`, role); err != nil {
		t.Fatal(err)
	}
}
