package e2e

import (
	"strings"
	"testing"
)

// A pool that cannot be read is one null with its path, and the rest of the
// answer is there.
func TestOneFailureIsOneNull(t *testing.T) {
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket, "MIRROR=off")
	token := server.login(t)
	project := newProject(t, "true")
	server.must(t, token, createBusybox, map[string]any{"name": project, "project": project, "wait": 60})
	for _, failing := range []struct{ path, null string }{
		{"/1.0/storage-pools/default/resources", "space"}, {"/leases", "leases"}, {"/1.0/images", "image"}, {"/1.0/networks", "network"},
	} {
		counting.fail(failing.path)
		read := server.ask(t, token, estate, map[string]any{"project": project})
		counting.fail("")
		if read.code() != "LXD_ERROR" || !strings.Contains(read.Text, `"`+failing.null+`":null`) {
			t.Errorf("%s fails: %s", failing.path, read.Text)
			continue
		}
		if path := read.Errors[0].Path; path[len(path)-1] != failing.null || into(read.at("instances", "nodes", 0), "state") == nil {
			t.Errorf("%s fails: the error is at %v, and the answer is %s", failing.path, path, read.Text)
		}
	}
}
