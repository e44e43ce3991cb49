package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// carrier begins a subscription in one of the ways that there are, and tells each
// message's payload; the channel is closed when the subscription is complete.
type carrier func(t *testing.T, server *running, token, query string, variables map[string]any) <-chan string

var carriers = map[string]carrier{
	"graphql-transport-ws": overWebSocket("graphql-transport-ws", "subscribe", "next"),
	"graphql-ws":           overWebSocket("graphql-ws", "start", "data"),
	"text/event-stream":    overEventStream,
}

func overWebSocket(protocol, subscribe, next string) carrier {
	return func(t *testing.T, server *running, token, query string, variables map[string]any) <-chan string {
		t.Helper()
		dialer := websocket.Dialer{Subprotocols: []string{protocol}}
		socket, _, err := dialer.Dial(strings.Replace(server.url, "http", "ws", 1)+"/graphql", nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { socket.Close() })
		for _, message := range []map[string]any{
			{"type": "connection_init", "payload": map[string]string{"authorization": "Bearer " + token}},
			{"id": "1", "type": subscribe, "payload": map[string]any{"query": query, "variables": variables}},
		} {
			if err := socket.WriteJSON(message); err != nil {
				t.Fatal(err)
			}
		}
		told := make(chan string, 100)
		go func() {
			defer close(told)
			for {
				var got frame
				err := socket.ReadJSON(&got)
				if err != nil || got.Type == "complete" {
					return
				}
				if got.ID == "1" {
					told <- map[bool]string{false: got.Type + " "}[got.Type == next] + string(got.Payload)
				}
			}
		}()
		return told
	}
}

func overEventStream(t *testing.T, server *running, token, query string, variables map[string]any) <-chan string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	response := server.eventStream(t, token, string(body))
	told := make(chan string, 100)
	go func() {
		defer close(told)
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() && lines.Text() != "event: complete" {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				told <- data
			}
		}
	}()
	return told
}

// carried is what a subscription field is asked, what has to come, and whether it
// then ends by itself.
type carried struct {
	query string
	want  []string // in this order; what else comes is passed over
	ends  bool
}

// hear waits for what has to come.
func (c carried) hear(told <-chan string, want []string) error {
	timeout := time.After(30 * time.Second)
	for _, word := range want {
		for heard := ""; !strings.Contains(heard, word); {
			var ok bool
			select {
			case heard, ok = <-told:
				if !ok || !strings.HasPrefix(heard, `{"data"`) {
					return fmt.Errorf("instead of %s: %q", word, heard)
				}
			case <-timeout:
				return fmt.Errorf("no %s", word)
			}
		}
	}
	return nil
}

// Every subscription of the schema comes by every way that there is: first what
// is known, then what happens.
func TestEachSubscriptionByEachWay(t *testing.T) {
	type m = map[string]any
	server := onRealLXD(t)
	token := server.login(t)
	ask := lxdClient(t)
	project, name := newProject(t, "true"), newName()
	made := server.must(t, token, createBusybox, m{"name": name, "project": project, "start": true, "wait": 60})
	change := func(method, at string, body any) {
		t.Helper()
		if answer := ask(method, "/1.0/"+at, body); answer["type"] == "error" {
			t.Fatal(at, answer)
		}
	}
	network, volume := "n"+name[2:10], "v"+name[2:]
	change("POST", "networks", m{"name": network, "type": "bridge", "config": m{"ipv4.address": "none", "ipv6.address": "none"}})
	t.Cleanup(func() { change("DELETE", "networks/"+network, nil) })
	change("POST", "storage-pools/default/volumes/custom", m{"name": volume})
	t.Cleanup(func() { change("DELETE", "storage-pools/default/volumes/custom/"+volume, nil) })
	image := strings.TrimPrefix(ask("GET", "/1.0/images", nil)["metadata"].([]any)[0].(string), "/1.0/")
	server.inStep(t, token)
	last := server.must(t, token, `{ events(allProjects: true, last: 2) { nodes { cursor } } }`, nil)

	changed := func(field string) carried {
		return carried{`subscription { ` + field + `(snapshot: true) { kind cursor name } }`, []string{"SNAPSHOT_END", "UPDATED"}, false}
	}
	fields := map[string]carried{
		"events":               {`subscription($after: String) { events(allProjects: true, after: $after) { cursor ... on LifecycleEvent { action } } }`, []string{"cursor", "profile-updated"}, false},
		"operationUpdated":     {`subscription($id: ID!) { operationUpdated(id: $id) { status } }`, []string{"SUCCESS"}, true},
		"instanceChanged":      {`subscription($p: String) { instanceChanged(project: $p, snapshot: true) { kind name instance { description } } }`, []string{name, "SNAPSHOT_END", `"description":"told"`}, false},
		"instanceState":        {`subscription($n: String!, $p: String) { instanceState(names: [$n], project: $p, intervalSeconds: 1) { cpuPercent state { status } } }`, []string{`"cpuPercent":null`, `"cpuPercent":0`}, false},
		"execOutput":           {`subscription($n: String!, $p: String) { execOutput(name: $n, project: $p, command: ["echo", "hi"]) { text exitCode } }`, []string{`"hi\n"`, `"exitCode":0`}, true},
		"storageVolumeChanged": changed("storageVolumeChanged"), "networkChanged": changed("networkChanged"), "imageChanged": changed("imageChanged"),
		"projectChanged": changed("projectChanged"), "profileChanged": changed("profileChanged"),
	}
	schema := server.must(t, token, `{ __schema { subscriptionType { fields { name } } } }`, nil)
	for _, field := range schema.at("__schema", "subscriptionType", "fields").([]any) {
		if _, known := fields[into(field, "name").(string)]; !known {
			t.Errorf("nobody asks for %v", field)
		}
	}
	variables := m{"n": name, "p": project, "id": made.at("createInstance", "operation", "id"), "after": last.at("events", "nodes", 0, "cursor")}
	type open struct {
		what string
		carried
		told <-chan string
	}
	var all []open
	for field, asked := range fields {
		for way, begin := range carriers {
			all = append(all, open{field + " by " + way, asked, begin(t, server, token, asked.query, variablesOf(asked.query, variables))})
		}
	}
	for _, one := range all {
		if err := one.hear(one.told, one.want[:len(one.want)-1]); err != nil {
			t.Errorf("%s: %v", one.what, err)
		}
	}
	told := m{"description": "told"}
	change("PATCH", "profiles/default", told)
	change("PATCH", "networks/"+network, told)
	change("PATCH", "storage-pools/default/volumes/custom/"+volume, told)
	change("PATCH", "projects/"+project, told)
	change("PATCH", image, m{"properties": m{"told": name}})
	server.must(t, token, `mutation($n: String!, $p: String) { updateInstance(name: $n, project: $p, input: {description: "told"}) { instance { name } } }`, m{"n": name, "p": project})
	for _, one := range all {
		if err := one.hear(one.told, one.want[len(one.want)-1:]); err != nil {
			t.Errorf("%s: %v", one.what, err)
		}
		if one.ends {
			for more := range one.told { // which is closed
				t.Errorf("%s goes on: %s", one.what, more)
			}
		}
	}
}

// variablesOf are those that a query declares.
func variablesOf(query string, all map[string]any) map[string]any {
	some := map[string]any{}
	for name, value := range all {
		if strings.Contains(query, "$"+name+":") {
			some[name] = value
		}
	}
	return some
}
