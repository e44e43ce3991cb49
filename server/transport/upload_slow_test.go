package transport

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A sender that lets a byte come now and then holds its place no longer than one
// that lets none come.
func TestABodyThatDripsIsGivenUp(t *testing.T) {
	read := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_, err := io.Copy(io.Discard, &hurried{r.Body, control, time.Second, time.Now().Add(time.Second)})
		read <- err
	}))
	defer server.Close()
	body, drops := io.Pipe()
	defer drops.Close()
	go func() {
		response, err := http.Post(server.URL, "text/plain", body)
		if err == nil {
			response.Body.Close()
		}
	}()
	go func() {
		for {
			if _, err := drops.Write([]byte("x")); err != nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	select {
	case err := <-read:
		if err == nil {
			t.Error("it came to its end")
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}
