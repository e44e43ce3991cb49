package lxd

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/gorilla/websocket"
)

// What a quick command wrote is read although LXD has closed the stream before
// its ping could be answered.
func TestAStreamIsReadToItsEnd(t *testing.T) {
	directory, err := os.MkdirTemp("", "stream") // short: it is a socket's
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(directory)
	listening, err := net.Listen("unix", filepath.Join(directory, "s"))
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(closed)
		socket, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer socket.Close()
		for _, frame := range []struct {
			kind int
			text string
		}{{websocket.PingMessage, "keepalive"}, {websocket.BinaryMessage, "hi"}, {websocket.TextMessage, ""}} {
			if err := socket.WriteMessage(frame.kind, []byte(frame.text)); err != nil {
				t.Error(err)
			}
		}
	})}
	go server.Serve(listening)
	defer server.Close()
	dialer := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return net.Dial("unix", listening.Addr().String()) }}
	socket, _, err := dialer.Dial("ws://lxd/", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	readToTheEnd(socket)
	<-closed
	for _, want := range []string{"hi", ""} {
		if _, got, err := socket.ReadMessage(); err != nil || string(got) != want {
			t.Fatalf("%q, %v instead of %q", got, err, want)
		}
	}
}
