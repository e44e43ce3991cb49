package relay

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
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
			meter := newMeter(true, func(passed int64) { told = passed })
			carried := make([]byte, piece) // used again and again, as those who carry do
			for rest := data[:size]; len(rest) > 0; {
				n := copy(carried, rest)
				rest = rest[n:]
				meter.pass(carried[:n])
			}
			want := sha256.Sum256(data[:size])
			if got := meter.sha256(); got != hex.EncodeToString(want[:]) || meter.bytes() != int64(size) || told != int64(size) {
				t.Errorf("%d bytes in pieces of %d: %s, %d, %d", size, piece, got, meter.bytes(), told)
			}
			if meter.digest() != newMeterOf(data[:size]).digest() {
				t.Error("asked twice it says something else")
			}
		}
	}
	if none := newMeter(false, nil); none.sha256() != "" {
		t.Error("a sum that nobody wanted")
	}
}

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
