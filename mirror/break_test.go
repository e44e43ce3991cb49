package mirror

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// parted is a simulator with two doors: the mirror's, which can be shut, and
// another one for who changes something meanwhile.
type parted struct {
	*lxdsim.Server
	*bare
	t         *testing.T
	socket    string
	listening interface{ Close() error }
}

func partedFrom(t *testing.T) (*parted, *kept) {
	t.Helper()
	directory, err := os.MkdirTemp("", "mirror")
	if err != nil {
		t.Fatal(err)
	}
	daemon := lxdsim.New(lxdsim.Options{Instances: 5, Projects: 1, Pools: 1, Networks: 1, Seed: 1})
	other, err := daemon.Serve(context.Background(), filepath.Join(directory, "o"))
	if err != nil {
		t.Fatal(err)
	}
	p := &parted{daemon, newBare(filepath.Join(directory, "o")), t, filepath.Join(directory, "s"), nil}
	p.open()
	t.Cleanup(func() { p.listening.Close(); other.Close(); daemon.Close(); os.RemoveAll(directory) })
	return p, on(t, p.socket)
}

func (p *parted) open() {
	p.t.Helper()
	listening, err := p.Serve(context.Background(), p.socket)
	if err != nil {
		p.t.Fatal(err)
	}
	p.listening = listening
}

// shut ends what the mirror hears, and waits until it has seen that.
func (p *parted) shut(m *kept) {
	p.t.Helper()
	p.listening.Close()
	p.DropStreams()
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		if _, err := m.View(); err != nil {
			return
		}
		if time.Since(begun) > 10*time.Second {
			p.t.Fatal("it is served though LXD is not heard")
		}
	}
}

// says is the description of the default profile, for who is served; false for nobody.
func (m *kept) says() (string, bool) {
	view, err := m.View()
	if err != nil {
		return "", false
	}
	return view.entry(Key{Profiles, "default", "default"}).Object.(*lxd.Profile).Description, true
}

// Nothing is served between a break and the next list: what changed meanwhile,
// and no event told, is in the first view there is.
func TestThereIsNoViewBetweenABreakAndTheNextList(t *testing.T) {
	daemon, m := partedFrom(t)
	for _, text := range []string{"one", "two", "three"} {
		daemon.shut(m)
		if !daemon.send(t.Context(), "PATCH", "profiles/default", fields{"description": text}) {
			t.Fatal("refused")
		}
		if view, err := m.View(); err == nil {
			t.Errorf("a view while LXD is away: %v", view.AsOf())
		}
		back := time.Now()
		daemon.open()
		for {
			if said, served := m.says(); served && said != text {
				t.Fatalf("it says %q, and LXD %q", said, text)
			} else if served {
				break
			}
			if time.Since(back) > 20*time.Second {
				t.Fatal("it is not served any more")
			}
		}
		if view, err := m.View(); err != nil || view.AsOf().Before(back) {
			t.Errorf("as of %v, before LXD came back: %v", view.AsOf(), err)
		}
	}
}

// A change that LXD announced in a break, and wrote after the list that followed,
// is found, and told as a gap.
func TestAChangeThatWasAnnouncedInABreakIsFoundAfterIt(t *testing.T) {
	daemon, m := partedFrom(t)
	daemon.SetFaults(lxdsim.Faults{Early: 3 * time.Second})
	daemon.shut(m)
	changed := make(chan bool)
	go func() {
		changed <- daemon.send(context.WithoutCancel(t.Context()), "PATCH", "profiles/default", fields{"description": "late"})
	}()
	for begun := time.Now(); time.Since(begun) < time.Second; time.Sleep(10 * time.Millisecond) { // the event is sent to nobody
	}
	daemon.open()
	m.ready()
	if said, _ := m.says(); said == "late" {
		t.Fatal("the list was not too early: this test sees nothing")
	}
	first := m.gapSeen()
	if !<-changed {
		t.Fatal("refused")
	}
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if said, served := m.says(); served && said == "late" && m.gapSeen() > first {
			break
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("it was never found, or not told: %+v", m.Status())
		}
	}
	missed, known := m.Missed(t.Context(), lxd.System, m.gapSeen())
	told := false
	for _, difference := range missed {
		told = told || difference.Key() == Key{Profiles, "default", "default"}
	}
	if !known || !told {
		t.Errorf("it is not among what was missed: %v %v", missed, known)
	}
	if status := m.Status(); status.Differences != 0 {
		t.Errorf("counted as what events should have told: %+v", status)
	}
}

func (m *kept) gapSeen() uint64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.gap
}

// What came and went within one break is no difference.
func TestWhatCameAndWentIsNotMissed(t *testing.T) {
	m := alone(t)
	m.status.Reconciled = 1
	key := Key{Profiles, "default", "p"}
	m.apply(m.begin(), key, profile("p", "one"))
	m.apply(m.begin(), key, nil)
	m.apply(m.begin(), Key{Profiles, "default", "q"}, profile("q", "one"))
	m.reconciled()
	missed, known := m.Missed(t.Context(), lxd.System, 0)
	if !known || len(missed) != 1 || missed[0].Key().Name != "q" {
		t.Errorf("missed: %v %v", missed, known)
	}
}
