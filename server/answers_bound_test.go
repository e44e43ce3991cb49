package server

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
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

// A stream says a kept answer once, and ends.
func TestAKeptAnswerIsSaidOnce(t *testing.T) {
	keeps, _ := pair(t)
	admin := keeps.user("boss", role(auth.RoleAdmin))
	settled(t, admin, keeps)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for round := range 3 {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, keeps.url+"/graphql", strings.NewReader(`{"query": "{ projects { nodes { name } } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = http.Header{"Authorization": {"Bearer " + admin}, "Content-Type": {"application/json"}, "Accept": {"text/event-stream"}}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
		response.Body.Close()
		if err != nil || strings.Count(string(text), "event: next") != 1 || strings.Count(string(text), "event: complete") != 1 || !strings.Contains(string(text), `"default"`) {
			t.Fatalf("round %d: %v: %.600s", round, err, text)
		}
	}
	if keeps.get(admin, "{ projects { nodes { name } } }", nil, "").etag == "" {
		t.Error("the question is not one that is kept")
	}
}
