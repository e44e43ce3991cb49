package relay

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// chunk is what is held of a stream at once.
const chunk = 256 << 10

var chunks = sync.Pool{New: func() any { return new([chunk]byte) }}

// unsplit is how many bytes of a stream are summed up at once: of a small one
// there is nothing to gain by doing it beside.
const unsplit = 64 << 10

// meter counts the bytes that pass, and sums them up where that is wanted: beside
// what carries them, a chunk behind it at most. It is safe for concurrent use.
type meter struct {
	mutex  sync.Mutex
	passed int64
	tell   func(int64) // nil for nobody

	sum     hash.Hash // nil for no sum
	filling []byte    // what has passed since; the other one is being summed up
	other   []byte
	summing sync.WaitGroup
}

func newMeter(summed bool, tell func(int64)) *meter {
	m := &meter{tell: tell}
	if summed {
		m.sum = sha256.New()
	}
	return m
}

// pass is for who goes on with p, and may write into it: it is copied, where it
// is summed up beside.
func (m *meter) pass(p []byte) {
	m.mutex.Lock()
	switch {
	case m.sum == nil:
	case m.filling == nil && m.passed+int64(len(p)) <= unsplit:
		m.sum.Write(p)
	default:
		m.fill(p)
	}
	m.mutex.Unlock()
	m.count(len(p))
}

// count counts bytes, which have been summed up or will be.
func (m *meter) count(n int) {
	m.mutex.Lock()
	m.passed += int64(n)
	passed := m.passed
	m.mutex.Unlock()
	if m.tell != nil {
		m.tell(passed)
	}
}

// lend sums p up without a copy: nobody may write into it until the next call
// returns, or summing has been waited for. It is not for use with pass.
func (m *meter) lend(p []byte) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	switch {
	case m.sum == nil:
	case m.passed+int64(len(p)) <= unsplit:
		m.sum.Write(p)
	default:
		m.summing.Wait()
		m.summing.Go(func() { m.sum.Write(p) })
	}
}

// fill keeps a copy of what passes, because whoever carries it goes on with it.
func (m *meter) fill(p []byte) {
	if m.filling == nil {
		m.filling, m.other = make([]byte, 0, chunk), make([]byte, 0, chunk)
	}
	for len(p) > 0 {
		n := min(len(p), cap(m.filling)-len(m.filling))
		m.filling = append(m.filling, p[:n]...)
		p = p[n:]
		if len(m.filling) == cap(m.filling) {
			m.turn()
		}
	}
}

// turn sums up what has been filled, when what was before it has been, in a
// goroutine that ends with it.
func (m *meter) turn() {
	m.summing.Wait()
	full := m.filling
	m.filling, m.other = m.other[:0], full
	m.summing.Go(func() { m.sum.Write(full) })
}

// total is the sum of all; nil for none. The caller holds the mutex.
func (m *meter) total() []byte {
	if m.sum == nil {
		return nil
	}
	if len(m.filling) > 0 {
		m.turn()
	}
	m.summing.Wait()
	return m.sum.Sum(nil)
}

// bytes is how many have passed.
func (m *meter) bytes() int64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.passed
}

// sha256 is the sum in hexadecimal digits; "" for none.
func (m *meter) sha256() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return hex.EncodeToString(m.total())
}

// unless is the sum of a stream that ended with err: "" where it broke off, of
// which nobody knows how much has arrived.
func (m *meter) unless(err error) string {
	if err != nil {
		return ""
	}
	return m.sha256()
}

// digest is the sum as HTTP writes it (RFC 9530).
func (m *meter) digest() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return "sha-256=:" + base64.StdEncoding.EncodeToString(m.total()) + ":"
}

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
	buffer, other := chunks.Get().(*[chunk]byte), chunks.Get().(*[chunk]byte)
	defer func() {
		meter.summing.Wait()
		chunks.Put(buffer)
		chunks.Put(other)
	}()
	defer c.controller.SetWriteDeadline(time.Time{}) // the connection may live on
	for {
		n, err := from.Read(buffer[:])
		if n > 0 && ctx.Err() == nil {
			c.move(c.controller.SetWriteDeadline)
			meter.lend(buffer[:n])
			if _, gone := c.w.Write(buffer[:n]); gone != nil {
				return work.ErrGone
			}
			meter.count(n)
			buffer, other = other, buffer // which has been summed up: lend waits for that
		}
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
