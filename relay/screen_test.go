package relay

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// virtual is a LXD with one virtual machine, whose screen sends back what comes
// in each channel. It counts the channels that are open, and is left when the
// control stream says goodbye.
type virtual struct {
	t        *testing.T
	mutex    sync.Mutex
	channels int
	left     chan struct{}
}

func (v *virtual) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const operation = "6a0c64ac-0000-4000-8000-000000000000"
	answer := func(status, metadata string) {
		fmt.Fprintf(w, `{"type":%q,"status":"Success","status_code":200,"operation":"/1.0/operations/%s","metadata":%s}`, status, operation, metadata)
	}
	switch {
	case r.Method == "GET" && r.URL.Path == "/1.0":
		answer("sync", `{"api_extensions":["console_vga_type"],"environment":{}}`)
	case r.Method == "GET" && r.URL.Path == "/1.0/instances/vm":
		answer("sync", `{"name":"vm","type":"virtual-machine","status":"Running","status_code":103,"project":"default"}`)
	case r.Method == "POST" && r.URL.Path == "/1.0/instances/vm/console":
		var asked map[string]any
		if json.NewDecoder(r.Body).Decode(&asked) != nil || asked["type"] != "vga" {
			v.t.Errorf("LXD is asked for %v", asked)
		}
		w.WriteHeader(http.StatusAccepted)
		answer("async", `{"id":"`+operation+`","class":"websocket","status_code":103,"metadata":{"fds":{"0":"data","control":"control"}}}`)
	case r.URL.Path == "/1.0/operations/"+operation+"/websocket":
		socket, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			v.t.Error(err)
			return
		}
		defer socket.Close()
		if r.URL.Query().Get("secret") == "control" {
			if _, _, err := socket.ReadMessage(); websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				close(v.left)
			}
			return
		}
		v.count(1)
		defer v.count(-1)
		for {
			kind, data, err := socket.ReadMessage()
			if err != nil {
				return
			}
			if kind != websocket.BinaryMessage {
				v.t.Errorf("SPICE in a text frame: %q", data)
			}
			if socket.WriteMessage(kind, data) != nil {
				return
			}
		}
	default:
		v.t.Errorf("LXD is asked %s %s", r.Method, r.URL)
		http.NotFound(w, r)
	}
}

func (v *virtual) count(by int) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.channels += by
}

func (v *virtual) wantChannels(want int) {
	v.t.Helper()
	for begun := time.Now(); time.Since(begun) < 5*time.Second; time.Sleep(10 * time.Millisecond) {
		v.mutex.Lock()
		now := v.channels
		v.mutex.Unlock()
		if now == want {
			return
		}
	}
	v.t.Errorf("there are not %d channels", want)
}

// onVirtual is a relay before such a LXD, and the address of its console.
func onVirtual(t *testing.T) (*virtual, *Relay, string) {
	t.Helper()
	machine := &virtual{t: t, left: make(chan struct{})}
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	daemon := &httptest.Server{Listener: listener, Config: &http.Server{Handler: machine}}
	daemon.Start()
	t.Cleanup(daemon.Close)
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: socket, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	carrier := &Relay{
		LXD:         client,
		Tell:        func(err error) (code, message string) { return "INTERNAL", err.Error() },
		Refuse:      func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, err.Error(), http.StatusTeapot) },
		Recheck:     func(_ context.Context, identity *auth.Identity) (*auth.Identity, error) { return identity, nil },
		Watch:       func(ctx context.Context, _ *auth.Identity) (context.Context, func()) { return ctx, func() {} },
		Keep:        func(context.Context, string, string, map[string]any, error) error { return nil },
		CheckOrigin: func(*http.Request) bool { return true },
	}
	t.Cleanup(carrier.Wait)
	router := chi.NewRouter()
	router.Get("/api/v1/instances/{name}/console", carrier.ServeConsole)
	ours := httptest.NewServer(router)
	t.Cleanup(ours.Close)
	return machine, carrier, strings.Replace(ours.URL, "http", "ws", 1)
}

// dialChannel opens a channel as SPICE clients do.
func dialChannel(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	channel, response, err := (&websocket.Dialer{Subprotocols: []string{"binary"}}).Dial(url, nil)
	if err != nil {
		t.Fatalf("%v %v", err, response)
	}
	t.Cleanup(func() { channel.Close() })
	if channel.Subprotocol() != "binary" {
		t.Errorf("the protocol is %q", channel.Subprotocol())
	}
	return channel
}

// echoes sends bytes in pieces of all sizes, and wants them back.
func echoes(t *testing.T, channel *websocket.Conn, data []byte) {
	t.Helper()
	var sending sync.WaitGroup
	defer sending.Wait()
	sending.Go(func() {
		for rest, size := data, 1; len(rest) > 0; size = size*3 + 1 {
			piece := rest[:min(len(rest), size)]
			rest = rest[len(piece):]
			if err := channel.WriteMessage(websocket.BinaryMessage, piece); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var came []byte
	for len(came) < len(data) {
		channel.SetReadDeadline(time.Now().Add(10 * time.Second))
		kind, piece, err := channel.ReadMessage()
		if err != nil || kind != websocket.BinaryMessage {
			t.Fatalf("after %d bytes of %d: %d %v", len(came), len(data), kind, err)
		}
		came = append(came, piece...)
	}
	if !bytes.Equal(came, data) {
		t.Error("other bytes come back")
	}
}

// A virtual machine's screen is passed on byte for byte, in as many channels as
// its viewer opens; they end with the first of them, and leave the console.
func TestAScreenIsPassedOnByteForByte(t *testing.T) {
	machine, carrier, origin := onVirtual(t)
	ctx := auth.With(t.Context(), &auth.Identity{User: &auth.User{ID: 1, Role: new(auth.RoleAdmin)}, ExpiresAt: time.Now().Add(time.Hour)})
	session, err := carrier.CreateConsoleSession(ctx, "vm", "", &lxd.InstanceConsole{VGA: true})
	if err != nil {
		t.Fatal(err)
	}
	url := origin + session.URL
	if _, response, err := websocket.DefaultDialer.Dial(strings.Replace(url, "ticket=", "ticket=x", 1), nil); err == nil || response.StatusCode != http.StatusTeapot {
		t.Errorf("another ticket: %v", response)
	}
	first := dialChannel(t, url)
	data := make([]byte, 5<<20)
	rand.Read(data)
	echoes(t, first, data)
	second, third := dialChannel(t, url), dialChannel(t, url)
	machine.wantChannels(3)
	if _, response, err := websocket.DefaultDialer.Dial(strings.Replace(url, "/vm/", "/other/", 1), nil); err == nil || response.StatusCode != http.StatusTeapot {
		t.Errorf("of another instance: %v", response)
	}
	for range 30 { // which a screen has no use for
		second.WriteMessage(websocket.TextMessage, []byte(`{"command":"window-resize","args":{"width":80,"height":24}}`))
	}
	echoes(t, second, data[:1<<20])
	third.Close()
	machine.wantChannels(2)
	echoes(t, second, data[:100])
	echoes(t, first, data[:100])
	first.Close()
	second.SetReadDeadline(time.Now().Add(10 * time.Second))
	for err = nil; err == nil; {
		_, _, err = second.ReadMessage()
	}
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("the second channel ends with %v", err)
	}
	select {
	case <-machine.left:
	case <-time.After(10 * time.Second):
		t.Error("the console is not left")
	}
	machine.wantChannels(0)
	if _, response, err := websocket.DefaultDialer.Dial(url, nil); err == nil || response.StatusCode != http.StatusTeapot {
		t.Errorf("once more: %v", response)
	}
}
