package server

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// What LXD says of one object and cannot be read is an error there, and not the
// end of the server.
func TestAnAnswerWithoutContentIsAnError(t *testing.T) {
	simulated := lxdsim.New(lxdsim.Options{Instances: 2, OperationDelay: time.Millisecond})
	t.Cleanup(simulated.Close)
	socket := listening(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		metadata := "null"
		switch {
		case strings.HasSuffix(r.URL.Path, "/state"), strings.HasPrefix(r.URL.Path, "/1.0/instances/"):
		case r.URL.Path == "/1.0/instances" && strings.Contains(r.URL.RawQuery, "recursion=2"):
			metadata = "[null]"
		default:
			simulated.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"type":"sync","status":"Success","status_code":200,"metadata":%s}`, metadata)
	}))
	server := runOn(t, socket, "sqlite:///"+filepath.Join(filepath.Dir(socket), "test.db"), 0)
	token := server.user("viewer", role(auth.RoleViewer))
	for _, query := range []string{
		`{ networks { nodes { name state { mtu } } } }`,
		`{ instance(name: "web-0") { name state { pid } } }`,
		`{ instances(where: {address: {prefix: "10."}}) { nodes { name } } }`,
	} {
		if got := server.ask(token, query); got.code() != "LXD_ERROR" {
			t.Errorf("%s: %s", query, got.text)
		}
	}
}
