package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A request is asked with the rights that its sender has when it has come, not
// with those of its header: a mutation that is held back would outlive them.
func TestARequestThatComesSlowlyHasNoOldRights(t *testing.T) {
	server := start(t, "LXD_CONNECTION_MODE=simulated")
	admin := server.login(t)
	made := server.must(t, admin, `mutation { createApiToken(input: {description: "held back"}) { token apiToken { id } } }`, nil)
	const body = `{"query":"mutation { addTag(name: \"none\", tag: \"x\") { instance { name } } }"}`
	connection, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(server.url, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		made.at("createApiToken", "token"), len(body), body[:5])
	time.Sleep(2 * time.Second)
	server.must(t, admin, `mutation($id: ID!) { revokeApiToken(id: $id) { __typename } }`, map[string]any{"id": made.at("createApiToken", "apiToken", "id")})
	io.WriteString(connection, body[5:])
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 401 || !strings.Contains(string(text), "UNAUTHENTICATED") {
		t.Errorf("a token that was revoked before the request had come is answered %d %s", answer.StatusCode, text)
	}
}
