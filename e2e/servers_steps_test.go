package e2e

import (
	"crypto/sha256"
	bits "encoding/binary"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/db/pgtest"
)

// crew are servers on one PostgreSQL, by the names that it knows them by.
type crew struct {
	database string
	servers  map[string]*running
}

// together starts servers on one database that is empty, all at once.
func together(t *testing.T, names ...string) *crew {
	t.Helper()
	socket := realSocket(t)
	all := &crew{database: pgtest.URL(t), servers: map[string]*running{}}
	const password = "correct horse battery"
	for _, name := range names {
		server := launch(t, exec.Command(binary), t.TempDir(), "SEED_ADMIN_PASSWORD="+password, "LXD_SOCKET_PATH="+socket, "DATABASE_URL="+all.database+"&application_name="+name)
		server.password = password
		all.servers[name] = server
	}
	return all
}

// leader is the one that hears LXD, by PostgreSQL's word; "" for none.
func (c *crew) leader(t *testing.T) string {
	t.Helper()
	digest := sha256.Sum256([]byte("lxdql hears LXD"))
	return pgtest.Ask(t, c.database, fmt.Sprintf(`SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ((classid::bigint << 32) | objid::bigint) = %d`, bits.BigEndian.Uint64(digest[:8])>>2))
}

// leads waits until another than the given one leads.
func (c *crew) leads(t *testing.T, before string, within time.Duration) string {
	t.Helper()
	for until := time.Now().Add(within); ; time.Sleep(50 * time.Millisecond) {
		if now := c.leader(t); now != "" && now != before {
			return now
		}
		if time.Now().After(until) {
			t.Fatalf("nobody took the lead of %q within %v", before, within)
		}
	}
}

// seen is an event as a subscriber has it.
type seen struct {
	Cursor    string
	Type      string
	Timestamp string
	Action    string
	Source    string
	From      string
	Operation *struct{ ID, Status string }
}

// witness collects all events, until its socket ends.
type witness struct {
	mutex  sync.Mutex
	events []seen
	trace  string
	ended  chan struct{}
}

const allEvents = `subscription($after: String) { events(allProjects: true, after: $after) { cursor type timestamp
	... on LifecycleEvent { action source } ... on OperationEvent { operation { id status } } ... on GapEvent { from } } }`

func (s *running) witness(t *testing.T, token, after string) *witness {
	t.Helper()
	socket := s.connect(t, token)
	variables := map[string]any{}
	if after != "" {
		variables["after"] = after
	}
	socket.subscribe("1", allEvents, variables)
	one := &witness{ended: make(chan struct{})}
	go one.read(socket)
	return one
}

func (f *witness) read(socket *socket) {
	defer close(f.ended)
	for {
		var got frame
		if err := socket.ReadJSON(&got); err != nil {
			return
		}
		if got.Type == "ping" {
			_ = socket.WriteJSON(frame{Type: "pong"})
			continue
		}
		var payload struct {
			Data struct{ Events seen }
		}
		f.mutex.Lock()
		if got.Type != "next" || json.Unmarshal(got.Payload, &payload) != nil || payload.Data.Events.Cursor == "" {
			f.trace += got.Type + " " + string(got.Payload) + "\n"
		} else {
			f.events = append(f.events, payload.Data.Events)
		}
		f.mutex.Unlock()
	}
}

func (f *witness) all(t *testing.T) []seen {
	t.Helper()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.trace != "" {
		t.Errorf("besides events came: %s", f.trace)
	}
	return slices.Clone(f.events)
}

// until waits for an event.
func (f *witness) until(t *testing.T, what string, within time.Duration, is func(seen) bool) {
	t.Helper()
	for until := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		all := f.all(t)
		if slices.ContainsFunc(all, is) {
			return
		}
		if time.Now().After(until) {
			t.Fatalf("%s did not come within %v: %+v", what, within, all)
		}
	}
}

// wantSame fails when two subscribers were told different things, or one thing twice.
func wantSame(t *testing.T, what string, got, want []seen) {
	t.Helper()
	cursors := map[string]bool{}
	for n, event := range got {
		if cursors[event.Cursor] {
			t.Errorf("%s: the event %d came before: %+v", what, n, event)
		}
		cursors[event.Cursor] = true
		if n >= len(want) {
			t.Errorf("%s: there are %d events instead of %d: the next is %+v", what, len(got), len(want), event)
			return
		}
		one, _ := json.Marshal(event)
		other, _ := json.Marshal(want[n])
		if string(one) != string(other) {
			t.Errorf("%s: the event %d is %s instead of %s", what, n, one, other)
			return
		}
	}
	if len(got) < len(want) {
		t.Errorf("%s: there are %d events instead of %d: missing is %+v", what, len(got), len(want), want[len(got)])
	}
}
