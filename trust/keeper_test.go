package trust

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// enrolled is a configuration that has been enrolled with an LXD.
func enrolled(t *testing.T, f *fake, store Store) lxd.Config {
	t.Helper()
	config := files(t)
	if _, err := Enrol(t.Context(), store, config, Enrolment{URL: f.url, Token: f.token()}, "test"); err != nil {
		t.Fatal(err)
	}
	config.Remote, config.URL = true, f.url
	return config
}

// A start goes by what was decided, makes a certificate where there is none, and leaves a socket alone.
func TestPrepare(t *testing.T) {
	f, store := newFake(t), &memory{}
	local := files(t)
	if same, own, err := Prepare(t.Context(), store, local); err != nil || own != nil || same != local {
		t.Errorf("over the socket: %+v %v", own, err)
	}
	if _, err := os.Stat(local.KeyPath); err == nil {
		t.Error("a certificate for the socket")
	}
	config := enrolled(t, f, store)
	prepared, own, err := Prepare(t.Context(), store, config)
	if err != nil || own.Made || prepared.Accepted != f.seen() || prepared.TrustedBefore {
		t.Errorf("%+v %+v %v", prepared, own, err)
	}
	if err := store.KeepTrust(t.Context(), "lxd", own.Fingerprint); err != nil {
		t.Fatal(err)
	}
	if prepared, _, _ := Prepare(t.Context(), store, config); !prepared.TrustedBefore {
		t.Error("that LXD has trusted us is forgotten")
	}
	// Another configuration makes the decision void.
	pinned := config
	pinned.Fingerprint = nobodys
	if prepared, _, err := Prepare(t.Context(), store, pinned); err != nil || prepared.Accepted != "" {
		t.Errorf("%+v %v", prepared, err)
	}
	// One pin holds for all members of a cluster, which show one certificate; another server has no part in it.
	config.URL = "https://localhost:" + f.url[strings.LastIndex(f.url, ":")+1:]
	if prepared, _, err := Prepare(t.Context(), store, config); err != nil || prepared.Accepted != f.seen() {
		t.Errorf("another member: %+v %v", prepared, err)
	}
	config.URL = newFake(t).url
	if prepared, _, err := Prepare(t.Context(), store, config); err != nil || prepared.Accepted != "" {
		t.Errorf("another server: %+v %v", prepared, err)
	}
	// Files that are removed are made anew; half of a pair is no pair.
	for _, path := range []string{config.CertificatePath, config.KeyPath} {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if _, made, err := Prepare(t.Context(), store, config); err != nil || !made.Made || made.Fingerprint == own.Fingerprint {
		t.Errorf("%+v %v", made, err)
	}
	if err := os.Remove(config.CertificatePath); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Prepare(t.Context(), store, config); err == nil || !strings.Contains(err.Error(), filepath.Base(config.CertificatePath)) {
		t.Errorf("half a pair: %v", err)
	}
}

// changes keeps what a Watch tells, by turns.
type changes struct {
	mutex sync.Mutex
	told  []string
}

func (c *changes) tell(err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	text := "well"
	if err != nil {
		text = err.Error()
	}
	c.told = append(c.told, text)
}

func (c *changes) wait(t *testing.T, count int, says string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		c.mutex.Lock()
		told := append([]string{}, c.told...)
		c.mutex.Unlock()
		if len(told) >= count {
			if !strings.Contains(told[count-1], says) {
				t.Fatalf("%q instead of %q", told, says)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("only %q", told)
		}
	}
}

// watched is a keeper that looks each second; what it decides is told.
func watched(t *testing.T, f *fake, store Store) (*Keeper, *lxd.Client, *changes, *[]*Decision) {
	t.Helper()
	config, _, err := Prepare(t.Context(), store, enrolled(t, f, store))
	if err != nil {
		t.Fatal(err)
	}
	client, err := lxd.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	var decided []*Decision
	keeper := NewKeeper(client, store, config, func(d *Decision) { decided = append(decided, d) })
	ctx, stop := context.WithCancel(t.Context())
	ended, told := make(chan struct{}), &changes{}
	go func() { keeper.Watch(ctx, time.Second, told.tell); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	return keeper, client, told, &decided
}

// Trust that LXD withdraws is noticed by itself, and so is that it is back.
func TestTheKeeperNoticesWithdrawnTrust(t *testing.T) {
	f, store := newFake(t), &memory{}
	_, client, told, _ := watched(t, f, store)
	own := *client.Endpoint().ClientFingerprint()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if known, _ := store.Trusted(t.Context(), "lxd", own); known {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("that LXD trusts us is not remembered")
		}
	}
	f.change(func() { clear(f.trusted) })
	told.wait(t, 1, "withdrawn its trust")
	var refused *lxd.NotTrustedError
	if err := client.Trouble(); !errors.As(err, &refused) || !refused.Revoked {
		t.Errorf("%v", err)
	}
	f.change(func() { f.trusted[own] = true })
	told.wait(t, 2, "well")
}

// A changed certificate stops everything until an administrator accepts it, who
// is kept; what another replica has accepted holds here too.
func TestTheKeeperAndAChangedCertificate(t *testing.T) {
	f, store := newFake(t), &memory{}
	before := f.seen()
	keeper, client, told, decided := watched(t, f, store)
	changed := f.show(newPair(t, nil, x509.ECDSAWithSHA256))
	told.wait(t, 1, changed)
	var stopped *lxd.CertificateError
	if _, err := client.Server(t.Context(), lxd.System); !errors.As(err, &stopped) || stopped.Expected != before || stopped.Seen != changed {
		t.Errorf("%v", err)
	}
	f.heard()
	var forbidden *lxd.ForbiddenError
	if _, err := keeper.Accept(t.Context(), nobody{}, "vera", changed); !errors.As(err, &forbidden) {
		t.Errorf("anybody accepts: %v", err)
	}
	if _, err := keeper.Probe(t.Context(), nobody{}, f.url); !errors.As(err, &forbidden) {
		t.Errorf("anybody probes: %v", err)
	}
	if _, err := keeper.Enrol(t.Context(), nobody{}, "vera", EnrolServerInput{URL: &f.url, Fingerprint: &changed}); !errors.As(err, &forbidden) {
		t.Errorf("anybody enrols: %v", err)
	}
	var input *lxd.InputError
	for _, wrong := range []string{"", before, nobodys, changed[:40]} {
		if _, err := keeper.Accept(t.Context(), lxd.System, "ann", wrong); !errors.As(err, &input) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if asked := f.heard(); len(asked) != 0 || len(*decided) != 0 {
		t.Errorf("it was asked %v, and decided %v", asked, *decided)
	}
	payload, err := keeper.Accept(t.Context(), lxd.System, "ann", strings.ToUpper(changed))
	if err != nil || payload.Connection.Trust != lxd.TrustTrusted {
		t.Fatalf("%+v %v", payload, err)
	}
	told.wait(t, 2, "well")
	if last := (*decided)[0]; last.By != "ann" || last.Fingerprint != changed || last.Replaced != before {
		t.Errorf("%+v", last)
	}
	// Another replica accepts the next one.
	next := f.show(newPair(t, nil, x509.ECDSAWithSHA256))
	told.wait(t, 3, next)
	if err := store.AddDecision(t.Context(), &Decision{Server: "lxd", URL: f.url, Fingerprint: next, By: "another", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	told.wait(t, 4, "well")
	if client.Pin() != next {
		t.Errorf("the pin is %s", client.Pin())
	}
}

// A running server that is enrolled goes by it from then on; another LXD's certificate changes nothing here.
func TestEnrollingARunningServer(t *testing.T) {
	f, store := newFake(t), &memory{}
	keeper, client, told, decided := watched(t, f, store)
	f.change(func() { clear(f.trusted) })
	told.wait(t, 1, "trust")
	wrong := tokenOf("nope", f.seen(), nil, "")
	var rejected *lxd.TokenError
	if _, err := keeper.Enrol(t.Context(), lxd.System, "ann", EnrolServerInput{URL: &f.url, Token: &wrong}); !errors.As(err, &rejected) || len(*decided) != 0 {
		t.Errorf("%v", err)
	}
	token := f.token()
	payload, err := keeper.Enrol(t.Context(), lxd.System, "ann", EnrolServerInput{URL: &f.url, Token: &token})
	if err != nil || !payload.InUse || payload.Connection.Trust != lxd.TrustTrusted {
		t.Fatalf("%+v %v", payload, err)
	}
	other, pin := newFake(t), client.Pin()
	seen := other.seen()
	elsewhere, err := keeper.Enrol(t.Context(), lxd.System, "ann", EnrolServerInput{URL: &other.url, Fingerprint: &seen})
	if err != nil || elsewhere.InUse || client.Pin() != pin || len(*decided) != 2 {
		t.Errorf("%+v %v", elsewhere, err)
	}
}

type nobody struct{}

func (nobody) Allows(string, bool) bool { return false }
