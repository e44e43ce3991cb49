package lxd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

// InstanceStreams are the connections to a command or a console inside an
// instance. Data goes in binary frames; a text frame on a data stream is the
// end of that stream, in both directions (seen on 5.0.2).
type InstanceStreams struct {
	// Operation is LXD's, which ends when the streams do.
	Operation *Operation
	// Input is the standard input, and of a terminal its output too; nil for a screen.
	Input *websocket.Conn
	// Stdout and Stderr are nil for a terminal.
	Stdout, Stderr *websocket.Conn
	// Control takes signals and sizes. LXD closes it when the command has ended,
	// and kills the command when it is closed.
	Control *websocket.Conn

	client  *Client
	console bool
	secrets map[string]string
}

// connect opens the streams of these names. When one fails all are closed.
func (s *InstanceStreams) connect(ctx context.Context, names []string) error {
	for _, name := range names {
		socket, err := s.dial(ctx, name)
		if err != nil {
			s.Close()
			return err
		}
		switch name {
		case "0":
			s.Input = socket
		case "1":
			s.Stdout = socket
		case "2":
			s.Stderr = socket
		case "control":
			s.Control = socket
		}
	}
	return nil
}

func (s *InstanceStreams) dial(ctx context.Context, name string) (*websocket.Conn, error) {
	secret := s.secrets[name]
	if secret == "" {
		return nil, fmt.Errorf("LXD's operation has no stream %q", name)
	}
	socket, err := s.client.dialWebSocket(ctx, path("operations", s.Operation.UUID, "websocket")+"?secret="+url.QueryEscape(secret))
	if err == nil {
		readToTheEnd(socket)
	}
	return socket, err
}

// readToTheEnd lets a ping that cannot be answered be no end: LXD pings a stream
// as it begins, and may have closed it by the time that the ping is read, with all
// that a quick command wrote behind it (seen on 5.0.2).
func readToTheEnd(socket *websocket.Conn) {
	socket.SetPingHandler(func(text string) error {
		_ = socket.WriteControl(websocket.PongMessage, []byte(text), time.Now().Add(time.Second))
		return nil
	})
}

// Channel opens one more stream of a screen, which the caller closes: a SPICE
// client has several.
func (s *InstanceStreams) Channel(ctx context.Context) (*websocket.Conn, error) {
	return s.dial(ctx, "0")
}

// Resize tells the terminal its size.
func (s *InstanceStreams) Resize(width, height int) error {
	return s.command(map[string]any{"command": "window-resize", "args": map[string]string{"width": fmt.Sprint(width), "height": fmt.Sprint(height)}})
}

// Signal sends a signal to the command.
func (s *InstanceStreams) Signal(number int) error {
	return s.command(map[string]any{"command": "signal", "signal": number})
}

func (s *InstanceStreams) command(message map[string]any) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	s.Control.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return s.Control.WriteMessage(websocket.TextMessage, data)
}

// Lost is the error of a stream that broke.
func (s *InstanceStreams) Lost(err error) error { return s.client.unreachable(err) }

// Leave says goodbye to a console, upon which LXD closes its streams; it reports
// false of a command, which is not left but killed.
func (s *InstanceStreams) Leave() bool {
	if !s.console {
		return false
	}
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	return s.Control.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second)) == nil
}

// Close closes all streams. A command that still runs is killed by it, and the
// operation of a console that was not left fails.
func (s *InstanceStreams) Close() {
	for _, socket := range []*websocket.Conn{s.Control, s.Input, s.Stdout, s.Stderr} {
		if socket != nil {
			socket.Close()
		}
	}
}

// Quiet is how long the control stream may say nothing: LXD pings it.
func (s *InstanceStreams) Quiet() time.Duration { return quiet }

// End waits for the end of the operation, however long it takes, and returns it.
func (s *InstanceStreams) End(ctx context.Context) (*Operation, error) {
	for {
		operation, err := s.client.WaitOperation(ctx, System, s.Operation, time.Minute)
		if err != nil || operation.Final() {
			return operation, err
		}
	}
}

// ExitCode is what the command of an ended operation returned; 128 and the
// signal where one ended it. It is nil where LXD does not know.
func (o *Operation) ExitCode() *int {
	number, ok := o.Details["return"].(float64)
	if !ok {
		return nil
	}
	code := int(number)
	return &code
}
