package relay

import (
	"context"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// ConsoleType is what of a console is shown.
type ConsoleType string

// The types of console.
const (
	// ConsoleText is the text console.
	ConsoleText ConsoleType = "CONSOLE"
	// ConsoleVGA is the screen of a virtual machine.
	ConsoleVGA ConsoleType = "VGA"
)

// CreateConsoleSession gives a ticket for an instance's console.
func (r *Relay) CreateConsoleSession(ctx context.Context, name, project string, console *lxd.InstanceConsole) (*SessionPayload, error) {
	instance, err := r.LXD.CheckConsole(ctx, auth.From(ctx), project, name, console)
	if err != nil {
		return nil, err
	}
	return r.session(ctx, &Ticket{Kind: KindConsole, Project: instance.Project, Instance: instance.Name, Opens: console}, "console")
}

// ServeConsole connects to the console of a ticket over a WebSocket: binary
// frames both ways, text frames as [Relay.ServeExec] has them. A screen is
// SPICE, byte for byte: while its first WebSocket is open, the ticket opens the
// further channels that a SPICE client makes.
func (r *Relay) ServeConsole(w http.ResponseWriter, request *http.Request) {
	if screen := r.screens.find(request); screen != nil {
		r.serveChannel(w, request, screen)
		return
	}
	ticket, leave, err := r.redeem(request, KindConsole)
	if err != nil {
		r.Refuse(w, request, err)
		return
	}
	defer leave()
	console := ticket.Opens.(*lxd.InstanceConsole)
	if console.VGA {
		r.serveScreen(w, request, ticket, console)
		return
	}
	peer := r.accept(w, request, ticket.Identity)
	if peer == nil {
		return
	}
	streams, err := r.LXD.Console(peer.ctx, ticket.Identity, ticket.Project, ticket.Instance, console)
	if err != nil {
		peer.finish(nil, err)
		return
	}
	peer.finish(follow(peer.ctx, &process{streams: streams, input: peer.input, controls: peer.controls, output: peer.output}))
}

// screen is a console of a virtual machine that is open, with its ticket.
type screen struct {
	streams *lxd.InstanceStreams
	ticket  *Ticket
	// ctx ends with the first channel.
	ctx context.Context
}

// screens are the open ones, by their tickets. The zero value is ready.
type screens struct {
	mutex sync.Mutex
	open  map[string]*screen
}

func (s *screens) find(request *http.Request) *screen {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found := s.open[request.URL.Query().Get("ticket")]
	if found == nil || found.ticket.Instance != named(request) || found.ticket.Project != project(request) {
		return nil
	}
	return found
}

func (s *screens) add(secret string, opened *screen) (remove func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.open == nil {
		s.open = map[string]*screen{}
	}
	s.open[secret] = opened
	return func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		delete(s.open, secret)
	}
}

// serveScreen opens a screen and carries its first channel, with which it ends.
func (r *Relay) serveScreen(w http.ResponseWriter, request *http.Request, ticket *Ticket, console *lxd.InstanceConsole) {
	streams, err := r.LXD.Console(request.Context(), ticket.Identity, ticket.Project, ticket.Instance, console)
	if err != nil {
		r.Refuse(w, request, err)
		return
	}
	defer streams.Close()
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	var control sync.WaitGroup
	control.Go(func() { // until LXD closes it, or we do
		for err := error(nil); err == nil; {
			_, _, err = streams.Control.NextReader()
		}
		cancel()
	})
	defer control.Wait()
	defer streams.Close()
	defer streams.Leave()
	opened := &screen{streams: streams, ticket: ticket, ctx: ctx}
	remove := r.screens.add(request.URL.Query().Get("ticket"), opened)
	defer remove()
	r.carryChannel(w, request, opened)
}

// serveChannel carries one more channel of an open screen.
func (r *Relay) serveChannel(w http.ResponseWriter, request *http.Request, opened *screen) {
	leave, err := r.enter()
	if err != nil {
		r.Refuse(w, request, err)
		return
	}
	defer leave()
	r.carryChannel(w, request, opened)
}

func (r *Relay) carryChannel(w http.ResponseWriter, request *http.Request, opened *screen) {
	channel, err := opened.streams.Channel(request.Context())
	if err != nil {
		r.Refuse(w, request, err)
		return
	}
	defer channel.Close()
	peer := r.accept(w, request, opened.ticket.Identity, websocket.Subprotocols(request)...) // SPICE clients ask for "binary"
	if peer == nil {
		return
	}
	stop := context.AfterFunc(opened.ctx, func() { peer.cancel(errStopping) })
	defer stop()
	closed := context.AfterFunc(peer.ctx, func() { channel.Close() })
	defer closed()
	peer.finish(nil, peer.exchange(channel))
}
