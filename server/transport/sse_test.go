package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/server/transport"
)

const (
	stream = "text/event-stream"
	urql   = response + ", " + plain + ", " + stream + ", multipart/mixed"
)

// An operation that is refused is told in the stream to a client that reads
// nothing else; who it is that asks is a matter of HTTP.
func TestARefusalReachesAClientThatReadsStreamsOnly(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	for query, told := range map[string]string{
		"{":                   "GRAPHQL_PARSE_FAILED",
		"subscription {nope}": "GRAPHQL_VALIDATION_FAILED",
	} {
		got := s.post(t, `{"query":"`+query+`"}`, stream)
		if got.Status != 200 || !strings.HasPrefix(got.Text, `event: next`+"\n"+`data: {"errors":[`) || !strings.Contains(got.Text, told) || !strings.HasSuffix(got.Text, "\n\nevent: complete\ndata:\n\n") {
			t.Errorf("%s: HTTP %d: %q", query, got.Status, got.Text)
		}
	}
	if got := s.post(t, `{"query":"subscription Secret {silence}","operationName":"Secret"}`, stream); got.Status != 401 || got.code() != "UNAUTHENTICATED" {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
	if got := s.post(t, `{"query":1}`, stream); got.Status != 400 || got.code() != "BAD_USER_INPUT" {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
}

// The operation decides what is streamed, and Accept only where it leaves no choice.
func TestTheOperationDecidesWhatIsStreamed(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	const complete = "event: complete\ndata:\n\n"
	for _, asked := range []struct{ query, accept, contentType, text string }{
		{"{hello}", urql, response, `{"data":{"hello":"world"}}` + "\n"},
		{"mutation {change}", stream + ", */*", plain, `{"data":{"change":"world"}}` + "\n"},
		{"{hello}", stream, stream, ":\n\nevent: next\ndata: {\"data\":{\"hello\":\"world\"}}\n\n" + complete},
		{"subscription {count(to: 2)}", stream, stream, ":\n\nevent: next\ndata: {\"data\":{\"count\":1}}\n\nevent: next\ndata: {\"data\":{\"count\":2}}\n\n" + complete},
		{"subscription {count(to: 0)}", urql, stream, ":\n\n" + complete},
		// A line end between the tokens of the data does not end the event.
		{"{lines}", stream, stream, ":\n\nevent: next\ndata: {\"data\":{\"lines\":{\"a\":  1} }}\n\n" + complete},
		// A stream that ends by an error tells it last.
		{"subscription {lags}", stream, stream, ":\n\nevent: next\ndata: {\"data\":{\"lags\":1}}\n\nevent: next\ndata: {\"errors\":[{\"message\":\"it lags behind\",\"extensions\":{\"code\":\"SUBSCRIPTION_LAGGED\",\"cursor\":\"42\"}}]}\n\n" + complete},
		// A bug ends the stream and not the server.
		{"subscription {explodes}", stream, stream, ":\n\nevent: next\ndata: {\"errors\":[{\"message\":\"internal error\",\"extensions\":{\"code\":\"INTERNAL\"}}]}\n\n" + complete},
	} {
		got := s.post(t, `{"query":"`+asked.query+`"}`, asked.accept)
		if got.Status != 200 || got.Header.Get("Content-Type") != asked.contentType+"; charset=utf-8" || got.Text != asked.text {
			t.Errorf("%s as %s: HTTP %d, %s:\n%q, want\n%q", asked.query, asked.accept, got.Status, got.Header.Get("Content-Type"), got.Text, asked.text)
		}
	}
}

// open begins a stream and returns its lines; ending the context ends it.
func (s *server) open(t *testing.T, ctx context.Context, query string) *bufio.Scanner {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader(`{"query":"`+query+`"}`))
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
	return bufio.NewScanner(got.Body)
}

// A silent stream is kept alive by comments. It ends when its client goes.
func TestASilentStreamIsKeptAliveUntilItsClientGoes(t *testing.T) {
	s := serve(t, transport.HTTP{KeepAlive: 10 * time.Millisecond}, &transport.WebSocket{})
	ctx, leave := context.WithCancel(t.Context())
	lines := s.open(t, ctx, "subscription {silence}")
	for comments := 0; comments < 3; {
		if !lines.Scan() {
			t.Fatal(lines.Err())
		}
		if lines.Text() == ":" {
			comments++
		}
	}
	leave()
	s.wantNoneRunning(t)
}

// A stop ends streams, without claiming that they were complete.
func TestAStopEndsStreams(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	lines := s.open(t, t.Context(), "subscription {silence}")
	lines.Scan()
	s.stop()
	for lines.Scan() {
		if strings.Contains(lines.Text(), "complete") {
			t.Error("a stopped stream says that it is complete")
		}
	}
	s.wantNoneRunning(t)
}

// A client that does not read takes no more than what lies between it and the
// server, and keeps nobody waiting.
func TestASlowStreamHoldsNothing(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	ctx, leave := context.WithCancel(t.Context())
	s.open(t, ctx, "subscription {flood}")
	produced := s.settled(t)
	if got := s.post(t, `{"query":"{hello}"}`, plain); got.Status != 200 {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
	if produced > 1000 {
		t.Errorf("%d events of 64 KiB were taken for a client that reads none", produced)
	}
	leave()
	s.wantNoneRunning(t)
}

// settled waits until flood is asked for no more events, and returns how many it gave.
func (s *server) settled(t *testing.T) int64 {
	t.Helper()
	for last := int64(-1); ; {
		now := s.produced.Load()
		if now == last && now > 0 {
			return now
		}
		if last = now; now > 5000 {
			t.Fatal("events are taken without end")
		}
		time.Sleep(300 * time.Millisecond)
	}
}

func (s *server) wantNoneRunning(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); s.running.Load() != 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d subscriptions go on", s.running.Load())
		}
	}
}

// Events that come faster than they are read do not run into each other: the
// executor writes each into the same bytes.
func TestEventsStayWhatTheyWere(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	want := ":\n\n"
	for n := range 500 {
		want += fmt.Sprintf("event: next\ndata: {\"data\":{\"count\":%d}}\n\n", n+1)
	}
	want += "event: complete\ndata:\n\n"
	if got := s.post(t, `{"query":"subscription {count(to: 500)}"}`, stream); got.Text != want {
		t.Errorf("%d bytes, want %d: %.400q", len(got.Text), len(want), got.Text)
	}
}
