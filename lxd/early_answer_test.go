package lxd

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"testing"
)

// What LXD says of an upload counts, also when it says so before the end and
// reads no more.
func TestAnUploadIsAnsweredBeforeItsEnd(t *testing.T) {
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		io.CopyN(io.Discard, r.Body, 1<<20)
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, `{"type":"error","error":"write /x: no space left on device","error_code":500}`)
	})
	for range 20 {
		_, err := client.upload(t.Context(), "default", "/1.0/instances", http.Header{"Content-Type": {"application/octet-stream"}}, io.LimitReader(rand.Reader, 16<<20), 16<<20)
		if err = archiveError(err); !errors.As(err, new(*LimitError)) {
			t.Fatalf("%T %v", err, err)
		}
	}
}
