package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const own = `,"requestId":"own \"id\""}`

// wantExecutions waits until so many executions run.
func wantExecutions(t *testing.T, source *ticks, count int64) {
	t.Helper()
	for begun := time.Now(); source.executions.Load() != count; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 5*time.Second {
			t.Fatalf("%d executions run, want %d", source.executions.Load(), count)
		}
	}
	time.Sleep(50 * time.Millisecond) // for one more that may come
	if now := source.executions.Load(); now != count {
		t.Fatalf("%d executions run, want %d", now, count)
	}
}

// Who asks the same is told the same by one execution, by each transport in its
// own way and with its own ids; it ends with the last of them.
func TestEqualSubscriptionsAreOneExecution(t *testing.T) {
	s, source := sharing(t)
	const asked = "subscription {ticks}"
	one := s.dial(t, modern)
	one.hello(`{"authorization":"Bearer good"}`)
	one.subscribe("1", asked)
	one.subscribe("2", asked)
	other := s.dial(t, legacy)
	other.hello(`{"authorization":"Bearer good"}`)
	other.want(`{"type":"ka"}`)
	other.tell(`{"id":"\"é","type":"start","payload":{"query":"` + asked + `","variables":{}}}`)
	wantExecutions(t, source, 1)
	source.tick(1)
	const payload = `{"data":{"ticks":"1"},"extensions":{"asker":"Bearer good"` + own + `}`
	first, second := `{"id":"1","type":"next","payload":`+payload+`}`, `{"id":"2","type":"next","payload":`+payload+`}`
	if _, got, err := one.ReadMessage(); string(got) == second {
		one.want(first)
	} else if string(got) != first {
		t.Fatalf("%s, %v", got, err)
	} else {
		one.want(second)
	}
	other.want(`{"id":"\"é","type":"data","payload":` + payload + `}`)
	// One that leaves is told nothing more, and its id is free at once.
	one.tell(`{"id":"1","type":"complete"}`)
	one.tell(`{"id":"2","type":"complete"}`)
	one.subscribe("1", "{hello}")
	one.want(`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`)
	one.want(`{"id":"1","type":"complete"}`)
	source.tick(1)
	other.want(`{"id":"\"é","type":"data","payload":` + strings.Replace(payload, `"1"`, `"2"`, 1) + `}`)
	wantExecutions(t, source, 1)
	other.tell(`{"id":"\"é","type":"stop"}`)
	wantExecutions(t, source, 0)
	if source.begun.Load() != 1 {
		t.Errorf("%d executions have run", source.begun.Load())
	}
}

// What is not the same, or not asked with the same rights, is not shared.
func TestWhatDiffersIsNotShared(t *testing.T) {
	s, source := sharing(t)
	asked := []string{
		`{"query":"subscription {ticks}"}`,
		`{"query":"subscription { ticks }"}`,
		`{"query":"subscription A {ticks} subscription B {ticks(size: 1)}","operationName":"A"}`,
		`{"query":"subscription A {ticks} subscription B {ticks(size: 1)}","operationName":"B"}`,
		`{"query":"subscription($size: Int) {ticks(size: $size)}","variables":{"size":1}}`,
		`{"query":"subscription($size: Int) {ticks(size: $size)}","variables":{"size":2}}`,
	}
	// By one asker twice, and by another.
	for n, asker := range []string{"good", "good", "good-other"} {
		socket := s.dial(t, modern)
		socket.hello(`{"authorization":"Bearer ` + asker + `"}`)
		for id, payload := range asked {
			socket.tell(`{"id":"` + strconv.Itoa(id) + `","type":"subscribe","payload":` + payload + `}`)
		}
		wantExecutions(t, source, int64([]int{len(asked), len(asked), 2 * len(asked)}[n]))
		defer func() {
			for range asked {
				if _, got, err := socket.ReadMessage(); err != nil || !strings.Contains(string(got), `"asker":"Bearer `+asker+`"`) {
					t.Errorf("%s was told %s, %v", asker, got, err)
				}
			}
		}()
	}
	source.tick(1)
}

// A refusal reaches everybody who has joined, and whoever comes later gets one
// of their own.
func TestARefusalIsTold(t *testing.T) {
	s, source := sharing(t)
	source.refuse.Store(true)
	for range 3 {
		socket := s.dial(t, modern)
		socket.hello(`{"authorization":"Bearer good"}`)
		for n := range 20 {
			id := strconv.Itoa(n)
			socket.subscribe(id, "subscription {ticks}")
		}
		refused, complete := map[string]bool{}, map[string]bool{}
		for len(complete) < 20 {
			var message struct{ ID, Type string }
			if _, text, err := socket.ReadMessage(); err != nil || json.Unmarshal(text, &message) != nil || (message.Type == "next") != strings.Contains(string(text), "NOT_FOUND") {
				t.Fatalf("%s, %v", text, err)
			}
			if message.Type == "next" {
				refused[message.ID] = true
			} else if complete[message.ID] = true; !refused[message.ID] {
				t.Errorf("%s ended without a reason", message.ID)
			}
		}
	}
}

// The end of an execution is told to all; the next one of the same begins anew.
func TestTheEndIsToldToAll(t *testing.T) {
	s, source := sharing(t)
	socket := s.dial(t, modern)
	socket.hello(`{"authorization":"Bearer good"}`)
	socket.subscribe("1", "subscription {ticks}")
	wantExecutions(t, source, 1)
	lines := s.follow(t, t.Context(), `{"query":"subscription {ticks}"}`)
	source.tick(1)
	socket.ReadMessage()
	lines.want(`data: {"data":{"ticks":"1"},"extensions":{"asker":"Bearer good"` + own + `}`)
	source.dead.Store(true)
	source.tick(0)
	socket.want(`{"id":"1","type":"error","payload":[{"message":"it is gone","extensions":{"code":"LXD_UNAVAILABLE"}}]}`)
	lines.want(`data: {"errors":[{"message":"it is gone","extensions":{"code":"LXD_UNAVAILABLE"}}]}`)
	lines.want("event: complete")
	source.dead.Store(false)
	wantExecutions(t, source, 0)
	socket.subscribe("1", "subscription {ticks}")
	wantExecutions(t, source, 1)
}

// lines are those of an event stream that say something.
type lines struct {
	*bufio.Scanner
	t *testing.T
}

func (s *server) follow(t *testing.T, ctx context.Context, body string) *lines {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", plain)
	request.Header.Set("Accept", stream)
	got, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { got.Body.Close() })
	return &lines{bufio.NewScanner(got.Body), t}
}

func (l *lines) want(line string) {
	l.t.Helper()
	for l.Scan() {
		if text := l.Text(); text != "" && text != ":" && text != "event: next" {
			if text != line {
				l.t.Fatalf("%s, want %s", text, line)
			}
			return
		}
	}
	l.t.Fatalf("the stream has ended: %v; want %s", l.Err(), line)
}

// A subscriber that does not read is ended with the last cursor that it is told,
// keeps a bounded amount of memory, and nobody else notices.
func TestASubscriberThatDoesNotReadEndsAlone(t *testing.T) {
	s, source := sharing(t)
	const size = 20_000
	asked := fmt.Sprintf("subscription {ticks(size: %d)}", size)
	slow, quick := s.dial(t, modern), s.dial(t, modern)
	for _, socket := range []*client{slow, quick} {
		socket.hello(`{"authorization":"Bearer good"}`)
		socket.subscribe("1", asked)
	}
	wantExecutions(t, source, 1)
	heap := func() uint64 {
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		return memory.HeapAlloc
	}
	before, most := heap(), uint64(0)
	const count = 3000 // 60 MB
	for n := range count {
		source.tick(1)
		if _, got, err := quick.ReadMessage(); err != nil || !bytes.Contains(got[:80], []byte(fmt.Sprintf(`"%dx`, n+1))) {
			t.Fatalf("%.80s, %v", got, err)
		}
		if n%500 == 499 {
			most = max(most, heap()-min(before, heap()))
		}
	}
	if most > 12<<20 {
		t.Errorf("a subscriber that does not read has raised memory by %d bytes", most)
	}
	last := 0
	for {
		_, got, err := slow.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(got[:min(len(got), 40)], []byte(`"type":"error"`)) {
			if want := fmt.Sprintf(`{"id":"1","type":"error","payload":[{"message":"too slow","extensions":{"code":"SUBSCRIPTION_LAGGED","cursor":"%d"}}]}`, last); string(got) != want {
				t.Errorf("%s, want %s", got, want)
			}
			break
		}
		if last++; !bytes.Contains(got[:80], []byte(fmt.Sprintf(`"%dx`, last))) {
			t.Fatalf("%.80s instead of %d", got, last)
		}
	}
	if last < 100 || last > count-500 {
		t.Errorf("it was ended after %d", last)
	}
	// It goes on from there, on the same socket, and hears all.
	slow.tell(`{"id":"2","type":"subscribe","payload":{"query":"subscription {ticks(size: 20000, after: \"` + strconv.Itoa(last) + `\")}"}}`)
	for last < count {
		if _, got, err := slow.ReadMessage(); err != nil || !bytes.Contains(got[:80], []byte(fmt.Sprintf(`"%dx`, last+1))) {
			t.Fatalf("%.80s, %v instead of %d", got, err, last+1)
		}
		last++
	}
}

// An event stream that is not read is ended alone too.
func TestAStreamThatIsNotReadEndsAlone(t *testing.T) {
	s, source := sharing(t)
	const asked = `{"query":"subscription {ticks(size: 20000)}"}`
	slow := s.follow(t, t.Context(), asked)
	slow.Buffer(nil, 1<<20)
	quick := s.dial(t, modern)
	quick.hello(`{"authorization":"Bearer good"}`)
	quick.tell(`{"id":"1","type":"subscribe","payload":` + asked + `}`)
	wantExecutions(t, source, 1)
	for n := range 1500 {
		source.tick(1)
		if _, got, err := quick.ReadMessage(); err != nil || !bytes.Contains(got[:80], []byte(fmt.Sprintf(`"%dx`, n+1))) {
			t.Fatalf("%.80s, %v", got, err)
		}
	}
	last, lagged := 0, ""
	for slow.Scan() {
		data, found := strings.CutPrefix(slow.Text(), "data: ")
		switch {
		case strings.Contains(data, "SUBSCRIPTION_LAGGED"):
			lagged = data
		case found && data != "":
			if last++; !strings.Contains(data[:80], fmt.Sprintf(`"%dx`, last)) {
				t.Fatalf("%.80s instead of %d", data, last)
			}
		}
	}
	if !strings.Contains(lagged, fmt.Sprintf(`"cursor":"%d"`, last)) {
		t.Errorf("it was ended after %d with %q", last, lagged)
	}
}
