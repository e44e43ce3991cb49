package e2e

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// LXD is restarted again and again while instances are started, stopped and
// deleted and subscribers come and go with their cursors. In the end each sees
// what LXD lists, each was told of the same events, none missing and none twice,
// and each operation has one end.
func TestWhoFollowsSeesWhatThereIsHoweverOftenLXDIsRestarted(t *testing.T) {
	restarts, instances, subscribers := 2, 4, 6
	if os.Getenv("LXDQL_SOAK") != "" {
		restarts, instances, subscribers = 20, 20, 50
	}
	directory, socket := ownDaemon(t)
	server := start(t, "LXD_SOCKET_PATH="+socket)
	token := server.login(t)
	server.must(t, token, createBusybox, map[string]any{"name": "first", "wait": 60})
	begin := server.must(t, token, `{ events(allProjects: true, last: 1) { nodes { cursor } } }`, nil).at("events", "nodes", 0, "cursor").(string)

	following, leave := context.WithCancel(t.Context())
	var running, working sync.WaitGroup
	defer running.Wait()
	defer leave()
	followers := make([]*follower, subscribers)
	for n := range followers {
		f := &follower{server: server, token: token, random: rand.New(rand.NewPCG(uint64(n), 1)), cursor: begin, ended: map[string][]string{}, view: map[string]string{}}
		if n%2 == 0 {
			f.restless = time.Second + time.Duration(n)*100*time.Millisecond
		}
		followers[n] = f
		running.Go(func() { f.run(following) })
	}
	storm, calm := context.WithCancel(t.Context())
	defer calm()
	for n := range instances {
		working.Go(func() { server.live(t, storm, token, fmt.Sprintf("c%d", n), rand.New(rand.NewPCG(uint64(n), 2))) })
	}
	pause := rand.New(rand.NewPCG(1, 3))
	for n := range restarts {
		time.Sleep(time.Duration(300+pause.IntN(1000)) * time.Millisecond)
		if n%2 == 1 {
			killDaemon(t, directory) // and what it was at is nowhere any more
		}
		restart(t, directory)
	}
	calm()
	working.Wait()

	ask := lxdOn(t, socket)
	if answer := ask("POST", "/1.0/profiles", map[string]any{"name": "the-end"}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	wantSameView(t, ask, followers)
	for n, f := range followers {
		for waited := time.Now(); !f.heard("the-end") && time.Since(waited) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
		}
		if !f.heard("the-end") {
			t.Errorf("subscriber %d was not told of the end, after %d events", n, len(f.events))
		}
	}
	for waited := time.Now(); followers[0].waiting() > 0 && time.Since(waited) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
	}
	leave()
	running.Wait()
	wantSameEvents(t, followers)
	server.wantOneEndEach(t, token, followers)
	sockets := 0
	for n, f := range followers {
		sockets += f.sockets
		for _, trouble := range f.trouble {
			t.Errorf("subscriber %d: %s", n, trouble)
		}
	}
	t.Logf("%d events, %d operations, %d sockets", len(followers[0].events), len(followers[0].ended), sockets)
}

// restart restarts the LXD of a directory. On a machine that has much to do it is
// not always ready in time, with all its instances to start.
func restart(t *testing.T, directory string) {
	t.Helper()
	for range 3 {
		if exec.Command("../scripts/lxd.sh", "restart", directory).Run() == nil {
			return
		}
	}
	script(t, "start", directory)
}

// killDaemon ends the LXD of a directory without a chance to end what it does.
func killDaemon(t *testing.T, directory string) {
	t.Helper()
	text, err := os.ReadFile(directory + "/lxd.pid")
	pid, notNumber := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || notNumber != nil {
		t.Fatal(err, notNumber)
	}
	syscall.Kill(pid, syscall.SIGKILL)
	for syscall.Kill(pid, 0) == nil {
		time.Sleep(10 * time.Millisecond)
	}
}

// live lets one instance live until ctx ends: it is made, started, stopped and
// deleted. LXD may be away at any time.
func (s *running) live(t *testing.T, ctx context.Context, token, name string, random *rand.Rand) {
	steps := []string{
		`mutation($n: String!) { createInstance(input: {name: $n, source: {type: IMAGE, alias: "busybox"}}, wait: 20) { operation { id } } }`,
		`mutation($n: String!) { startInstance(name: $n, wait: 20) { operation { id } } }`,
		`mutation($n: String!) { stopInstance(name: $n, force: true, wait: 20) { operation { id } } }`,
		`mutation($n: String!) { startInstance(name: $n, wait: 20) { operation { id } } }`,
		`mutation($n: String!) { deleteInstance(name: $n, force: true, wait: 20) { operation { id } } }`,
	}
	for n := 0; ctx.Err() == nil; n++ {
		answer := s.ask(t, token, steps[n%len(steps)], map[string]any{"n": name})
		switch answer.code() {
		case "", "NOT_FOUND", "ALREADY_EXISTS", "CONFLICT", "LXD_UNAVAILABLE", "OPERATION_FAILED", "OPERATION_CANCELLED", "TIMEOUT", "LXD_ERROR", "BAD_USER_INPUT":
		default:
			t.Errorf("%s: %s", name, answer.Text)
		}
		time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
	}
}

// wantSameView waits until every subscriber sees what LXD lists, for a while.
func wantSameView(t *testing.T, ask func(string, string, any) map[string]any, followers []*follower) {
	t.Helper()
	wrong := []string{}
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(200 * time.Millisecond) {
		there := map[string]string{}
		for _, one := range ask("GET", "/1.0/instances?recursion=1&all-projects=true", nil)["metadata"].([]any) {
			there[into(one, "project").(string)+"/"+into(one, "name").(string)] = strings.ToUpper(into(one, "status").(string))
		}
		wrong = wrong[:0]
		for n, f := range followers {
			if view, complete := f.sees(); !complete || !maps.Equal(view, there) {
				wrong = append(wrong, fmt.Sprintf("subscriber %d (restless %v) sees %v (complete %v), and LXD lists %v", n, f.restless, view, complete, there))
			}
		}
		if len(wrong) == 0 {
			return
		}
	}
	for _, one := range wrong {
		t.Error(one)
	}
}

// wantSameEvents compares what everybody was told.
func wantSameEvents(t *testing.T, followers []*follower) {
	t.Helper()
	told := func(f *follower) []toldEvent {
		for n, event := range f.events {
			if strings.Contains(event.What, "the-end") {
				return f.events[:n+1]
			}
		}
		return f.events
	}
	want := told(followers[0])
	for n, f := range followers {
		got := told(f)
		for place := range max(len(got), len(want)) {
			if place >= len(got) || place >= len(want) || got[place] != want[place] {
				t.Errorf("subscriber %d was told of %d events, the first of %d; they differ at %d", n, len(got), len(want), place)
				break
			}
		}
	}
	seen := map[string]bool{}
	for _, event := range want {
		if seen[event.Cursor] {
			t.Errorf("%v is told twice", event)
		}
		seen[event.Cursor] = true
	}
}

// wantOneEndEach asks for each operation that was told of: everybody was told of
// one end, which is what it is, and one that LXD lost failed with a reason.
func (s *running) wantOneEndEach(t *testing.T, token string, followers []*follower) {
	t.Helper()
	for id, ends := range followers[0].ended {
		now := s.must(t, token, `query($id: ID!) { operation(id: $id) { status error } }`, map[string]any{"id": id})
		status, reason := now.at("operation", "status"), now.at("operation", "error")
		switch {
		case len(ends) != 1:
			t.Errorf("the operation %s ended as %v, and is %v (%v)", id, ends, status, reason)
		case status != ends[0]:
			t.Errorf("the operation %s ended as %s and is %v", id, ends[0], status)
		case status == "FAILURE" && reason == nil:
			t.Errorf("the operation %s failed without a reason", id)
		}
	}
}
