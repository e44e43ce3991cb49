package relay

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"sync"
)

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

// digest is the sum as HTTP writes it (RFC 9530).
func (m *meter) digest() string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return "sha-256=:" + base64.StdEncoding.EncodeToString(m.total()) + ":"
}
