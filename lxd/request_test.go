package lxd

import (
	"context"
	"errors"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

var quietLog = stdlog.New(io.Discard, "", 0)

// onSocket serves LXD's part on a unix socket and returns a client of it.
func onSocket(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handler, ErrorLog: quietLog}}
	server.Start()
	t.Cleanup(server.Close)
	return clientOf(t, path)
}

func clientOf(t *testing.T, path string) *Client {
	t.Helper()
	client, err := New(t.Context(), Config{SocketPath: path, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

const starting = `{"type":"error","error_code":503,"error":"LXD daemon setup in progress","metadata":null}`

func TestAReadWaitsForARestartOfLXD(t *testing.T) {
	var asked atomic.Int32
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) < 4 {
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, starting)
			return
		}
		io.WriteString(w, `{"type":"sync","metadata":[]}`)
	})
	if _, err := client.Projects(t.Context(), System); err != nil || asked.Load() != 4 {
		t.Errorf("after %d questions: %v", asked.Load(), err)
	}
}

func TestAReadGivesUpAfterTwoSeconds(t *testing.T) {
	for what, client := range map[string]*Client{
		"503":       onSocket(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503); io.WriteString(w, starting) }),
		"no socket": clientOf(t, filepath.Join(t.TempDir(), "nope")),
	} {
		begun := time.Now()
		_, err := client.Projects(t.Context(), System)
		var away *UnavailableError
		if took := time.Since(begun); !errors.As(err, &away) || took > 4*time.Second || took < time.Second {
			t.Errorf("%s: after %v: %v", what, took, err)
		}
	}
}

func TestAChangeIsSentOnce(t *testing.T) {
	var asked atomic.Int32
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, starting)
	})
	var away *UnavailableError
	if _, err := change(t.Context(), client, "default", http.MethodPut, "/1.0/x", nil); !errors.As(err, &away) || asked.Load() != 1 {
		t.Errorf("after %d: %v", asked.Load(), err)
	}
}

func TestARequestEndsWithItsContext(t *testing.T) {
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := client.Projects(ctx, System); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// The answer's type decides, whatever else it looks like.
func TestAnswersThatAreNotWhatWasAskedFor(t *testing.T) {
	for body, status := range map[string]int{
		`{"type":"error","error_code":409,"error":"no","metadata":"a text"}`: 409,
		`<html>`: 200,
		`{"type":"sync","metadata":"a text where a list should be"}`: 200,
		`{}`: 200,
	} {
		client := onSocket(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
		var answer *Error
		if _, err := client.Projects(t.Context(), System); !errors.As(err, &answer) || answer.Status != status {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Both forms of a failure in /wait: an operation (5.0.2), an error (5.0.9 and later).
func TestWaitKnowsBothFormsOfFailure(t *testing.T) {
	for _, body := range []string{
		`{"type":"sync","metadata":{"id":"u","status_code":400,"err":"broken"}}`,
		`{"type":"error","error_code":500,"error":"broken","metadata":null}`,
	} {
		client := onSocket(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
		ended, err := client.WaitOperation(t.Context(), System, &Operation{UUID: "u", StatusCode: codeRunning}, time.Second)
		if err != nil || ended.Status() != OperationFailure || ended.Err != "broken" {
			t.Errorf("%s: %+v, %v", body, ended, err)
		}
	}
}

// No connection to the socket is kept: LXD takes no other one before it has
// read from it, and a kept one may have been made and not used.
func TestNoConnectionIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var kept atomic.Int32
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"type":"sync","metadata":[]}`) })
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handler, ErrorLog: quietLog, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateIdle {
			kept.Add(1)
		}
	}}}
	server.Start()
	defer server.Close()
	client := clientOf(t, path)
	for range 3 {
		if _, err := client.StoragePools(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if kept.Load() > 0 {
		t.Errorf("%d connections are kept", kept.Load())
	}
}
