package relay

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

func who(id int64) *auth.Identity { return &auth.Identity{User: &auth.User{ID: id}} }

func ticketFor(identity *auth.Identity) *Ticket {
	return &Ticket{Kind: KindExec, Identity: identity, Project: "p", Instance: "c1"}
}

func TestATicketIsGoodOnceForWhatItIsFor(t *testing.T) {
	var tickets Tickets
	if _, _, err := tickets.Issue(ticketFor(nil)); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("for nobody: %v", err)
	}
	if _, err := tickets.Redeem("", KindExec, "p", "c1", nil); !errors.Is(err, auth.ErrUnauthenticated) {
		t.Errorf("none: %v", err)
	}
	for name, redeem := range map[string]func(secret string) (*Ticket, error){
		"another kind":     func(s string) (*Ticket, error) { return tickets.Redeem(s, KindConsole, "p", "c1", nil) },
		"another project":  func(s string) (*Ticket, error) { return tickets.Redeem(s, KindExec, "q", "c1", nil) },
		"another instance": func(s string) (*Ticket, error) { return tickets.Redeem(s, KindExec, "p", "c2", nil) },
		"another user":     func(s string) (*Ticket, error) { return tickets.Redeem(s, KindExec, "p", "c1", who(2)) },
		"a guess":          func(s string) (*Ticket, error) { return tickets.Redeem(s+"A", KindExec, "p", "c1", nil) },
	} {
		secret, expiresAt, err := tickets.Issue(ticketFor(who(1)))
		if err != nil || time.Until(expiresAt) > ticketLife || len(secret) < 26 {
			t.Fatalf("%q %v %v", secret, expiresAt, err)
		}
		if _, err := redeem(secret); err != ErrTicket || !errors.Is(err, auth.ErrUnauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tickets.Redeem(secret, KindExec, "p", "c1", nil); name != "a guess" && err != ErrTicket {
			t.Errorf("%s, and then what it is for: %v", name, err)
		}
	}
	for _, caller := range []*auth.Identity{nil, who(1)} {
		secret, _, _ := tickets.Issue(ticketFor(who(1)))
		if ticket, err := tickets.Redeem(secret, KindExec, "p", "c1", caller); err != nil || ticket.Identity.User.ID != 1 {
			t.Errorf("%v", err)
		}
		if _, err := tickets.Redeem(secret, KindExec, "p", "c1", caller); err != ErrTicket {
			t.Errorf("twice: %v", err)
		}
	}
}

func TestTicketsEndAndAreBounded(t *testing.T) {
	var tickets Tickets
	old := ticketFor(who(1))
	secret, _, _ := tickets.Issue(old)
	old.expiresAt = time.Now().Add(-time.Second)
	if _, err := tickets.Redeem(secret, KindExec, "p", "c1", nil); err != ErrTicket {
		t.Errorf("after its time: %v", err)
	}
	unused := make([]*Ticket, ticketsEach)
	for n := range unused {
		unused[n] = ticketFor(who(1))
		if _, _, err := tickets.Issue(unused[n]); err != nil {
			t.Fatal(err)
		}
	}
	var limit *lxd.LimitError
	if _, _, err := tickets.Issue(ticketFor(who(1))); !errors.As(err, &limit) {
		t.Errorf("one too many: %v", err)
	}
	if _, _, err := tickets.Issue(ticketFor(who(2))); err != nil {
		t.Errorf("another user's: %v", err)
	}
	unused[0].expiresAt = time.Now().Add(-time.Second)
	if _, _, err := tickets.Issue(ticketFor(who(1))); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

func TestControlFrames(t *testing.T) {
	for text, want := range map[string]string{
		"": "end-of-input", `{"command":"end-of-input"}`: "end-of-input", `{"command":"signal","signal":15}`: "signal", `{"command":"pause"}`: "pause",
		`{"command":"window-resize","args":{"width":"132","height":"50"}}`: "window-resize", `{"command":"window-resize","args":{"width":132,"height":50}}`: "window-resize",
	} {
		if message, err := readControl([]byte(text)); err != nil || message.Command != want || (want == "window-resize" && (message.Args.Width != 132 || message.Args.Height != 50)) {
			t.Errorf("%s: %v %v", text, message, err)
		}
	}
	for _, text := range []string{"ls", `{}`, `{"command":"signal","signal":0}`, `{"command":"signal","signal":65}`, `{"command":"window-resize","args":{"width":0,"height":50}}`, `{"command":"window-resize","args":{"width":"a","height":50}}`, `[]`} {
		var refused *lxd.InputError
		if message, err := readControl([]byte(text)); !errors.As(err, &refused) {
			t.Errorf("%s: %v %v", text, message, err)
		}
	}
}

func TestCharactersAreNotCut(t *testing.T) {
	for text, want := range map[string]int{"": 0, "a": 1, "aü": 3, "a\xc3": 1, "€": 3, "\xe2\x82": 0, "\xe2": 0, "a\xf0\x9f\x98": 1, "😀": 4, "\x80\x80\x80\x80": 4, "a\xff": 2} {
		if got := wholeRunes([]byte(text)); got != want {
			t.Errorf("%q: %d instead of %d", text, got, want)
		}
	}
	if got := short("grüß" + string(make([]byte, 200))); len(got) > 123 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestAGateHoldsUp(t *testing.T) {
	var g gate
	ctx, cancel := context.WithCancelCause(t.Context())
	g.set(false)
	if err := g.pass(ctx); err != nil {
		t.Error(err)
	}
	g.set(true)
	passed := make(chan error, 1)
	go func() { passed <- g.pass(ctx) }()
	select {
	case <-passed:
		t.Error("it is shut")
	case <-time.After(100 * time.Millisecond):
	}
	g.set(false)
	if err := <-passed; err != nil {
		t.Error(err)
	}
	g.set(true)
	cancel(errGone)
	if err := g.pass(ctx); err != errGone {
		t.Error(err)
	}
}
