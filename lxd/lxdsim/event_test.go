package lxdsim

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// received is an event with what both kinds of metadata have.
type received struct {
	Type     string
	Project  string
	Metadata struct {
		Action, Source, ID, Status, Description string
		Requestor                               *requestor
	}
}

// listen opens an event stream over a real connection.
func listen(t *testing.T, s *Server, query string) *websocket.Conn {
	t.Helper()
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	connection, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(web.URL, "http")+"/1.0/events?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	// The stream is open before the listener is registered.
	soon(t, "the listener is registered", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.listeners) > 0
	})
	return connection
}

// next reads until count events are there.
func next(t *testing.T, connection *websocket.Conn, count int) []received {
	t.Helper()
	events := []received{}
	for len(events) < count {
		connection.SetReadDeadline(time.Now().Add(5 * time.Second))
		kind, frame, err := connection.ReadMessage()
		if err != nil {
			t.Fatalf("after %d of %d events: %v", len(events), count, err)
		}
		var one received
		if err := json.Unmarshal(frame, &one); err != nil || kind != websocket.TextMessage || frame[len(frame)-1] != '\n' {
			t.Fatalf("not a text frame of LXD's: %q (%v)", frame, err)
		}
		events = append(events, one)
	}
	return events
}

func TestStreamShowsOnlyWhatWasAskedFor(t *testing.T) {
	s := newServer(t, Options{Projects: 2})
	stream := listen(t, s, "type=lifecycle&project=shared")
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances", `{"name":"elsewhere",`+busybox+`}`))
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances?project=shared", `{"name":"here",`+busybox+`}`))
	mustSucceed(t, s, call(t, s, "PUT", "/1.0/instances/here/state?project=shared", `{"action":"start"}`))
	events := next(t, stream, 2)
	if first := events[0]; first.Metadata.Action != "instance-created" || first.Metadata.Source != "/1.0/instances/here?project=shared" || first.Metadata.Requestor != nil {
		t.Fatalf("first event: %+v", first)
	}
	if second := events[1]; second.Metadata.Action != "instance-started" || second.Project != "shared" || second.Metadata.Requestor == nil {
		t.Fatalf("second event: %+v", second)
	}
}

func TestEventsOfAnOperation(t *testing.T) {
	s := newServer(t, Options{})
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`))
	stream := listen(t, s, "type=operation,lifecycle&all-projects=true")
	mustSucceed(t, s, call(t, s, "PUT", "/1.0/instances/c1/state", `{"action":"start"}`))
	told := []string{}
	for _, one := range next(t, stream, 4) {
		told = append(told, one.Metadata.Status+one.Metadata.Action)
	}
	if want := []string{"Pending", "Running", "instance-started", "Success"}; !slices.Equal(told, want) {
		t.Fatalf("told %v, want %v", told, want)
	}
}

func TestJitterLetsEventsOvertake(t *testing.T) {
	s := newServer(t, Options{EventJitter: 50 * time.Millisecond, Seed: 3})
	stream := listen(t, s, "type=lifecycle")
	sent := []string{}
	for n := range 20 {
		name := fmt.Sprintf("p%02d", n)
		sent = append(sent, "/1.0/profiles/"+name)
		call(t, s, "POST", "/1.0/profiles", `{"name":"`+name+`"}`)
	}
	told := []string{}
	for _, one := range next(t, stream, 20) {
		told = append(told, one.Metadata.Source)
	}
	if slices.Equal(told, sent) {
		t.Fatal("twenty events within the jitter kept their order")
	}
	if slices.Sort(told); !slices.Equal(told, sent) {
		t.Fatalf("events were lost or doubled: %v", told)
	}
}

func TestTokenOperationIsCancelled(t *testing.T) {
	s := newServer(t, Options{OperationDelay: 200 * time.Millisecond})
	created := call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`)
	if refused := call(t, s, "DELETE", created.Operation, ""); refused.Error != "This operation can't be cancelled" {
		t.Fatalf("a creation was cancelled: %+v", refused)
	}
	token := call(t, s, "POST", "/1.0/certificates", `{"name":"x","type":"client","token":true}`)
	if cancelled := call(t, s, "DELETE", token.Operation, ""); cancelled.HTTPStatus != 200 {
		t.Fatalf("not cancelled: %+v", cancelled)
	}
	if ended := finish(t, s, token); ended.Status != "Cancelled" || ended.StatusCode != 401 {
		t.Fatalf("ended as %+v", ended)
	}
	if again := call(t, s, "DELETE", token.Operation, ""); again.Error != "Only running operations can be cancelled" {
		t.Fatalf("cancelled twice: %+v", again)
	}
}

func TestCloseEndsStreamsAndWaits(t *testing.T) {
	s := New(Options{OperationDelay: time.Hour})
	stream := listen(t, s, "type=operation")
	running := call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`)
	waited := make(chan reply)
	go func() { waited <- call(t, s, "GET", running.Operation+"/wait", "") }()
	next(t, stream, 2)
	s.Close()
	if answered := <-waited; answered.HTTPStatus != 503 {
		t.Errorf("the wait ended with %+v", answered)
	}
	stream.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _, err := stream.ReadMessage()
	for err == nil { // Events that were on their way.
		_, _, err = stream.ReadMessage()
	}
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Errorf("the stream stayed open")
	}
	if refused := call(t, s, "GET", "/1.0", ""); refused.HTTPStatus != 503 {
		t.Errorf("a closed daemon answered %+v", refused)
	}
	s.Close()
}

func TestSlowListenerIsDropped(t *testing.T) {
	s := newServer(t, Options{EventJitter: 1000 * time.Hour})
	stream := listen(t, s, "type=lifecycle")
	s.mu.Lock()
	for range maxQueued + 1 {
		s.publishLifecycle("default", "profile-updated", "/1.0/profiles/default", nil, byCaller)
	}
	s.mu.Unlock()
	stream.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, _, err := stream.ReadMessage(); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Fatalf("the stream is still open: %v", err)
	}
	soon(t, "the listener is forgotten", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.listeners) == 0
	})
}
