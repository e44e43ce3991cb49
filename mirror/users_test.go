package mirror

import (
	"fmt"
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// What came and went leaves nothing behind.
func TestWhatIsGoneTakesNoRoom(t *testing.T) {
	m := alone(t)
	m.inSync = make(chan struct{})
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	m.freshen()
	before := len(m.keys) + len(m.users)
	for n := range 1000 {
		name := fmt.Sprint("p", n)
		in, key := Key{Projects, "", name}, Key{Instances, name, "a"}
		m.apply(m.begin(), in, &lxd.Project{Name: name})
		m.apply(m.begin(), key, &lxd.Instance{Project: name, Name: "a", Profiles: []string{"q"}})
		m.freshen()
		m.apply(m.begin(), key, nil)
		m.apply(m.begin(), in, nil)
		m.freshen()
	}
	if after := len(m.keys) + len(m.users); after > before+10 {
		t.Errorf("%d keys and users are kept of %d", after, before)
	}
}
