package mirror

import (
	"slices"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// alone is a mirror that nobody keeps.
func alone(t *testing.T) *Mirror {
	t.Helper()
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: "/nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	return New(client, lxd.NewHub(client))
}

func profile(name, description string) *lxd.Profile {
	return &lxd.Profile{Name: name, Description: description, Project: "default"}
}

func (m *Mirror) described(key Key) string {
	if entry := lookup(m.tables[key.Kind].entries, key); entry != nil {
		return entry.Object.(*lxd.Profile).Description
	}
	return "gone"
}

// Reads end in any order: what the one that began last saw is what stays, alone
// or in a list, and what it did not see stays gone.
func TestAnOlderReadNeverReplacesANewerOne(t *testing.T) {
	key := Key{Profiles, "default", "p"}
	one := func(text string) func(*Mirror, reading) {
		return func(m *Mirror, read reading) { m.apply(read, key, profile("p", text)) }
	}
	gone := func(m *Mirror, read reading) { m.apply(read, key, nil) }
	list := func(texts ...string) func(*Mirror, reading) {
		return func(m *Mirror, read reading) {
			objects := []any{profile("other", "")}
			for _, text := range texts {
				objects = append(objects, profile("p", text))
			}
			m.applyList(read, Profiles, "", objects)
		}
	}
	for name, reads := range map[string]struct {
		older, newer func(*Mirror, reading)
		want         string
	}{
		"an object and an object":              {one("old"), one("new"), "new"},
		"an object and its end":                {one("old"), gone, "gone"},
		"its end and an object":                {gone, one("new"), "new"},
		"a list and an object":                 {list("old"), one("new"), "new"},
		"an object and a list":                 {one("old"), list("new"), "new"},
		"a list and its end":                   {list("old"), gone, "gone"},
		"an object and a list that has it not": {one("old"), list(), "gone"},
		"a list that has it not and an object": {list(), one("new"), "new"},
		"two lists":                            {list("old"), list(), "gone"},
	} {
		for _, there := range []bool{false, true} {
			m := alone(t)
			if there {
				m.apply(m.begin(), key, profile("p", "first"))
			}
			older, newer := m.begin(), m.begin()
			reads.newer(m, newer)
			m.end(newer)
			reads.older(m, older)
			m.end(older)
			if got := m.described(key); got != reads.want {
				t.Errorf("%s (there before: %v): %s, not %s", name, there, got, reads.want)
			}
		}
	}
}

// What is gone is remembered for as long as a read is under way that may have
// seen it, and no longer.
func TestWhatIsGoneIsForgottenWhenNoReadCanBringItBack(t *testing.T) {
	m := alone(t)
	key := Key{Profiles, "default", "p"}
	m.apply(m.begin(), key, profile("p", ""))
	slow := m.begin()
	last := m.begin()
	m.apply(last, key, nil)
	m.tables[Profiles].forget(slow.number)
	m.apply(slow, key, profile("p", "back"))
	if got := m.described(key); got != "gone" {
		t.Errorf("it is %s", got)
	}
	m.end(slow)
	m.end(last)
	m.tables[Profiles].forget(m.reads + 1)
	if len(m.tables[Profiles].seen)+len(m.tables[Profiles].listed) != 0 {
		t.Errorf("%v are remembered", m.tables[Profiles].seen)
	}
}

// A revision moves when bytes change, and a view that was given stays as it was.
func TestARevisionMovesWhenBytesChange(t *testing.T) {
	m := alone(t)
	key := Key{Profiles, "default", "p"}
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	m.apply(m.begin(), key, profile("p", "one"))
	first := m.freeze()
	m.apply(m.begin(), key, profile("p", "one"))
	if same := m.freeze(); same != first {
		t.Error("the same bytes made another view")
	}
	m.apply(m.begin(), key, profile("p", "two"))
	second := m.freeze()
	if second.Revision(Profiles) <= first.Revision(Profiles) || second.Revision(Networks) != first.Revision(Networks) {
		t.Errorf("revisions %d and %d", first.Revision(Profiles), second.Revision(Profiles))
	}
	if was := first.entry(key).Object.(*lxd.Profile).Description; was != "one" {
		t.Errorf("a view changed: %s", was)
	}
	// Its users are derived: the profile's bytes change with them.
	m.apply(m.begin(), Key{Instances, "default", "c"}, &lxd.Instance{Name: "c", Project: "default", Profiles: []string{"p"}})
	third := m.freeze()
	if third.Revision(Profiles) <= second.Revision(Profiles) || len(third.entry(key).Object.(*lxd.Profile).Users) != 1 {
		t.Errorf("users: %+v", third.entry(key).Object)
	}
	m.apply(m.begin(), Key{Instances, "default", "c"}, &lxd.Instance{Name: "c", Project: "default", Description: "x", Profiles: []string{"p"}})
	if fourth := m.freeze(); fourth.Revision(Profiles) != third.Revision(Profiles) {
		t.Error("an instance's change that is none of the profile's moved the profile's revision")
	}
}

// Nothing is served that was not listed since LXD is heard.
func TestThereIsNoViewBeforeTheFirstList(t *testing.T) {
	m := alone(t)
	if view, err := m.View(); err == nil {
		t.Errorf("a view: %v", view)
	}
	begun := time.Now()
	m.CaughtUp(t.Context())
	if time.Since(begun) > time.Second {
		t.Error("somebody waits for a mirror that is not served")
	}
}

// LXD expands an instance's snapshots by the profiles as they are now: a
// profile's change is one of them too.
func TestAProfileTouchesTheSnapshotsThatItExpands(t *testing.T) {
	m := alone(t)
	m.apply(m.begin(), Key{Projects, "", "default"}, &lxd.Project{Name: "default"})
	snapshots := Key{Snapshots, "default", "c"}
	m.apply(m.begin(), snapshots, []*lxd.InstanceSnapshot{{FullName: "c/s", ProfileNames: []string{"p"}}})
	if keys := ofProfile(m, Key{Profiles, "default", "p"}, ""); !slices.Contains(keys, snapshots) {
		t.Errorf("the profile touches %v", keys)
	}
	if keys := ofProfile(m, Key{Profiles, "default", "q"}, "p"); !slices.Contains(keys, snapshots) {
		t.Errorf("renamed, it touches %v", keys)
	}
	if keys := ofProfile(m, Key{Profiles, "default", "q"}, ""); len(keys) > 0 {
		t.Errorf("another one touches %v", keys)
	}
}

// What settles slowly is read when it has, whatever settles soon in between.
func TestAQuickChangeDoesNotEndTheWaitForASlowOne(t *testing.T) {
	m := alone(t)
	key := Key{Profiles, "default", "p"}
	begun := time.Now()
	m.mark(settlesSlow, key)
	m.mark(settles, key)
	if due := m.settle[key]; len(due) != 2 || due[1].Before(begun.Add(5*time.Second)) {
		t.Errorf("it is read again at %v", due)
	}
}
