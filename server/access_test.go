package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
)

const create = `mutation($name: String!, $config: StringMap, $devices: DeviceMap) {
  createInstance(input: {name: $name, source: {type: NONE}, config: $config, devices: $devices}, wait: 30) { operation { status } }
}`

// Who may what: the caller without rights first.
func TestRoles(t *testing.T) {
	server := run(t)
	nothing := server.user("nothing", nil)
	viewer := server.user("viewer", role(auth.RoleViewer))
	operator := server.user("operator", role(auth.RoleOperator))
	admin := server.user("boss", role(auth.RoleAdmin))
	hostDisk := map[string]any{"name": "g", "devices": map[string]any{"root": map[string]any{"type": "disk", "source": "/", "path": "/mnt"}}}
	named := func(name string, config map[string]any) map[string]any {
		return map[string]any{"name": name, "config": config}
	}
	privileged := map[string]any{"security.privileged": "true"}
	for _, story := range []struct {
		what, token, query string
		variables          map[string]any
		code               string
	}{
		{"nobody reads", "", `{ instances { totalCount } }`, nil, "UNAUTHENTICATED"},
		{"no role reads", nothing, `{ instances { totalCount } }`, nil, "FORBIDDEN"},
		{"no role looks at itself", nothing, `{ viewer { username } }`, nil, ""},
		{"a viewer creates", viewer, create, named("a", nil), "FORBIDDEN"},
		{"a viewer starts", viewer, `mutation { startInstance(name: "web-0") { operation { id } } }`, nil, "FORBIDDEN"},
		{"a viewer deletes", viewer, `mutation { deleteInstance(name: "web-0") { deletedId } }`, nil, "FORBIDDEN"},
		{"a viewer cancels", viewer, `mutation { cancelOperation(id: "x") { operation { id } } }`, nil, "FORBIDDEN"},
		{"a viewer reads", viewer, `{ instances { totalCount } viewer { role } }`, nil, ""},
		{"an operator reaches the host", operator, create, named("b", privileged), "FORBIDDEN"},
		{"an operator uses a key that nobody has looked at", operator, create, named("c", map[string]any{"limits": "x"}), "FORBIDDEN"},
		{"an operator mounts the host's files", operator, create, hostDisk, "FORBIDDEN"},
		{"an operator makes what is harmless", operator, create, named("d", map[string]any{"limits.cpu": "1"}), ""},
		{"an administrator reaches the host", admin, create, named("e", privileged), ""},
	} {
		if got := server.ask(story.token, story.query, story.variables); got.code() != story.code {
			t.Errorf("%s: want %q: %s", story.what, story.code, got.text)
		}
	}
	refused := server.ask(operator, create, named("f", privileged))
	if argument := refused.Errors[0].Extensions["argument"]; argument != "input.config.security.privileged" {
		t.Errorf("the refusal names %v", argument)
	}
}

// A viewer sees that there is a secret, and an operator sees it.
func TestSecretsAreShownToWhoMayChange(t *testing.T) {
	server := run(t)
	viewer, operator := server.user("viewer", role(auth.RoleViewer)), server.user("operator", role(auth.RoleOperator))
	config := map[string]any{"user.password": "hunter2", "limits.cpu": "1"}
	if got := server.ask(operator, create, map[string]any{"name": "secretive", "config": config}); got.code() != "" {
		t.Fatal(got.text)
	}
	const read = `{ instance(name: "secretive") { config expandedConfig hiddenConfigKeys } }`
	if got := server.ask(viewer, read); strings.Contains(got.text, "hunter2") || !strings.Contains(got.text, `"hiddenConfigKeys":["user.password"]`) || !strings.Contains(got.text, `"limits.cpu":"1"`) {
		t.Errorf("a viewer sees %s", got.text)
	}
	if got := server.ask(operator, read); !strings.Contains(got.text, "hunter2") || !strings.Contains(got.text, `"hiddenConfigKeys":[]`) {
		t.Errorf("an operator sees %s", got.text)
	}
	server.stop()
	if strings.Contains(server.log.String(), "hunter2") {
		t.Error("the secret is in the log")
	}
}

// A page of another origin may ask only where the configuration says so.
func TestOrigins(t *testing.T) {
	server := run(t)
	for origin, allowed := range map[string]bool{"https://portal.example": true, "https://evil.example": false, server.url: true} {
		header := http.Header{"Origin": {origin}}
		socket, response, err := (&websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}).Dial(strings.Replace(server.url, "http", "ws", 1)+"/graphql", header)
		if (err == nil) != allowed {
			t.Errorf("a WebSocket from %s: %v %v", origin, response, err)
		}
		if err == nil {
			socket.Close()
		}
		request, _ := http.NewRequest(http.MethodOptions, server.url+"/graphql", nil)
		request.Header = http.Header{"Origin": {origin}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization,content-type"}}
		preflight, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		preflight.Body.Close()
		if got := preflight.Header.Get("Access-Control-Allow-Origin"); origin != server.url && (got == origin) != allowed {
			t.Errorf("a preflight from %s: %q", origin, got)
		}
	}
}
