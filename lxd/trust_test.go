package lxd

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A client that LXD trusted and does not any more is told apart from one that it never knew.
func TestWithdrawnTrust(t *testing.T) {
	lxd := newOverTLS(t)
	client := lxd.client(t, nil)
	for _, step := range []struct {
		auth string
		want LxdTrust
	}{{"untrusted", TrustUntrusted}, {"trusted", TrustTrusted}, {"untrusted", TrustRevoked}} {
		lxd.auth.Store(step.auth)
		server, err := client.Server(t.Context(), System)
		if err != nil || server.Connection().Trust != step.want {
			t.Errorf("want %s: %+v, %v", step.want, server.Connection(), err)
		}
		if hint := server.Connection().Hint(); (hint == nil) != (step.want == TrustTrusted) {
			t.Errorf("%s: hint %v", step.want, hint)
		}
		client.standing.proven = time.Time{}
		var refused *NotTrustedError
		for what, err := range map[string]error{"projects": second(client.Projects(t.Context(), System)), "images": second(client.Images(t.Context(), System, "default"))} {
			if errors.As(err, &refused) != (step.want != TrustTrusted) {
				t.Errorf("%s, %s: %v", step.want, what, err)
			}
		}
	}
}

// "not authorized" is no withdrawn trust where LXD trusts us with a part only.
func TestARefusalOfAPartIsNoDistrust(t *testing.T) {
	client := newOverTLS(t).client(t, nil)
	var refused *Error
	if _, err := client.Project(t.Context(), System, "forbidden"); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
		t.Errorf("%v", err)
	}
	if err := client.Trouble(); err != nil {
		t.Errorf("%v", err)
	}
}

// LXD leaves the event stream open when it withdraws its trust: we end it, and everybody who follows.
func TestTheEventStreamEndsWithTheTrust(t *testing.T) {
	lxd := newOverTLS(t)
	client := lxd.client(t, nil)
	hub := NewHub(client)
	ended := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	go func() { hub.Run(ctx); close(ended) }()
	defer func() { stop(); <-ended }()
	<-hub.Connected()
	following, err := hub.Subscribe(System, EventFilter{})
	if err != nil {
		t.Fatal(err)
	}
	lxd.auth.Store("untrusted")
	var refused *NotTrustedError
	if err := client.CheckTrust(t.Context()); !errors.As(err, &refused) || !refused.Revoked {
		t.Errorf("the check: %v", err)
	}
	soon, late := context.WithTimeout(t.Context(), 10*time.Second) // less than what a silent connection is given
	defer late()
	if _, err := following.Next(soon); !errors.As(err, &refused) {
		t.Errorf("who follows: %v", err)
	}
	if _, err := hub.Subscribe(System, EventFilter{}); !errors.As(err, &refused) {
		t.Errorf("who comes later: %v", err)
	}
	lxd.auth.Store("trusted")
	if err := client.CheckTrust(t.Context()); err != nil {
		t.Errorf("%v", err)
	}
	<-hub.Connected()
	if _, err := hub.Subscribe(System, EventFilter{}); err != nil {
		t.Errorf("%v", err)
	}
}

// A changed certificate stops the connection, also when the old one comes back, until somebody accepts one.
func TestAChangedCertificateStopsTheConnection(t *testing.T) {
	lxd := newOverTLS(t)
	before := lxd.certificate.Load()
	old := fingerprint(before.Leaf)
	client := lxd.client(t, nil)
	if err := client.CheckTrust(t.Context()); err != nil {
		t.Fatal(err)
	}
	changed := lxd.show(t, nil)
	asked := lxd.asked.Load()
	var refused *CertificateError
	if err := client.CheckTrust(t.Context()); !errors.As(err, &refused) || refused.Expected != old || refused.Seen != changed {
		t.Fatalf("%v", err)
	}
	lxd.certificate.Store(before)
	if _, err := client.Projects(t.Context(), System); !errors.As(err, &refused) {
		t.Errorf("the old certificate is back: %v", err)
	}
	if now := lxd.asked.Load(); now != asked {
		t.Errorf("%d requests reached it", now-asked)
	}
	if stopped := client.Stopped(refused); stopped.Connection().Trust == TrustTrusted || *stopped.Connection().CertificateFingerprint() != changed || *stopped.Connection().TrustedFingerprint() != old {
		t.Errorf("%+v", stopped.Connection())
	}
	lxd.show(t, nil)
	lxd.certificate.Store(lxd.certificate.Load())
	shownNow := fingerprint(lxd.certificate.Load().Leaf)
	var input *InputError
	var forbidden *ForbiddenError
	if _, _, err := client.Accept(t.Context(), nobody{}, shownNow); !errors.As(err, &forbidden) {
		t.Errorf("anybody accepts: %v", err)
	}
	for _, text := range []string{"", "abc", changed, strings.Repeat("z", 64)} {
		if _, _, err := client.Accept(t.Context(), System, text); !errors.As(err, &input) {
			t.Errorf("%q: %v", text, err)
		}
	}
	accepted, replaced, err := client.Accept(t.Context(), System, strings.ToUpper(shownNow))
	if err != nil || accepted != shownNow || replaced != old {
		t.Errorf("%s %s %v", accepted, replaced, err)
	}
	if err := client.CheckTrust(t.Context()); err != nil {
		t.Errorf("%v", err)
	}
	lxd.certificate.Store(before)
	if err := client.CheckTrust(t.Context()); !errors.As(err, &refused) {
		t.Errorf("what was replaced: %v", err)
	}
}

type nobody struct{}

func (nobody) Allows(string, bool) bool { return false }
