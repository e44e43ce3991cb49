package relay

import (
	"context"
	"io"
	"net/http"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// arrival is something that LXD makes of bytes, as an operation of ours.
type arrival[T any] struct {
	description, project string
	resources            map[string][]string
	// make sends the bytes to LXD, and says what has come of them. It calls
	// received.done when it needs no more of them.
	make func(context.Context, *work.Transfer, *received) (T, error)
}

// received are the bytes of an arrival.
type received struct {
	meter *meter
	// from is who sends them, over HTTP; nil where they are all here.
	from *caller
	// here are the bytes where they are; sent is closed when they are not needed any more.
	here io.Reader
	sent chan struct{}
	// looking is what goes on to LXD of an archive that is looked into; nil for others.
	looking *checking
}

func (b *received) raw() io.Reader {
	if b.from == nil {
		return &metered{b.here, b.meter}
	}
	return b.from.body(b.meter)
}

func (b *received) looked(check *lxd.ArchiveCheck) io.Reader {
	b.looking = checked(b.raw(), check)
	return b.looking
}

// patient is what bytes are sent on with: who sends them ends them.
func (b *received) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if b.from == nil {
		return context.WithCancel(ctx)
	}
	return b.from.patient(ctx)
}

// done ends what still reads the bytes, which LXD may not have wanted to their
// end, and notes what has come.
func (b *received) done(t *work.Transfer) {
	if b.looking != nil {
		b.looking.end(b.from)
	}
	t.Sum(b.meter.bytes(), b.meter.sha256())
	if b.sent != nil {
		close(b.sent)
	}
}

// metered counts what is read.
type metered struct {
	io.Reader
	meter *meter
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.meter.pass(p[:n])
	return n, err
}

// receive takes a body in as an operation of ours, and answers with what was
// made of it.
func receive[T any](s *Streams, w http.ResponseWriter, r *http.Request, coming *arrival[T], status func() int, show func(T) map[string]any) error {
	summed, err := parameters(r).flag("checksum", true)
	if err != nil {
		return err
	}
	var told map[string]any
	var operation *lxd.Operation
	err = s.Work.Transfer(r.Context(), coming.description, coming.project, coming.resources, func(ctx context.Context, t *work.Transfer) error {
		from := s.callerOf(w, r)
		defer from.endWith(ctx)()
		operation = t.Operation()
		w.Header().Set("X-Operation-ID", operation.ID())
		from.hint()
		t.Stage("upload", r.ContentLength)
		body := &received{from: from, meter: newMeter(summed, t.Passed)}
		made, err := coming.make(ctx, t, body)
		if err != nil {
			return err
		}
		told = show(made)
		if sum := body.meter.sha256(); sum != "" {
			told["sha256"] = sum
			w.Header().Set(digestTrailer, body.meter.digest())
		}
		return nil
	})
	if s.CaughtUp != nil { // a refused archive may have left something behind
		s.CaughtUp(r.Context())
	}
	if err != nil {
		w.Header().Set("Connection", "close") // what comes of the body after this is nobody's
		return err
	}
	told["operation"] = map[string]any{"id": operation.ID()}
	return answer(w, status(), told)
}

func created() int { return http.StatusCreated }
