package db

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/db/pgtest"
	"github.com/lxdql/lxdql/journal"
)

// onShared runs a story on a database that two processes have open.
func onShared(t *testing.T, story func(t *testing.T, one, other *DB, url string)) {
	for name, url := range map[string]func(t *testing.T) string{
		"in a file":     func(t *testing.T) string { return "sqlite:///" + filepath.Join(t.TempDir(), "x.db") },
		"in PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			url := url(t)
			story(t, open(t, url), open(t, url), url)
		})
	}
}

// One of two processes has the lead; when it ends the other gets it, with all
// that was forwarded and kept.
func TestOneOfTwoLeads(t *testing.T) {
	onShared(t, func(t *testing.T, one, other *DB, _ string) {
		ctx := t.Context()
		lead, err := one.TakeLead(ctx)
		if err != nil || lead == nil {
			t.Fatal(lead, err)
		}
		if second, err := other.TakeLead(ctx); err != nil || second != nil {
			t.Fatalf("two lead: %v %v", second, err)
		}
		record := &journal.Record{Sequence: 1, Timestamp: time.Now().UTC(), Type: "OPERATION", Operation: "op", Project: "p", Member: "m", Body: []byte("{}")}
		if err := other.Forward(ctx, []*journal.Record{record, record}); err != nil {
			t.Fatal(err)
		}
		forwarded, err := lead.Forwarded(ctx, 1)
		if err != nil || len(forwarded) != 1 || forwarded[0].Project != "p" || forwarded[0].Member != "m" || string(forwarded[0].Body) != "{}" {
			t.Fatalf("%+v %v", forwarded, err)
		}
		if err := lead.Append(ctx, []*journal.Record{record}, []int64{int64(forwarded[0].Sequence)}); err != nil {
			t.Fatal(err)
		}
		lead.Close()
		lead, err = other.TakeLead(ctx)
		if err != nil || lead == nil {
			t.Fatalf("nobody leads: %v %v", lead, err)
		}
		defer lead.Close()
		if left, err := lead.Forwarded(ctx, 10); err != nil || len(left) != 1 {
			t.Errorf("%d are left to number: %v", len(left), err)
		}
		if kept, err := one.After(ctx, 0, 10); err != nil || len(kept) != 1 {
			t.Errorf("%d are kept: %v", len(kept), err)
		}
	})
}

// Who has lost the connection that the lead is held by can write nothing, and
// another gets the lead.
func TestALostLeadWritesNothing(t *testing.T) {
	url := pgtest.URL(t)
	one, other := open(t, url+"&application_name=one"), open(t, url)
	lead, err := one.TakeLead(t.Context())
	if err != nil || lead == nil {
		t.Fatal(lead, err)
	}
	defer lead.Close()
	pgtest.Ask(t, url, `SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE application_name = 'one'`)
	record := &journal.Record{Sequence: 1, Timestamp: time.Now().UTC(), Type: "GAP", Body: []byte("{}")}
	if err := lead.Append(t.Context(), []*journal.Record{record}, nil); err == nil {
		t.Error("who lost the lead has written")
	}
	if err := lead.Beat(t.Context(), true); err == nil {
		t.Error("who lost the lead seems to have it")
	}
	var next journal.Lead
	for until := time.Now().Add(5 * time.Second); next == nil; time.Sleep(10 * time.Millisecond) {
		if next, err = other.TakeLead(t.Context()); err != nil || time.Now().After(until) {
			t.Fatalf("nobody leads: %v %v", next, err)
		}
	}
	next.Close()
	if again, err := one.TakeLead(t.Context()); err != nil || again == nil {
		t.Errorf("who lost the lead cannot get it again: %v %v", again, err)
	} else {
		again.Close()
	}
}

// A process that stands still loses the lead, in the middle of a transaction too.
func TestALeadThatStandsStillIsLost(t *testing.T) {
	for _, last := range []string{"SELECT 1", "BEGIN"} {
		t.Run(last, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			one, other := open(t, url), open(t, url)
			still, err := one.TakeLead(t.Context())
			if err != nil || still == nil {
				t.Fatal(still, err)
			}
			defer still.Close()
			if _, err := still.(*lead).on.ExecContext(t.Context(), last); err != nil {
				t.Fatal(err)
			}
			var next journal.Lead
			for until := time.Now().Add(10 * time.Second); next == nil; time.Sleep(100 * time.Millisecond) {
				if next, err = other.TakeLead(t.Context()); err != nil || time.Now().After(until) {
					t.Fatalf("nobody leads: %v %v", next, err)
				}
			}
			next.Close()
		})
	}
}

// What one process writes the others are told of, also after silence.
func TestOthersAreTold(t *testing.T) {
	url := pgtest.URL(t)
	one, other := open(t, url), open(t, url)
	news := make(chan journal.News, 100)
	ctx, stop := context.WithCancel(t.Context())
	var listening sync.WaitGroup
	listening.Go(func() { _ = other.Listen(ctx, func(told journal.News) { news <- told }) })
	defer listening.Wait()
	defer stop()
	<-news // it listens
	lead, err := one.TakeLead(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer lead.Close()
	next := func(what string, is func(journal.News) bool) {
		t.Helper()
		for {
			select {
			case told := <-news:
				if is(told) {
					return
				}
			case <-time.After(10 * time.Second):
				t.Fatal(what + " was not told")
			}
		}
	}
	record := &journal.Record{Sequence: 1, Timestamp: time.Now().UTC(), Type: "GAP", Body: []byte("{}")}
	for range 2 {
		if err := lead.Beat(ctx, true); err != nil {
			t.Fatal(err)
		}
		next("a beat", func(told journal.News) bool { return told.Beat && told.Heard })
		if err := lead.Append(ctx, []*journal.Record{record}, nil); err != nil {
			t.Fatal(err)
		}
		next("an event", func(told journal.News) bool { return told == journal.News{} })
		if err := one.Forward(ctx, []*journal.Record{record}); err != nil {
			t.Fatal(err)
		}
		next("what was forwarded", func(told journal.News) bool { return told.Forwarded })
		next("the silence", func(told journal.News) bool { return told.Silent })
	}
}

// A lock is one process's until it lets go, or loses its connection and another
// has taken the lock.
func TestHeldLocks(t *testing.T) {
	onShared(t, func(t *testing.T, one, other *DB, url string) {
		ctx := t.Context()
		release, err := one.Hold(ctx, "x")
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]bool{"x": true, "y": false} {
			if held, err := other.Held(ctx, name); err != nil || held != want {
				t.Errorf("%s is held: %v %v", name, held, err)
			}
		}
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, err := other.Hold(short, "x"); err == nil {
			t.Error("two hold one lock")
		}
		release()
		release, err = other.Hold(ctx, "x")
		if err != nil {
			t.Fatal(err)
		}
		release()
		if held, err := one.Held(ctx, "x"); err != nil || held {
			t.Errorf("it is held still: %v %v", held, err)
		}
	})
}
