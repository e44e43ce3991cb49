package e2e

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// lxdql runs a command of the program in a directory.
func lxdql(directory string, arguments ...string) (string, error) {
	command := exec.Command(binary, arguments...)
	command.Dir = directory
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + directory}
	output, err := command.CombinedOutput()
	return string(output), err
}

// trustToken asks LXD for a token, as `lxc config trust add` does.
func trustToken(t *testing.T, ask func(string, string, any) map[string]any) string {
	t.Helper()
	made := into(ask("POST", "/1.0/certificates", map[string]any{"type": "client", "name": "lxdql-" + strings.ToLower(rand.Text()[:6]), "token": true}), "metadata", "metadata").(map[string]any)
	text, err := json.Marshal(map[string]any{"client_name": into(made, "request", "name"), "fingerprint": made["fingerprint"], "addresses": made["addresses"], "secret": made["secret"], "expires_at": "0001-01-01T00:00:00Z"})
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(text)
}

func withSecret(t *testing.T, token, secret string) string {
	t.Helper()
	return withField(t, token, "secret", secret)
}

func withFingerprint(t *testing.T, token, fingerprint string) string {
	t.Helper()
	return withField(t, token, "fingerprint", fingerprint)
}

func withField(t *testing.T, token, name, value string) string {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	fields[name] = value
	if text, err = json.Marshal(fields); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(text)
}

func wantHealth(t *testing.T, server *running, status int, says string) {
	t.Helper()
	response, err := http.Get(server.url + "/health")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status || !strings.HasPrefix(string(body), `{"status":"`+says+`"`) {
		t.Errorf("health: HTTP %d %s", response.StatusCode, body)
	}
}

// wantAudited looks for what was done about trust, refused and not, in the audit
// trail, and for tokens, which must not be there.
func wantAudited(t *testing.T, server *running, login, token string, actions map[string]string) {
	t.Helper()
	trail := server.must(t, login, `query { auditEvents(first: 100) { nodes { action username session code input } } }`, nil)
	for action, says := range actions {
		done, refused := false, false
		for _, row := range trail.at("auditEvents", "nodes").([]any) {
			if into(row, "action") != action {
				continue
			}
			done = done || (into(row, "code") == nil && strings.Contains(strings.ToLower(fmt.Sprint(into(row, "input"))), says))
			refused = refused || into(row, "code") != nil
		}
		if !done || (!refused && action != "probeServer") {
			t.Errorf("%s: done %v, refused %v: %s", action, done, refused, trail.Text)
		}
	}
	if strings.Contains(trail.Text, token[:40]) {
		t.Errorf("the token is in the audit trail: %s", trail.Text)
	}
}

// eventually tries for at most 20 s.
func eventually(t *testing.T, what string, try func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !try(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what + ": not within 20 s")
		}
	}
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// endOf is the code of the error that ends a subscription.
func (s *socket) endOf(id string) string {
	s.t.Helper()
	for {
		got := s.receive()
		if got.ID != id || got.Type == "next" {
			continue
		}
		var errors []struct{ Extensions struct{ Code string } }
		if json.Unmarshal(got.Payload, &errors) != nil || len(errors) == 0 {
			s.t.Fatalf("%s %s", got.Type, got.Payload)
		}
		return errors[0].Extensions.Code
	}
}
