package e2e

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Who may not work in an instance gets no ticket, and a ticket is good once,
// for what it is for.
func TestOnlyAGoodTicketOpensACommand(t *testing.T) {
	server := onRealLXD(t)
	login := server.must(t, "", `mutation($p: String!) { login(username: "admin", password: $p) { accessToken refreshToken } }`, map[string]any{"p": server.password})
	token, refreshToken := login.at("login", "accessToken").(string), login.at("login", "refreshToken")
	at := server.runningInstance(t, token)
	project, name := at["project"].(string), at["name"].(string)
	refused := func(want int, path string) {
		t.Helper()
		_, response, err := websocket.DefaultDialer.Dial(strings.Replace(server.url, "http", "ws", 1)+path, nil)
		if err == nil || response == nil || response.StatusCode != want {
			t.Errorf("%s: %v %v", path, err, response)
			return
		}
		body, _ := io.ReadAll(response.Body)
		if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") || !bytes.Contains(body, []byte(`"status":"error"`)) {
			t.Errorf("%s: %s", path, body)
		}
	}
	at["command"] = []string{"true"}
	if got := server.ask(t, "", createExecSession, at); got.code() != "UNAUTHENTICATED" {
		t.Errorf("an anonymous caller: %s", got.Text)
	}
	ticket := func(create string) string {
		t.Helper()
		return server.must(t, token, create, at).at("session", "ticket").(string)
	}
	exec := strings.Replace(createExecSession, "createExecSession(", "session: createExecSession(", 1)
	console := `mutation($name: String!, $project: String) { session: createConsoleSession(name: $name, project: $project) { ticket } }`
	path := "/api/v1/instances/" + name + "/exec?project=" + project
	refused(401, path)
	refused(401, path+"&ticket=")
	refused(401, path+"&ticket=AAAAAAAAAAAAAAAAAAAAAAAAAA")
	refused(401, path+"&token="+token) // an access token is none
	refused(401, path+"&ticket="+ticket(console))
	refused(401, "/api/v1/instances/"+name+"/exec?ticket="+ticket(exec))
	refused(401, "/api/v1/instances/other/exec?project="+project+"&ticket="+ticket(exec))
	refused(401, "/api/v1/instances/"+name+"/console?project="+project+"&ticket="+ticket(exec))

	used := ticket(exec)
	alias := "/api/v1/instances/" + name + "/exec/ws?project=" + project + "&token=" + used
	opened := server.openStream(t, strings.Replace(server.url, "http", "ws", 1)+alias)
	go opened.read()
	if code := opened.exits(); code != 0 {
		t.Errorf("exit %d %v", code, opened.event)
	}
	refused(401, alias)

	// Whose session has ended meanwhile is not let in: a refresh token that comes twice ends it.
	late := ticket(exec)
	const refresh = `mutation($r: String!) { refreshToken(refreshToken: $r) { expiresAt } }`
	for range 2 {
		server.ask(t, "", refresh, map[string]any{"r": refreshToken})
	}
	refused(401, path+"&ticket="+late)
	server.demote(t, "VIEWER")
	if got := server.ask(t, server.login(t), createExecSession, at); got.code() != "FORBIDDEN" {
		t.Errorf("a viewer: %s", got.Text)
	}
	server.wantNoSecretInLog(t)
	if strings.Contains(server.log.String(), used) {
		t.Error("the log holds a ticket")
	}
}

// What makes no sense is refused before there is a ticket.
func TestCommandsThatCannotBeRun(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	for arguments, want := range map[string][2]string{
		`command: [""]`:                                   {"BAD_USER_INPUT", "command"},
		`command: ["a\u0000b"]`:                           {"BAD_USER_INPUT", "command"},
		`command: ["true"], cwd: "here"`:                  {"BAD_USER_INPUT", "cwd"},
		`command: ["true"], user: -1`:                     {"BAD_USER_INPUT", "user"},
		`command: ["true"], group: -1`:                    {"BAD_USER_INPUT", "group"},
		`command: ["true"], width: 0`:                     {"BAD_USER_INPUT", "width"},
		`command: ["true"], height: 70000`:                {"BAD_USER_INPUT", "height"},
		`command: ["true"], environment: {_a: "b\u0000"}`: {"BAD_USER_INPUT", "environment"},
	} {
		got := server.ask(t, token, `mutation($name: String!, $project: String) { createExecSession(name: $name, project: $project, `+arguments+`) { ticket } }`, at)
		if got.code() != want[0] || got.Errors[0].Extensions["argument"] != want[1] {
			t.Errorf("%s: %s", arguments, got.Text)
		}
	}
	for arguments, want := range map[string]string{
		`command: ["true"], timeoutSeconds: 0`: "timeoutSeconds", `command: ["true"], timeoutSeconds: 3601`: "timeoutSeconds",
		`command: ["true"], maxOutputBytes: -1`: "maxOutputBytes", `command: []`: "command",
	} {
		got := server.ask(t, token, `mutation($name: String!, $project: String) { runCommand(name: $name, project: $project, `+arguments+`) { exitCode } }`, at)
		if got.code() != "BAD_USER_INPUT" || got.Errors[0].Extensions["argument"] != want {
			t.Errorf("%s: %s", arguments, got.Text)
		}
	}
	if got := server.ask(t, token, createExecSession, map[string]any{"name": "nobody", "project": at["project"]}); got.code() != "NOT_FOUND" {
		t.Errorf("no instance: %s", got.Text)
	}
	server.must(t, token, `mutation($name: String!, $project: String) { stopInstance(name: $name, project: $project, force: true, wait: 30) { operation { status } } }`, at)
	if got := server.ask(t, token, createExecSession, at); got.code() != "CONFLICT" {
		t.Errorf("of a stopped instance: %s", got.Text)
	}
	if got := server.ask(t, token, `mutation($name: String!, $project: String) { createConsoleSession(name: $name, project: $project) { ticket } }`, at); got.code() != "CONFLICT" {
		t.Errorf("the console of a stopped instance: %s", got.Text)
	}
}

// A command's output, exit code and signals come as they are.
func TestCommandsSayHowTheyEnded(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	for _, interactive := range []bool{false, true} {
		for command, want := range map[string]int{"exit 0": 0, "exit 7": 7, "head -c 1000000 /dev/urandom | head -c 5 >/dev/null; exit 3": 3, "kill -9 $$": 137} {
			opened := server.exec(t, token, at, interactive, "sh", "-c", command)
			if code := opened.exits(); code != want || opened.closed.Text != fmt.Sprintf("exit %d", want) {
				t.Errorf("%s (%v): exit %d, %v", command, interactive, code, opened.closed)
			}
		}
	}
	missing := server.exec(t, token, at, false, "no-such-program")
	if code := missing.exits(); code != 127 || missing.event["error"] != "Command not found" {
		t.Errorf("a program that is not there: %v", missing.event)
	}
	both := server.exec(t, token, at, false, "sh", "-c", "echo out; sleep 0.2; echo err >&2; sleep 0.2; echo out")
	if both.exits() != 0 || both.out.String() != "out\nout\n" || both.err.String() != "err\n" {
		t.Errorf("%q %q", both.out.String(), both.err.String())
	}
	// All that was written before the end arrives.
	last := server.exec(t, token, at, false, "sh", "-c", "head -c 3000000 /dev/zero; exit 5")
	if code := last.exits(); code != 5 || last.out.Len() != 3000000 {
		t.Errorf("exit %d after %d bytes", code, last.out.Len())
	}

	signalled := server.exec(t, token, at, false, "sh", "-c", "trap 'echo caught; exit 9' USR1; echo ready; while true; do sleep 0.1; done")
	signalled.sees("ready")
	signalled.control(`{"command":"jump"}`)
	signalled.control(`not json`)
	signalled.control(`{"command":"signal","signal":99}`)
	signalled.control(`{"command":"window-resize","args":{"width":"0","height":"1"}}`)
	signalled.control(`{"command":"signal","signal":10}`)
	if code := signalled.exits(); code != 9 || signalled.out.String() != "ready\ncaught\n" {
		t.Errorf("exit %d %q", code, signalled.out.String())
	}
	ended := server.exec(t, token, at, false, "sleep", "1000")
	ended.control(`{"command":"signal","signal":15}`)
	if code := ended.exits(); code != 143 {
		t.Errorf("SIGTERM: exit %d", code)
	}
	wantNoOperation(t, at["project"].(string))
}

// A terminal knows its size, and a shell in it its commands.
func TestATerminal(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	at["width"], at["height"] = 90, 30
	session := server.must(t, token, createExecSession, at) // no command: a shell
	opened := server.openStream(t, session.at("createExecSession", "url").(string))
	go opened.read()
	opened.say("stty size; echo $TERM\n")
	opened.sees("30 90\r\nxterm-256color")
	opened.control(`{"command":"window-resize","args":{"width":"132","height":"50"}}`)
	opened.say("sleep 0.3; stty size\n")
	opened.sees("50 132")
	opened.say("exit 4\n")
	if code := opened.exits(); code != 4 {
		t.Errorf("exit %d %v %v", code, opened.event, opened.closed)
	}
	echo := server.exec(t, token, at, true, "cat")
	echo.say("twice\n")
	echo.sees("twice\r\ntwice\r\n")
	echo.say("\x03")
	if code := echo.exits(); code != 130 {
		t.Errorf("interrupted: exit %d", code)
	}
	ended := server.exec(t, token, at, true, "cat")
	ended.control(`{"command":"end-of-input"}`)
	if code := ended.exits(); code != 0 {
		t.Errorf("the end of the input: exit %d", code)
	}
	wantNoOperation(t, at["project"].(string))
}

// What goes in comes out, byte for byte.
func TestManyBytesThroughACommand(t *testing.T) {
	size := 20 << 20
	if os.Getenv("LXDQL_SOAK") != "" {
		size = 100 << 20
	}
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	data := make([]byte, size)
	rand.Read(data)
	server.exec(t, token, at, false, "true").exits()
	server.mostMemory(t)
	before := server.mostMemory(t)
	opened := server.exec(t, token, at, false, "cat")
	for rest := data; len(rest) > 0; {
		piece := rest[:min(len(rest), 100_000)]
		rest = rest[len(piece):]
		if err := opened.WriteMessage(websocket.BinaryMessage, piece); err != nil {
			t.Fatal(err)
		}
	}
	opened.control("") // the end of the input
	if code := opened.exits(); code != 0 || !bytes.Equal(opened.out.Bytes(), data) {
		t.Errorf("exit %d: %d bytes of %d came back", code, opened.out.Len(), size)
	}
	server.wantLittleMemory(t, "through a command and back", before)
}

// A caller that reads nothing holds the command up, and nobody else; when it
// goes, so does the command, and all that it has begun.
func TestACallerThatIsGoneLeavesNothing(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	project := at["project"].(string)
	before := memory(t, server)
	still := server.openStream(t, server.execURL(t, token, at, false, "yes"))
	deaf := server.exec(t, token, at, false, "sleep", "1001") // takes no input
	deaf.say("x")
	go func() {
		for deaf.WriteMessage(websocket.BinaryMessage, make([]byte, 100_000)) == nil {
		}
	}()
	family := server.exec(t, token, at, false, "sh", "-c", "sleep 1002 & sleep 1003; true")
	shell := server.exec(t, token, at, true)
	shell.say("setsid sleep 1004 >/dev/null 2>&1 </dev/null & sleep 1005; true\n")
	shell.sees("sleep 1005")
	time.Sleep(3 * time.Second)
	if grown := memory(t, server) - before; grown > 64<<20 {
		t.Errorf("the server has grown by %d MiB", grown>>20)
	}
	if got := server.exec(t, token, at, false, "echo", "hello"); got.exits() != 0 || got.out.String() != "hello\n" {
		t.Error("nobody else can work")
	}
	for _, gone := range []*stream{still, deaf, family, shell} {
		gone.Conn.NetConn().Close() // without a word
	}
	begun := time.Now()
	for {
		left := server.must(t, token, `mutation($name: String!, $project: String) { runCommand(name: $name, project: $project, command: ["ps"]) { stdout } }`, at).at("runCommand", "stdout").(string)
		if !strings.Contains(left, "yes") && !strings.Contains(left, "sleep 1001") && !strings.Contains(left, "sleep 1002") && !strings.Contains(left, "sleep 1003") && !strings.Contains(left, "sleep 1005") {
			if !strings.Contains(left, "sleep 1004") {
				t.Errorf("what was to outlive its terminal is gone: %s", left)
			}
			break
		}
		if time.Since(begun) > 5*time.Second {
			t.Fatalf("after 5 s there are still: %s", left)
		}
		time.Sleep(200 * time.Millisecond)
	}
	wantNoOperation(t, project)
}

// mostMemory is what the server has held at most since it was last asked, in bytes.
func (s *running) mostMemory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kibibytes int
	fmt.Sscan(rest, &kibibytes)
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	return kibibytes << 10
}

// wantLittleMemory fails when what has passed has cost the server more than 32
// MiB: four times that, because it is built to find races, which costs as much.
func (s *running) wantLittleMemory(t *testing.T, what string, before int) {
	t.Helper()
	grown := s.mostMemory(t) - before
	t.Logf("%s: the server has grown by %d MiB at most", what, grown>>20)
	if grown > 4*32<<20 {
		t.Errorf("%s: the server has grown by %d MiB", what, grown>>20)
	}
}

// memory is what the server holds, in bytes.
func memory(t *testing.T, server *running) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", server.pid))
	if err != nil {
		t.Fatal(err)
	}
	var total, resident int
	fmt.Sscan(string(text), &total, &resident)
	return resident * os.Getpagesize()
}

// Fifty people work at once.
func TestFiftyTerminals(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	var terminals [50]*stream
	for n := range terminals {
		terminals[n] = server.exec(t, token, at, true, "sh")
	}
	for n, terminal := range terminals {
		terminal.say(fmt.Sprintf("echo number-$((%d+1000))\n", n))
	}
	var people sync.WaitGroup
	for n, terminal := range terminals {
		terminal.sees(fmt.Sprintf("number-%d", n+1000))
		people.Go(func() {
			terminal.say("exit\n")
			if code := terminal.exits(); code != 0 {
				t.Errorf("exit %d", code)
			}
		})
	}
	people.Wait()
	wantNoOperation(t, at["project"].(string))
}

// When the server stops, callers are told, and nothing goes on.
func TestCommandsEndWithTheServer(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	opened := server.exec(t, token, at, true, "sleep", "1000")
	time.Sleep(time.Second)
	server.stop()
	<-opened.ended
	if opened.closed == nil || opened.closed.Code != websocket.CloseGoingAway {
		t.Errorf("closed with %v", opened.closed)
	}
	wantNoOperation(t, at["project"].(string))
}

// A token without an end opens a command, and when it is revoked the command ends.
func TestARevokedTokenEndsItsCommand(t *testing.T) {
	server := onRealLXD(t)
	admin := server.login(t)
	at := server.runningInstance(t, admin)
	made := server.must(t, admin, `mutation { createApiToken(input: {description: "runner", role: OPERATOR}) { token apiToken { id } } }`, nil)
	running := server.exec(t, made.at("createApiToken", "token").(string), at, false, "sh", "-c", "echo here; sleep 60")
	running.sees("here")
	server.must(t, admin, `mutation($id: ID!) { revokeApiToken(id: $id) { deletedId } }`, map[string]any{"id": made.at("createApiToken", "apiToken", "id")})
	select {
	case <-running.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("a revoked token's command goes on")
	}
	if running.closed == nil || running.closed.Code != 4401 {
		t.Errorf("closed with %v", running.closed)
	}
}
