package server

import (
	"testing"

	"github.com/lxdql/lxdql/mirror"
)

// However many answers come, no more bytes are kept than allowed: those go that
// were asked for longest ago, and one that comes again takes no room twice.
func TestKeptAnswersAreBounded(t *testing.T) {
	const most = 64 << 10
	kept := keepAnswers(most, &mirror.Mirror{}, nil)
	sum := func() (bytes int) {
		for _, key := range kept.held.Keys() {
			answer, _ := kept.held.Peek(key)
			bytes += answer.size()
		}
		return bytes
	}
	for n := range 1000 {
		kept.keep(answerKey{byte(n), byte(n >> 8)}, &keptAnswer{data: make([]byte, n*7%4000)})
		if kept.bytes > most || kept.bytes != sum() {
			t.Fatalf("after %d answers %d bytes are counted, and %d kept, of %d", n+1, kept.bytes, sum(), most)
		}
	}
	last := 999
	if !kept.held.Contains(answerKey{byte(last), byte(last >> 8)}) || kept.held.Contains(answerKey{}) || kept.held.Len() < 10 {
		t.Errorf("%d answers are kept, and not the last ones", kept.held.Len())
	}
	before := kept.bytes
	kept.keep(answerKey{byte(last), byte(last >> 8)}, &keptAnswer{data: make([]byte, last*7%4000)})
	if kept.bytes != before {
		t.Errorf("an answer that came again takes %d bytes more", kept.bytes-before)
	}
	if keepAnswers(0, &mirror.Mirror{}, nil) != nil || keepAnswers(most, nil, nil) != nil {
		t.Error("something is kept without room, or without memory")
	}
}
