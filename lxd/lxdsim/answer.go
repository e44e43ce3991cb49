package lxdsim

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// answer is what a handler returns: metadata of a sync answer, or the operation
// of an async one.
type answer struct {
	metadata  any
	etag      string
	created   string
	operation *operationRecord
}

// apiError is an error envelope with the HTTP status that goes with it.
type apiError struct {
	code    int
	message string
}

func (e *apiError) Error() string { return e.message }

func failure(code int, format string, arguments ...any) error {
	return &apiError{code: code, message: fmt.Sprintf(format, arguments...)}
}

// envelope has the keys of LXD's answers in the order of LXD's.
type envelope struct {
	Type       string `json:"type"`
	Status     string `json:"status"`
	StatusCode int    `json:"status_code"`
	Operation  string `json:"operation"`
	ErrorCode  int    `json:"error_code"`
	Error      string `json:"error"`
	Metadata   any    `json:"metadata"`
}

func (a answer) write(w http.ResponseWriter) {
	if a.etag != "" {
		w.Header().Set("ETag", `"`+a.etag+`"`)
	}
	switch {
	case a.operation != nil:
		url := "/1.0/operations/" + a.operation.ID
		w.Header().Set("Location", url)
		writeJSON(w, http.StatusAccepted, envelope{Type: "async", Status: "Operation created", StatusCode: 100, Operation: url, Metadata: a.operation})
	case a.created != "":
		w.Header().Set("Location", a.created)
		writeJSON(w, http.StatusCreated, envelope{Type: "sync", Status: "Success", StatusCode: 200})
	default:
		writeJSON(w, http.StatusOK, envelope{Type: "sync", Status: "Success", StatusCode: 200, Metadata: a.metadata})
	}
}

func writeFailure(w http.ResponseWriter, err error) {
	code := http.StatusInternalServerError
	if known, ok := errors.AsType[*apiError](err); ok {
		code = known.code
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	writeJSON(w, code, envelope{Type: "error", ErrorCode: code, Error: err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, body envelope) {
	var encoded bytes.Buffer
	if err := json.NewEncoder(&encoded).Encode(body); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A caller who has gone away is not the daemon's concern.
	_, _ = w.Write(encoded.Bytes())
}

// etagOf hashes what LXD counts as the content of an object.
func etagOf(content ...any) string {
	hash := sha256.New()
	encoder := json.NewEncoder(hash)
	for _, part := range content {
		if err := encoder.Encode(part); err != nil {
			panic(err) // Only plain strings, maps and lists are hashed.
		}
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}
