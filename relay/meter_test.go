package relay

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// However a stream is cut, all of it counts, once, and in its order.
func TestAMeterSumsUpWhatPasses(t *testing.T) {
	data := make([]byte, 3*chunk+unsplit+5)
	rand.Read(data)
	for _, size := range []int{0, 1, unsplit - 1, unsplit, unsplit + 1, chunk, chunk + 1, len(data)} {
		for _, piece := range []int{1000, 32 << 10, unsplit, chunk, chunk + 7, len(data)} {
			told := int64(0)
			tell := func(passed int64) { told = passed }
			passing, sending := newMeter(true, tell), newMeter(true, nil)
			carried := make([]byte, piece) // used again and again, as those who carry do
			for rest := data[:size]; len(rest) > 0; {
				n := copy(carried, rest)
				rest = rest[n:]
				passing.pass(carried[:n])
			}
			to := &caller{w: httptest.NewRecorder(), controller: http.NewResponseController(httptest.NewRecorder())}
			if err := to.send(t.Context(), inPieces{bytes.NewReader(data[:size]), piece}, sending); err != nil {
				t.Fatal(err)
			}
			want := sha256.Sum256(data[:size])
			for how, meter := range map[string]*meter{"taken": passing, "sent": sending} {
				if got := meter.sha256(); got != hex.EncodeToString(want[:]) || meter.bytes() != int64(size) {
					t.Errorf("%d bytes %s in pieces of %d: %s, %d", size, how, piece, got, meter.bytes())
				}
				if meter.digest() != newMeterOf(data[:size]).digest() {
					t.Error("asked twice it says something else")
				}
			}
			if told != int64(size) {
				t.Errorf("%d bytes: told of %d", size, told)
			}
		}
	}
	if none := newMeter(false, nil); none.sha256() != "" {
		t.Error("a sum that nobody wanted")
	}
}

// inPieces is a stream of which no more than so much comes at once.
type inPieces struct {
	of   io.Reader
	most int
}

func (p inPieces) Read(into []byte) (int, error) { return p.of.Read(into[:min(len(into), p.most)]) }

func newMeterOf(data []byte) *meter {
	meter := newMeter(true, nil)
	meter.pass(data)
	return meter
}

func BenchmarkMeter(b *testing.B) {
	data := make([]byte, chunk)
	b.SetBytes(chunk)
	meter := newMeter(true, nil)
	for b.Loop() {
		meter.pass(data)
	}
	io.WriteString(io.Discard, meter.sha256())
}
