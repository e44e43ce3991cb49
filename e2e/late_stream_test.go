package e2e

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Bytes end with the right to them: an upload that is under way when its token
// is revoked breaks off, and nothing of it is kept.
func TestBytesEndWithTheTokenThatBringsThem(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	made := server.must(t, admin, `mutation { createApiToken(input: {description: "bytes"}) { token apiToken { id } } }`, nil)
	token := made.at("createApiToken", "token").(string)
	connection, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(server.url, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "PUT /api/v1/instances/%s/files/tmp/late?project=%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 1000\r\n\r\nthe beginning", name, project, token)
	time.Sleep(time.Second)
	server.must(t, admin, `mutation($id: ID!) { revokeApiToken(id: $id) { __typename } }`, map[string]any{"id": made.at("createApiToken", "apiToken", "id")})
	connection.SetReadDeadline(time.Now().Add(20 * time.Second))
	if answer, err := io.ReadAll(connection); err != nil || strings.HasPrefix(string(answer), "HTTP/1.1 2") {
		t.Fatalf("it goes on without the token: %q, %v", answer, err)
	}
	if got := server.call(t, admin, "GET", "/instances/"+name+"/files/tmp/late?project="+project, nil); got.status != 404 {
		t.Errorf("something of it is kept: %d %s", got.status, got.body)
	}
}
