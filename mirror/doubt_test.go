package mirror

import (
	"fmt"
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// Who asks LXD itself has what is held read again, once in a while, and only
// what there is; who does so for other reasons has not.
func TestWhatIsDoubtedIsReadAgain(t *testing.T) {
	m := alone(t)
	key, list := Key{Profiles, "default", "p"}, whole(Profiles, "default")
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	m.apply(m.begin(), key, profile("p", ""))
	m.doubt(key)
	if len(m.pending) != 0 {
		t.Error("before anything is listed")
	}
	m.inSync = make(chan struct{})
	m.Reader(true).ask(key)
	if len(m.pending) != 0 {
		t.Error("without a doubt")
	}
	for _, asked := range []Key{key, list, {Profiles, "default", "none"}, whole(Profiles, "nowhere")} {
		m.Doubting().ask(asked)
	}
	if len(m.pending) != 2 || m.pending[key] == nil || m.pending[list] == nil {
		t.Errorf("to be read are %v", m.pending)
	}
	clear(m.pending)
	m.Doubting().ask(key)
	if len(m.pending) != 0 {
		t.Error("at once again")
	}
	for n := range mostDoubts + 1 {
		name := fmt.Sprint("q", n)
		m.apply(m.begin(), Key{Profiles, "default", name}, profile(name, ""))
		m.doubt(Key{Profiles, "default", name})
	}
	if len(m.doubts) > mostDoubts {
		t.Errorf("%d are remembered", len(m.doubts))
	}
}
