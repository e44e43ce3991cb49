package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// The close codes beside those of RFC 6455.
const (
	closeUnauthorized = 4401
	closeForbidden    = 4403
)

// errStopping ends streams when the server stops.
var errStopping = errors.New("the server is shutting down: connect again in a moment")

// finish tells the caller how the stream ended, waits until that was noticed,
// and ends all that serves the caller. Without an error the operation has
// ended; there is none of a channel, and a console's has no exit code.
func (p *peer) finish(operation *lxd.Operation, err error) {
	defer p.tasks.Wait()
	defer p.socket.Close()
	defer p.cancel(nil)
	p.expiry.Stop()
	p.unblock()
	patient := farewell
	code, reason := websocket.CloseNormalClosure, "the console was left"
	switch {
	case errors.Is(err, errGone):
		return
	case err != nil:
		if errors.Is(err, context.Canceled) {
			err, patient = errStopping, time.Second
		}
		code, reason = p.farewell(err, patient)
	case operation != nil:
		if exit := operation.ExitCode(); exit != nil {
			reason = fmt.Sprintf("exit %d", *exit)
			p.tell(map[string]any{"event": "exit", "exitCode": *exit, "error": operation.Error()}, patient)
		}
	}
	p.cancel(nil) // input that still comes is thrown away from here on
	if p.socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, short(reason)), time.Now().Add(patient)) != nil {
		return
	}
	select {
	case <-p.read:
	case <-time.After(patient):
	}
}

// farewell tells an error, and which close code it is.
func (p *peer) farewell(err error, patient time.Duration) (int, string) {
	message := p.failure(err)
	p.tell(message, patient)
	var away *lxd.UnavailableError
	var forbidden *lxd.ForbiddenError
	reason := message["message"].(string)
	switch {
	case err == errStopping:
		return websocket.CloseGoingAway, err.Error()
	case errors.Is(err, auth.ErrUnauthenticated):
		return closeUnauthorized, reason
	case errors.Is(err, auth.ErrForbidden), errors.As(err, &forbidden):
		return closeForbidden, reason
	case errors.As(err, &away):
		return websocket.CloseTryAgainLater, reason
	}
	return websocket.CloseInternalServerErr, reason
}

// short cuts a reason to what a close frame can hold, 123 bytes.
func short(reason string) string {
	const most = 123
	if len(reason) <= most {
		return reason
	}
	cut := most - len("…")
	for cut > 0 && reason[cut]&0xC0 == 0x80 {
		cut--
	}
	return reason[:cut] + "…"
}
