package relay

import (
	"encoding/base64"
	"encoding/hex"
	"sync"
)

// meter counts the bytes that pass, and sums them up where that is wanted. How
// many there are may be asked at any time.
type meter struct {
	tell func(int64) // nil for nobody
	sum  *summer     // nil for no sum

	mutex   sync.Mutex
	passed  int64
	filling *[chunk]byte // what has been copied for the sum, and is not in it
	filled  int
}

func newMeter(summed bool, tell func(int64)) *meter {
	m := &meter{tell: tell}
	if summed {
		m.sum = newSummer()
	}
	return m
}

// pass is for who goes on with p, and may write into it: it is copied for the sum.
func (m *meter) pass(p []byte) {
	if m.sum != nil {
		m.mutex.Lock()
		for rest := p; len(rest) > 0; {
			if m.filling == nil {
				m.filling = chunks.Get().(*[chunk]byte)
			}
			n := copy(m.filling[m.filled:], rest)
			rest = rest[n:]
			if m.filled += n; m.filled == chunk {
				m.flush()
			}
		}
		m.mutex.Unlock()
	}
	m.count(len(p))
}

// flush sums up what has been copied. The caller holds the mutex.
func (m *meter) flush() {
	if m.filling != nil {
		m.sum.add(m.filling, m.filled)
		m.filling, m.filled = nil, 0
	}
}

// carry is for who is done with the chunk, of which so much has passed: it is
// the meter's now.
func (m *meter) carry(in *[chunk]byte, n int) {
	if m.sum == nil || n == 0 {
		chunks.Put(in)
	} else {
		m.sum.add(in, n)
	}
	if n > 0 {
		m.count(n)
	}
}

// settle waits until what was carried is summed up.
func (m *meter) settle() {
	if m.sum != nil {
		m.sum.summing.Wait()
	}
}

func (m *meter) count(n int) {
	m.mutex.Lock()
	m.passed += int64(n)
	passed := m.passed
	m.mutex.Unlock()
	if m.tell != nil {
		m.tell(passed)
	}
}

// bytes is how many have passed.
func (m *meter) bytes() int64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.passed
}

// sha256 is the sum in hexadecimal digits; "" for none.
func (m *meter) sha256() string { return hex.EncodeToString(m.total()) }

// digest is the sum as HTTP writes it (RFC 9530).
func (m *meter) digest() string {
	return "sha-256=:" + base64.StdEncoding.EncodeToString(m.total()) + ":"
}

// total is the sum of all that has passed; nil for none.
func (m *meter) total() []byte {
	if m.sum == nil {
		return nil
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.flush()
	return m.sum.total()
}
