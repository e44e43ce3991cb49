package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// caller is the other end of a request. Each side of it has a deadline that
// moves as long as something passes.
type caller struct {
	w          http.ResponseWriter
	r          *http.Request
	controller *http.ResponseController
	quiet      time.Duration
	moved      time.Time
}

func (s *Streams) callerOf(w http.ResponseWriter, r *http.Request) *caller {
	return &caller{w: w, r: r, controller: http.NewResponseController(w), quiet: s.Quiet}
}

// hint tells the operation's id ahead of the answer, which may take long, to
// callers who ask for it: not all understand it, Python's http.client among them.
func (c *caller) hint() {
	if wanted, err := parameters(c.r).flag("hints", false); err == nil && wanted {
		c.w.WriteHeader(http.StatusEarlyHints)
	}
}

// endWith ends what waits for the caller when ctx does, unless that is because
// the caller has gone: then it ends by itself, and says why.
func (c *caller) endWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		if c.r.Context().Err() == nil {
			_ = c.controller.SetReadDeadline(time.Unix(1, 0))
			if answer, ok := c.w.(*begun); ok && answer.yes.Load() {
				_ = c.controller.SetWriteDeadline(time.Unix(1, 0))
			}
		}
	})
}

// patient is ctx without the end that it takes when the caller goes away, for
// work that a body ends which breaks off.
func (c *caller) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if c.r.Context().Err() == nil {
			cancel()
		}
	})
	return working, func() { stop(); cancel() }
}

// move pushes a deadline on, now and then.
func (c *caller) move(deadline func(time.Time) error) {
	if now := time.Now(); now.Sub(c.moved) > c.quiet/8 {
		c.moved = now
		_ = deadline(now.Add(c.quiet)) // a writer without deadlines, as in tests
	}
}

// send passes everything on to the caller. What the source says is returned;
// that the caller has gone is work.ErrGone.
func (c *caller) send(ctx context.Context, from io.Reader, meter *meter) error {
	defer meter.settle()
	defer c.controller.SetWriteDeadline(time.Time{}) // the connection may live on
	for {
		buffer := chunks.Get().(*[chunk]byte)
		n, err := from.Read(buffer[:])
		if n > 0 && ctx.Err() == nil {
			c.move(c.controller.SetWriteDeadline)
			if _, gone := c.w.Write(buffer[:n]); gone != nil {
				meter.carry(buffer, 0)
				return work.ErrGone
			}
		} else {
			n = 0
		}
		meter.carry(buffer, n)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return err
		}
	}
}

// body is what the caller sends, counted.
func (c *caller) body(meter *meter) io.Reader { return &callerBody{c, meter} }

type callerBody struct {
	caller *caller
	meter  *meter
}

func (b *callerBody) Read(p []byte) (int, error) {
	b.caller.move(b.caller.controller.SetReadDeadline)
	n, err := b.caller.r.Body.Read(p)
	b.meter.pass(p[:n])
	switch {
	case errors.Is(err, io.EOF): // from here on the server itself listens whether the caller goes
		_ = b.caller.controller.SetReadDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("nothing came for %s, so that the upload was given up: %w", b.caller.quiet, context.DeadlineExceeded)
	case err != nil:
		err = &lxd.InputError{Argument: "body", Message: "the upload was cut off: nothing of it was kept; send it again"}
	}
	return n, err
}
