package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// raw sends a request as bytes, as no library would, and returns the answer.
func (s *running) raw(t *testing.T, headers ...string) (int, string) {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	const body = `{"query":"{ viewer { username } }"}`
	fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n\r\n%s",
		strings.TrimPrefix(s.url, "http://"), len(body), strings.Join(headers, "\r\n"), body)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// A credential that is there twice is none: what stands in front may have looked at the other.
func TestCredentialsThatAreThereTwice(t *testing.T) {
	server := onRealLXD(t, "CORS_ORIGINS=https://portal.example")
	admin := server.login(t)
	other := server.account(t, admin, "vera", "VIEWER")
	for _, headers := range [][]string{
		{"Authorization: Bearer " + admin, "Authorization: Bearer " + other},
		{"Authorization: Bearer " + other, "Authorization: Bearer " + admin},
		{"Authorization: Bearer " + admin, "authorization: Bearer " + admin},
		{"Authorization: Bearer " + admin, "Authorization:"},
		{"Authorization: Bearer " + admin + ", Bearer " + other},
		{"X-API-Key: " + admin, "x-api-key: " + other},
		{"Cookie: authenticationToken=" + admin + "; authenticationToken=" + other},
		{"Cookie: authenticationToken=" + admin, "Cookie: authenticationToken=" + other},
	} {
		if status, text := server.raw(t, headers...); status != http.StatusUnauthorized || !strings.Contains(text, "UNAUTHENTICATED") {
			t.Errorf("%.60s: HTTP %d %s", headers, status, text)
		}
	}
	// A header that is folded or spelt with a space is no header.
	for _, headers := range [][]string{{"Authorization : Bearer " + admin}, {"X-Nothing: a", " Authorization: Bearer " + admin}} {
		if status, _ := server.raw(t, headers...); status == http.StatusOK {
			t.Errorf("%.30s counts", headers)
		}
	}
	if status, text := server.raw(t, "Authorization: Bearer "+admin); status != http.StatusOK || !strings.Contains(text, "admin") {
		t.Errorf("once: HTTP %d %s", status, text)
	}
	server.wantNoSecretInLog(t)
}

// A page of another origin cannot put its own log-in into somebody's browser,
// and a cookie that somebody has put there is not taken over by a log-in.
func TestSessionsCannotBePlanted(t *testing.T) {
	server := onRealLXD(t, "CORS_ORIGINS=https://portal.example")
	login := `mutation { login(username: "admin", password: "` + server.password + `", cookie: true) { expiresAt } }`
	for what, headers := range map[string]map[string]string{
		"another origin": {"Origin": "https://evil.example", "X-CSRF-Token": "1"},
		"no origin":      {"Origin": "null"},
		"a form":         {"Sec-Fetch-Site": "cross-site"},
	} {
		if _, set := server.browse(t, "", login, headers); set != nil {
			t.Errorf("%s: a cookie", what)
		}
	}
	for what, headers := range map[string]map[string]string{"ours": {"Origin": server.url}, "a listed one": {"Origin": "https://portal.example"}} {
		if _, set := server.browse(t, "", login, headers); set == nil {
			t.Errorf("%s: no cookie", what)
		}
	}
	planted := server.account(t, server.login(t), "mallory", "VIEWER")
	_, set := server.browse(t, planted, login, nil)
	if set == nil || set.Value == planted {
		t.Fatalf("%+v", set)
	}
	if got := server.must(t, set.Value, `{ viewer { username } }`, nil); got.at("viewer", "username") != "admin" {
		t.Error(got.Text)
	}
	if got := server.must(t, planted, `{ viewer { username } }`, nil); got.at("viewer", "username") != "mallory" {
		t.Error(got.Text)
	}
	server.wantNoSecretInLog(t)
}

// A token in a URL is refused with the reason, and stands in no log and no answer.
func TestTokensInURLs(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	for _, parameter := range []string{"token=", "api_key=", "private_token=", "%74oken=", "a=1;token="} {
		for _, path := range []string{"/graphql?query=%7Bviewer%7Busername%7D%7D&", "/api/v1/journal.ndjson?", "/api/v1/instances.ndjson?", "/nope?"} {
			response, err := http.Get(server.url + path + parameter + admin)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if strings.HasPrefix(path, "/nope") {
				continue
			}
			if response.StatusCode != http.StatusUnauthorized || strings.Contains(string(text), admin) {
				t.Errorf("%s%s: HTTP %d %s", path, parameter, response.StatusCode, text)
			}
			if strings.HasPrefix(path, "/graphql") && !strings.Contains(parameter, ";") && !strings.Contains(string(text), "ALLOW_QUERY_API_KEY") {
				t.Errorf("%s%s does not say why: %s", path, parameter, text)
			}
		}
	}
	server.wantNoSecretInLog(t)
}

// What guessers may do is counted for all replicas, and what is revoked in one
// is refused in the other.
func TestTwoReplicas(t *testing.T) {
	here := onRealLXD(t)
	there := launch(t, exec.Command(binary), t.TempDir(), "LXD_SOCKET_PATH="+realSocket(t), "DATABASE_URL=sqlite:///"+here.directory+"/data/lxdql.db")
	there.password = here.password
	admin := here.login(t)
	vera := here.account(t, admin, "vera", "VIEWER")
	for n := range 5 {
		guess := []*running{here, there}[n%2].ask(t, "", `mutation { login(username: "vera", password: "wrong horse battery") { accessToken } }`, nil)
		if guess.code() != "UNAUTHENTICATED" {
			t.Error(guess.Text)
		}
	}
	for _, replica := range []*running{here, there} {
		if got := replica.ask(t, "", `mutation { login(username: "vera", password: "`+somePassword+`") { accessToken } }`, nil); got.code() != "RATE_LIMITED" || got.Status != http.StatusTooManyRequests {
			t.Error(got.Text)
		}
	}
	sessions := here.must(t, vera, `{ sessions { nodes { id current } } }`, nil)
	if got := there.ask(t, vera, `{ viewer { username } }`, nil); got.code() != "" {
		t.Error(got.Text)
	}
	socket := there.listening(t, vera)
	here.must(t, admin, `mutation { revokeSession(id: "`+sessions.at("sessions", "nodes", 0, "id").(string)+`") { deletedId } }`, nil)
	if got := there.ask(t, vera, `{ viewer { username } }`, nil); got.Status != http.StatusUnauthorized {
		t.Errorf("a revoked session: %s", got.Text)
	}
	socket.wantClosed(4401, 5*time.Second)
	// A role that is taken away, and a new password.
	second := here.account(t, admin, "olga", "OPERATOR")
	here.must(t, admin, `mutation { updateUser(username: "olga", input: {role: VIEWER}) { user { id } } }`, nil)
	if got := there.ask(t, second, `mutation { addTag(name: "nope", tag: "a") { instance { name } } }`, nil); got.code() != "FORBIDDEN" {
		t.Errorf("a role that was taken away: %s", got.Text)
	}
	here.must(t, admin, `mutation { setPassword(username: "olga", newPassword: "another horse of others") { user { id } } }`, nil)
	if got := there.ask(t, second, `{ viewer { username } }`, nil); got.Status != http.StatusUnauthorized {
		t.Errorf("a session before the new password: %s", got.Text)
	}
}
