package e2e

import (
	"strings"
	"testing"
	"time"
)

const runCommand = `mutation($name: String!, $project: String, $command: [String!]!, $stdin: String, $timeout: Int, $most: Int, $environment: StringMap) {
	runCommand(name: $name, project: $project, command: $command, stdin: $stdin, timeoutSeconds: $timeout, maxOutputBytes: $most, environment: $environment, user: 1000, group: 1001, cwd: "/tmp") {
		stdout base64: stdout(encoding: BASE64) stderr exitCode error truncated timedOut durationMilliseconds } }`

// A command's whole output comes with its exit code, and nothing of it stays in LXD.
func TestRunCommand(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	run := func(command, stdin string, most, timeout int) *answer {
		t.Helper()
		return server.must(t, token, runCommand, map[string]any{"name": at["name"], "project": at["project"], "command": []string{"sh", "-c", command},
			"stdin": stdin, "most": most, "timeout": timeout, "environment": map[string]string{"GREETING": "grüß"}})
	}
	want := func(got *answer, fields map[string]any) {
		t.Helper()
		for field, value := range fields {
			if got.at("runCommand", field) != value {
				t.Errorf("%s is not %v: %.500s", field, value, got.Text)
			}
		}
	}
	if got := server.ask(t, "", runCommand, map[string]any{"name": at["name"], "command": []string{"true"}}); got.code() != "UNAUTHENTICATED" {
		t.Errorf("an anonymous caller: %s", got.Text)
	}
	want(run("id -u; id -g; pwd; echo $GREETING; cat; echo oh >&2; exit 3", "in\n", 1000, 10), map[string]any{
		"stdout": "1000\n1001\n/tmp\ngrüß\nin\n", "stderr": "oh\n", "exitCode": 3.0, "error": nil, "truncated": false, "timedOut": false})
	want(run(`printf '\377\000a'`, "", 1000, 10), map[string]any{"stdout": "\uFFFD\x00a", "base64": "/wBh", "exitCode": 0.0})
	want(run("yes | head -c 100000; exit 2", "", 10, 10), map[string]any{"stdout": "y\ny\ny\ny\ny\n", "truncated": true, "exitCode": 2.0})
	want(run("wc -c", strings.Repeat("x", 900_000), 100, 10), map[string]any{"stdout": "900000\n"})
	want(run("true", strings.Repeat("x", 900_000), 100, 10), map[string]any{"exitCode": 0.0}) // which reads nothing
	begun := time.Now()
	want(run("echo early; sleep 1000; true", "", 100, 2), map[string]any{"stdout": "early\n", "timedOut": true, "exitCode": nil})
	if took := time.Since(begun); took > 8*time.Second {
		t.Errorf("two seconds are %v", took)
	}
	wantNoOperation(t, at["project"].(string))
	logs := server.must(t, token, `query($name: String!, $project: String) { instance(name: $name, project: $project) { logs { name } } }`, at)
	if strings.Contains(logs.Text, "exec_") {
		t.Errorf("LXD keeps what commands wrote: %s", logs.Text)
	}
}

// A long command's output comes while it runs; the end of the subscription ends it.
func TestExecOutput(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	at := server.runningInstance(t, token)
	const subscription = `subscription($name: String!, $project: String, $command: [String!]!, $timeout: Int) {
		execOutput(name: $name, project: $project, command: $command, timeoutSeconds: $timeout) { stream text base64 exitCode error } }`
	with := func(command string, timeout any) map[string]any {
		return map[string]any{"name": at["name"], "project": at["project"], "command": []string{"sh", "-c", command}, "timeout": timeout}
	}
	socket := server.connect(t, token)
	socket.subscribe("a", subscription, with(`printf 'gr\303'; sleep 0.5; printf '\274n'; sleep 0.5; echo oh >&2; exit 6`, nil))
	for _, want := range []map[string]any{
		{"stream": "STDOUT", "text": "gr", "base64": "Z3I="}, {"stream": "STDOUT", "text": "ün", "base64": "w7xu"},
		{"stream": "STDERR", "text": "oh\n"}, {"stream": nil, "text": nil, "exitCode": 6.0},
	} {
		got := socket.next("a")["execOutput"].(map[string]any)
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%v instead of %v", got, want)
			}
		}
	}
	if end := socket.receive(); end.Type != "complete" {
		t.Errorf("%+v", end)
	}
	socket.subscribe("late", subscription, with("sleep 1000", 1))
	if end := socket.receive(); end.Type != "error" || !strings.Contains(string(end.Payload), "TIMEOUT") {
		t.Errorf("%s %s", end.Type, end.Payload)
	}
	socket.subscribe("b", subscription, with("echo begun; sleep 1000; true", nil))
	socket.next("b")
	socket.send("b", "complete", nil)
	wantNoOperation(t, at["project"].(string))
	socket.subscribe("c", subscription, with("yes", nil))
	socket.next("c")
	time.Sleep(time.Second) // nobody reads
	socket.Close()
	wantNoOperation(t, at["project"].(string))
}
