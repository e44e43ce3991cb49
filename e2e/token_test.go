package e2e

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A token to become trusted with is in the answer to who asks, and nowhere else.
func TestATrustTokenIsShownOnce(t *testing.T) {
	ask := lxdClient(t)
	if into(ask("GET", "/1.0", nil), "metadata", "config", "core.https_address") == nil {
		t.Skip("the LXD of TEST_LXD_SOCKET does not listen on HTTPS")
	}
	server := onRealLXD(t)
	token := server.login(t)
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription { events { __typename cursor ... on OperationEvent { operation { uuid class metadata description } } ... on LifecycleEvent { action source } } }`, nil)
	time.Sleep(time.Second)
	made := server.must(t, token, `mutation { createCertificate(input: {name: "shown-once", token: true}) { token tokenExpiresAt certificate { name } operation { id } } }`, nil)
	secret := secretOf(t, made.at("createCertificate", "token"), "client_name", "shown-once")
	nowhereElse(t, server, token, watching, secret)
}

// secretOf reads what LXD's tokens hold.
func secretOf(t *testing.T, token any, nameKey, name string) string {
	t.Helper()
	text, _ := token.(string)
	data, err := base64.StdEncoding.DecodeString(text)
	var told map[string]any
	if err != nil || json.Unmarshal(data, &told) != nil || told[nameKey] != name || told["fingerprint"] == nil || told["addresses"] == nil {
		t.Fatalf("the token is %v (%v)", told, err)
	}
	return told["secret"].(string)
}

// nowhereElse looks for the secret of a token wherever lxdql shows or keeps things.
func nowhereElse(t *testing.T, server *running, token string, watching *socket, secret string) {
	t.Helper()
	listed := server.must(t, token, `{ operations(allProjects: true) { nodes { uuid class description metadata } } }`, nil)
	if strings.Contains(listed.Text, secret) || strings.Contains(listed.Text, "TOKEN") {
		t.Errorf("the token is among the operations: %s", listed.Text)
	}
	name := newName()
	removeAfter(t, name)
	server.must(t, token, createBusybox, map[string]any{"name": name, "wait": 60}) // its events come after the token's
	for {
		event, err := json.Marshal(watching.next("1"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(event), secret) {
			t.Fatalf("the token is in an event: %s", event)
		}
		if strings.Contains(string(event), name) && strings.Contains(string(event), "instance-created") {
			break
		}
	}
	server.stop()
	if strings.Contains(server.log.String(), secret) {
		t.Error("the token is in the log")
	}
	files, _ := filepath.Glob(filepath.Join(server.directory, "data", "*"))
	for _, file := range files {
		if data, err := os.ReadFile(file); err != nil || strings.Contains(string(data), secret) {
			t.Errorf("the token is in %s (%v)", file, err)
		}
	}
}
