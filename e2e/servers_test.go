package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lxdql/lxdql/db/pgtest"
)

// Three servers on one PostgreSQL are one to whoever asks: one of them hears LXD,
// and when it is killed another does; a subscriber of each sees the same events
// once, in the same order, and goes on at another one with its cursor.
func TestSeveralServersOnOneDatabase(t *testing.T) {
	all := together(t, "one", "two", "three")
	first := all.leads(t, "", 10*time.Second)
	var others []*running
	for name, server := range all.servers {
		if name != first {
			others = append(others, server)
		}
	}
	led, left, right := all.servers[first], others[0], others[1]
	admin := led.login(t)
	all.refusals(t, left, right, admin)

	name := newName()
	removeAfter(t, name)
	made := right.must(t, admin, createBusybox, map[string]any{"name": name, "wait": 60})
	place := right.must(t, admin, `{ events(allProjects: true, last: 1) { nodes { cursor } } }`, nil).at("events", "nodes", 0, "cursor").(string)
	witnesses := map[*running]*witness{}
	for _, server := range all.servers {
		witnesses[server] = server.witness(t, admin, place) // or each begins where its server is just then
	}
	left.wantOperation(t, admin, made.at("createInstance", "operation", "id").(string), "SUCCESS")
	own := newName()
	removeAfter(t, own)
	begun := right.must(t, admin, createBusybox, map[string]any{"name": own, "start": true}) // an operation of lxdql's own
	left.wantOperation(t, admin, begun.at("createInstance", "operation", "id").(string), "SUCCESS")
	led.wantOperation(t, admin, begun.at("createInstance", "operation", "id").(string), "SUCCESS")
	time.Sleep(time.Second) // all have subscribed, and what came before has arrived
	change, changed := changing(t, name)
	for _, one := range witnesses {
		one.until(t, "a change", 20*time.Second, func(event seen) bool { return event.Action == "instance-updated" })
	}

	led.kill()
	killed := time.Now()
	next := all.leads(t, first, 10*time.Second)
	t.Logf("after the kill %s takes over from %s within %v", next, first, time.Since(killed))
	gap := func(event seen) bool { return event.Type == "GAP" && event.From != "" }
	for _, server := range others {
		witnesses[server].until(t, "the gap", 10*time.Second, gap)
	}
	t.Logf("the gap is told within %v", time.Since(killed))
	time.Sleep(time.Second)
	all.standsStill(t, next)
	next = all.leads(t, "", 10*time.Second)

	// Its connections drop: it stops, and one of the two takes over.
	pgtest.Ask(t, all.database, fmt.Sprintf(`SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE application_name = '%s'`, next))
	dropped := time.Now()
	for _, server := range others {
		witnesses[server].until(t, "the second gap", 10*time.Second, func(event seen) bool {
			at, err := time.Parse(time.RFC3339Nano, event.Timestamp)
			return gap(event) && err == nil && at.After(dropped)
		})
	}
	t.Logf("after the connections dropped, the gap is told within %v", time.Since(dropped))
	time.Sleep(time.Second)
	close(change)
	changed.Wait()
	last := newName()
	removeAfter(t, last)
	left.must(t, admin, createBusybox, map[string]any{"name": last, "wait": 60, "start": true})
	for _, server := range others {
		witnesses[server].until(t, "the last", 20*time.Second, func(event seen) bool {
			return event.Action == "instance-started" && event.Source == "/1.0/instances/"+last
		})
	}
	time.Sleep(time.Second)

	events := witnesses[left].all(t)
	t.Logf("%d events", len(events))
	wantSame(t, "the two that live", witnesses[right].all(t), events)
	before := witnesses[led].all(t)
	wantSame(t, "what the killed one told", before, events[:min(len(before), len(events))])
	for _, server := range others {
		rest := server.witness(t, admin, before[len(before)-1].Cursor)
		rest.until(t, "the last again", 10*time.Second, func(event seen) bool { return event.Cursor == events[len(events)-1].Cursor })
		wantSame(t, "with the cursor of the killed one", append(before, rest.all(t)...), events)
	}
	page := right.must(t, admin, `query($after: String) { events(allProjects: true, after: $after, first: 1) { nodes { cursor } } }`, map[string]any{"after": before[0].Cursor})
	if page.at("events", "nodes", 0, "cursor") != events[1].Cursor {
		t.Errorf("the journal after a cursor: %s", page.Text)
	}
}

// standsStill stops the leader for a while: another takes over, and it follows
// when it goes on.
func (c *crew) standsStill(t *testing.T, leader string) {
	t.Helper()
	begun := time.Now()
	if err := syscall.Kill(c.servers[leader].pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(c.servers[leader].pid, syscall.SIGCONT)
	next := c.leads(t, leader, 10*time.Second)
	t.Logf("%s takes over from %s, which stands still, within %v", next, leader, time.Since(begun))
	time.Sleep(time.Second)
}

// refusals are what one server refuses because of another.
func (c *crew) refusals(t *testing.T, one, other *running, admin string) {
	t.Helper()
	if wrong := one.ask(t, "", `mutation { login(username: "admin", password: "wrong horse battery") { accessToken } }`, nil); wrong.code() != "UNAUTHENTICATED" {
		t.Errorf("a wrong password: %s", wrong.Text)
	}
	token := other.login(t)
	one.must(t, token, `{ viewer { username } }`, nil)
	open := one.connect(t, token)
	other.must(t, token, `mutation { logout { deletedId } }`, nil)
	begun := time.Now()
	for one.ask(t, token, `{ viewer { username } }`, nil).Status == http.StatusOK {
		if time.Since(begun) > 5*time.Second {
			t.Fatal("a session that ended at one server lives on at another")
		}
		time.Sleep(50 * time.Millisecond)
	}
	open.SetReadDeadline(begun.Add(5 * time.Second))
	for {
		if _, _, err := open.ReadMessage(); err != nil {
			break
		}
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("a socket of a session that ended at another server is open after %v", took)
	}
	one.must(t, admin, `{ viewer { username } }`, nil)
}

// wantOperation asks for an operation in each way that waits.
func (s *running) wantOperation(t *testing.T, token, id, status string) {
	t.Helper()
	watching := s.connect(t, token)
	watching.subscribe("1", `subscription($id: ID!) { operationUpdated(id: $id) { status } }`, map[string]any{"id": id})
	for {
		got := watching.receive()
		if got.Type == "complete" {
			break
		}
	}
	if asked := s.must(t, token, `query($id: ID!) { operation(id: $id) { status } }`, map[string]any{"id": id}); asked.at("operation", "status") != status {
		t.Errorf("the operation at another server: %s", asked.Text)
	}
}

// changing changes an instance until it is told to end.
func changing(t *testing.T, name string) (end chan struct{}, ended *sync.WaitGroup) {
	t.Helper()
	ask := lxdClient(t)
	end, ended = make(chan struct{}), &sync.WaitGroup{}
	ended.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-end:
				return
			case <-t.Context().Done(): // the test has ended early
				return
			case <-time.After(20 * time.Millisecond):
			}
			waitRaw(ask, ask("PATCH", "/1.0/instances/"+name, map[string]any{"config": map[string]string{"user.n": fmt.Sprint(n)}}))
		}
	})
	return end, ended
}

// Two servers on one file of SQLite: one of them hears LXD, the other follows it,
// and takes over when it is killed.
func TestTwoServersOnOneFile(t *testing.T) {
	one := onRealLXD(t)
	two := launch(t, exec.Command(binary), t.TempDir(), "LXD_SOCKET_PATH="+realSocket(t), "DATABASE_URL=sqlite:///"+one.directory+"/data/lxdql.db")
	admin := one.login(t)
	left, right := one.witness(t, admin, ""), two.witness(t, admin, "")
	time.Sleep(time.Second)
	name := newName()
	removeAfter(t, name)
	two.must(t, admin, createBusybox, map[string]any{"name": name, "wait": 60, "start": true})
	started := func(event seen) bool { return event.Action == "instance-started" }
	left.until(t, "the start", 10*time.Second, started)
	right.until(t, "the start", 10*time.Second, started)
	time.Sleep(time.Second)
	wantSame(t, "the second", right.all(t), left.all(t))
	one.kill()
	right.until(t, "the gap", 10*time.Second, func(event seen) bool { return event.Type == "GAP" })
	time.Sleep(time.Second)
	two.must(t, admin, `mutation($n: String!) { stopInstance(name: $n, force: true, wait: 60) { operation { status } } }`, map[string]any{"n": name})
	right.until(t, "the stop", 10*time.Second, func(event seen) bool { return event.Action == "instance-stopped" })
}
