package e2e

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const silence = `subscription { events(types: [GAP]) { cursor } }`

// wantClosed waits for the end of a socket, through what comes before.
func (s *socket) wantClosed(code int, within time.Duration) {
	s.t.Helper()
	s.SetReadDeadline(time.Now().Add(within))
	for {
		_, _, err := s.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case err == nil:
		case errors.As(err, &closed) && closed.Code == code:
			return
		default:
			s.t.Fatalf("%v instead of %d", err, code)
		}
	}
}

// eventStream asks for an event stream, which ends with the test.
func (s *running) eventStream(t *testing.T, token, body string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Authorization": {"Bearer " + token}}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	return response
}

// stream opens an event stream; its lines come until it ends.
func (s *running) stream(t *testing.T, token, query string) <-chan string {
	t.Helper()
	response := s.eventStream(t, token, `{"query":"`+query+`"}`)
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		defer response.Body.Close()
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// wantUnauthenticated waits for a stream's end, which has to say why.
func wantUnauthenticated(t *testing.T, lines <-chan string, within time.Duration) {
	t.Helper()
	timeout, said := time.After(within), ""
	for {
		select {
		case line, ok := <-lines:
			if said += line; !ok {
				if !strings.Contains(said, "UNAUTHENTICATED") || !strings.Contains(said, "event: complete") {
					t.Errorf("the stream ended by %s", said)
				}
				return
			}
		case <-timeout:
			t.Fatalf("the stream goes on: %s", said)
		}
	}
}

// listening is a socket with a subscription that nothing comes from.
func (s *running) listening(t *testing.T, token string) *socket {
	t.Helper()
	socket := s.connect(t, token)
	socket.subscribe("1", silence, nil)
	socket.send("", "ping", nil)
	return socket
}

// Who logs out is out, with all that is open; others' sessions are not theirs.
func TestLogout(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	first := server.account(t, admin, "vera", "VIEWER")
	second, third := server.loginAs(t, "vera", somePassword), server.loginAs(t, "vera", somePassword)
	other := server.account(t, admin, "olga", "OPERATOR")
	if got := server.ask(t, "", `mutation { logout { deletedId } }`, nil); got.Status != 401 {
		t.Error(got.Text)
	}
	if got := server.ask(t, server.createToken(t, first, ""), `mutation { logout { deletedId } }`, nil); got.code() != "FORBIDDEN" {
		t.Error(got.Text)
	}
	list := server.must(t, first, `{ sessions { totalCount nodes { id current address userAgent user { username } } } }`, nil)
	if list.at("sessions", "totalCount") != 3.0 || list.at("sessions", "nodes", 0, "current") != true || list.at("sessions", "nodes", 0, "address") != "127.0.0.1" {
		t.Error(list.Text)
	}
	id := list.at("sessions", "nodes", 1, "id").(string)
	for query, code := range map[string]string{`{ sessions(allUsers: true) { totalCount } }`: "FORBIDDEN", `mutation { revokeSession(id: "` + id + `") { deletedId } }`: "NOT_FOUND"} {
		if got := server.ask(t, other, query, nil); got.code() != code {
			t.Errorf("%s: %s", query, got.Text)
		}
	}
	open, revoked := server.listening(t, first), server.listening(t, second)
	stream := server.stream(t, first, silence)
	server.must(t, first, `mutation { logout { deletedId } }`, nil)
	open.wantClosed(4401, 5*time.Second)
	wantUnauthenticated(t, stream, 5*time.Second)
	if got := server.ask(t, first, `{ viewer { id } }`, nil); got.Status != 401 {
		t.Errorf("after logout: %s", got.Text)
	}
	server.must(t, third, `mutation { revokeSession(id: "`+id+`") { deletedId } }`, nil)
	revoked.wantClosed(4401, 5*time.Second)
	server.must(t, third, `mutation { logout(everywhere: true) { deletedId } }`, nil)
	if all := server.must(t, admin, `{ sessions(allUsers: true, where: {username: {equals: "vera"}}) { totalCount } }`, nil); all.at("sessions", "totalCount") != 0.0 {
		t.Error(all.Text)
	}
	server.wantNoSecretInLog(t)
}

// A refresh token that is used twice ends all that came out of the log-in.
func TestAReusedRefreshTokenEndsWhatIsOpen(t *testing.T) {
	server := onRealLXD(t)
	const login = `mutation($p: String!) { login(username: "admin", password: $p) { accessToken refreshToken } }`
	pair := server.must(t, "", login, map[string]any{"p": server.password})
	refresh := func() *answer {
		return server.ask(t, "", `mutation($t: String!) { refreshToken(refreshToken: $t) { accessToken } }`, map[string]any{"t": pair.at("login", "refreshToken")})
	}
	second := refresh()
	socket := server.listening(t, second.at("refreshToken", "accessToken").(string))
	if got := refresh(); got.code() != "UNAUTHENTICATED" {
		t.Error(got.Text)
	}
	socket.wantClosed(4401, 5*time.Second)
}

// What is revoked in one replica is refused in the other, and ends there.
func TestRevokingInAnotherReplica(t *testing.T) {
	here := onRealLXD(t)
	there := launch(t, exec.Command(binary), t.TempDir(), "LXD_SOCKET_PATH="+realSocket(t), "DATABASE_URL=sqlite:///"+here.directory+"/data/lxdql.db")
	admin := here.login(t)
	vera := here.account(t, admin, "vera", "VIEWER")
	token := here.createToken(t, vera, "")
	for what, revoke := range map[string]string{
		"a token": `mutation { revokeApiToken(id: "` + here.must(t, vera, `{ apiTokens { nodes { id } } }`, nil).at("apiTokens", "nodes", 0, "id").(string) + `") { deletedId } }`,
	} {
		socket, stream := there.listening(t, token), there.stream(t, token, silence)
		here.must(t, admin, revoke, nil)
		if got := there.ask(t, token, `{ viewer { id } }`, nil); got.Status != 401 {
			t.Errorf("%s: %s", what, got.Text)
		}
		socket.wantClosed(4401, 5*time.Second)
		wantUnauthenticated(t, stream, 5*time.Second)
	}
	for _, change := range []string{
		`updateUser(username: "vera", input: {disabled: true}) { user { id } }`,
		`updateUser(username: "vera", input: {disabled: false}) { user { id } }`,
		`deleteUser(username: "vera") { deletedId }`,
	} {
		if strings.Contains(change, "false") {
			here.must(t, admin, "mutation { "+change+" }", nil)
			continue
		}
		session := there.loginAs(t, "vera", somePassword)
		socket := there.listening(t, session)
		here.must(t, admin, "mutation { "+change+" }", nil)
		socket.wantClosed(4401, 5*time.Second)
		if got := there.ask(t, session, `{ viewer { id } }`, nil); got.Status != 401 {
			t.Errorf("%s: %s", change, got.Text)
		}
	}
}

// A new key logs nobody out, in no replica; the one before the last does.
func TestANewKeyLogsNobodyOut(t *testing.T) {
	here := onRealLXD(t)
	there := launch(t, exec.Command(binary), t.TempDir(), "LXD_SOCKET_PATH="+realSocket(t), "DATABASE_URL=sqlite:///"+here.directory+"/data/lxdql.db")
	first := here.login(t)
	rotate := func() {
		t.Helper()
		if got, ok := here.command(t, "", "key", "rotate"); !ok {
			t.Fatal(got)
		}
		time.Sleep(3 * time.Second)
	}
	rotate()
	there.password = here.password
	second := there.login(t)
	for _, server := range []*running{here, there} {
		server.must(t, first, `{ viewer { id } }`, nil)
		server.must(t, second, `{ viewer { id } }`, nil)
	}
	rotate()
	here.must(t, second, `{ viewer { id } }`, nil)
	if got := here.ask(t, first, `{ viewer { id } }`, nil); got.Status != 401 {
		t.Errorf("a token of the key before the last: %s", got.Text)
	}
}

// A role that is taken away ends the socket that was opened with it; one that is
// given is there from the socket's next operation on.
func TestARoleIsLookedAtBeforeEachOperation(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	olga := server.account(t, admin, "olga", "OPERATOR")
	socket := server.connect(t, olga)
	ask := func(id, code string) {
		t.Helper()
		socket.subscribe(id, `mutation { addTag(name: "nope", tag: "a") { instance { name } } }`, nil)
		if got := socket.receive(); !strings.Contains(string(got.Payload), code) {
			t.Errorf("want %s: %s", code, got.Payload)
		}
		socket.receive() // complete
	}
	ask("1", "NOT_FOUND")
	server.must(t, admin, `mutation { updateUser(username: "olga", input: {role: VIEWER}) { user { role } } }`, nil)
	socket.wantClosed(4403, 5*time.Second)
	socket = server.connect(t, olga)
	ask("2", "FORBIDDEN")
	server.must(t, admin, `mutation { updateUser(username: "olga", input: {role: OPERATOR}) { user { role } } }`, nil)
	ask("3", "NOT_FOUND")
}

// An event stream ends with its token, and so does a socket that renews nothing.
func TestStreamsEndWithTheirTokens(t *testing.T) {
	server := onRealLXD(t)
	token := server.createToken(t, server.login(t), `expiresAt: "`+time.Now().Add(4*time.Second).UTC().Format(time.RFC3339)+`"`)
	socket, stream := server.listening(t, token), server.stream(t, token, silence)
	wantUnauthenticated(t, stream, 10*time.Second)
	socket.wantClosed(4401, 10*time.Second)
}
