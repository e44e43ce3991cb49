package lxdsim

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply is a decoded envelope with the headers that matter.
type reply struct {
	HTTPStatus int
	ETag       string
	Location   string
	Type       string          `json:"type"`
	Operation  string          `json:"operation"`
	ErrorCode  int             `json:"error_code"`
	Error      string          `json:"error"`
	Metadata   json.RawMessage `json:"metadata"`
}

func newServer(t *testing.T, options Options) *Server {
	t.Helper()
	s := New(options)
	t.Cleanup(s.Close)
	return s
}

// call sends a request without a network; headers come in pairs.
func call(t *testing.T, s *Server, method, target, body string, headers ...string) reply {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, "http://lxd"+target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	answered := reply{HTTPStatus: recorder.Code, ETag: recorder.Header().Get("ETag"), Location: recorder.Header().Get("Location")}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answered); err != nil {
		t.Fatalf("%s %s answered no envelope: %v: %s", method, target, err, recorder.Body)
	}
	return answered
}

func decode[T any](t *testing.T, answered reply) T {
	t.Helper()
	var value T
	if answered.Type == "error" {
		t.Fatalf("unexpected error %d: %s", answered.ErrorCode, answered.Error)
	}
	if err := json.Unmarshal(answered.Metadata, &value); err != nil {
		t.Fatalf("decode %s: %v", answered.Metadata, err)
	}
	return value
}

// finish waits for the operation of an async answer.
func finish(t *testing.T, s *Server, answered reply) operationRecord {
	t.Helper()
	if answered.HTTPStatus != 202 || answered.Type != "async" || answered.Location != answered.Operation {
		t.Fatalf("not an async answer: %+v", answered)
	}
	if started := decode[operationRecord](t, answered); started.Status != "Running" {
		t.Fatalf("the answer shows %s, not Running", started.Status)
	}
	return decode[operationRecord](t, call(t, s, "GET", answered.Operation+"/wait?timeout=10", ""))
}

// mustSucceed waits for an operation and fails the test when it fails.
func mustSucceed(t *testing.T, s *Server, answered reply) {
	t.Helper()
	if ended := finish(t, s, answered); ended.Status != "Success" {
		t.Fatalf("%s: %s %s", ended.Description, ended.Status, ended.Err)
	}
}

const busybox = `"source":{"type":"image","alias":"busybox"}`

// soon polls a condition.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}
