package e2e

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// inStep waits until lists come from memory: LXD is not called for them.
func (s *running) inStep(t *testing.T, token string) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if read := s.must(t, token, `{ profiles { totalCount } }`, nil); into(read.Extensions, "lxd", "calls") == float64(0) {
			return
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatal("nothing comes from memory")
		}
	}
}

// Memory shows each caller what LXD would, of what the caller may see only; LIVE
// asks LXD.
func TestMemoryIsFilteredLikeLXD(t *testing.T) {
	type m = map[string]any
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket)
	admin := server.login(t)
	ours, theirs := newProject(t, "true"), newProject(t, "true")
	for _, project := range []string{ours, theirs} {
		server.must(t, admin, createBusybox, m{"name": newName(), "project": project, "wait": 60})
	}
	viewer := server.account(t, admin, "vera", "")
	server.grant(t, admin, "vera", ours, "VIEWER")
	server.inStep(t, admin)
	const everything = `query($p: String!, $f: Freshness!) {
		instances(allProjects: true, freshness: $f) { totalCount nodes { id name config snapshots { name } project { name usedBy { id } } profiles { name usedBy { id } } } }
		projects(freshness: $f) { nodes { name usedBy { id } } } profiles(allProjects: true, freshness: $f) { nodes { id name usedBy { id } } }
		images(allProjects: true, freshness: $f) { nodes { fingerprint } } networks(allProjects: true, freshness: $f) { nodes { id usedBy { id } } }
		storageVolumes(allProjects: true, type: CUSTOM, freshness: $f) { nodes { id } } storagePools(freshness: $f) { nodes { name usedBy { id } } }
		other: instances(project: $p, freshness: $f) { totalCount } hidden: project(name: $p, freshness: $f) { name } }`
	for name, token := range map[string]string{"the viewer": viewer, "the administrator": admin} {
		asked := m{"p": theirs, "f": "CACHED"}
		cached := server.ask(t, token, everything, asked)
		if name == "the administrator" && into(cached.Extensions, "lxd", "calls") != float64(0) {
			t.Errorf("memory asks LXD: %s", cached.Text)
		}
		asked["f"] = "LIVE"
		var live *answer
		if paths := counting.during(func() { live = server.ask(t, token, everything, asked) }); len(paths) == 0 {
			t.Errorf("%s: LIVE does not ask LXD", name)
		}
		if a, b := fmt.Sprint(sorted(cached.Data)), fmt.Sprint(sorted(live.Data)); a != b {
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			t.Errorf("%s is shown of memory\n…%s\nand of LXD\n…%s", name, a[max(0, at-300):min(len(a), at+300)], b[max(0, at-300):min(len(b), at+300)])
		}
		if fmt.Sprint(cached.code()) != live.code() {
			t.Errorf("%s: %s and %s", name, cached.code(), live.code())
		}
	}
	if seen := server.ask(t, viewer, everything, m{"p": theirs, "f": "CACHED"}); seen.at("instances", "totalCount") != float64(1) || seen.at("hidden") != nil || seen.code() != "NOT_FOUND" {
		t.Errorf("the viewer sees %s", seen.Text)
	}
}

// Whoever was answered, and everybody who asks after that, sees the change: made,
// changed, renamed and deleted, by many at once.
func TestChangesAreSeenByWhoeverAsksNext(t *testing.T) {
	type m = map[string]any
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	server.inStep(t, token)
	var working sync.WaitGroup
	for n := range 4 {
		working.Go(func() {
			name := fmt.Sprintf("w%d", n)
			for turn := range 3 {
				text := fmt.Sprint(turn)
				server.must(t, token, `mutation($n: String!, $p: String, $t: String) { createProfile(input: {name: $n, project: $p, description: $t}) { profile { name } } }`, m{"n": name, "p": project, "t": text})
				see := func(name, want string) {
					t.Helper()
					read := server.ask(t, token, `query($n: String!, $p: String) { profile(name: $n, project: $p) { description } }`, m{"n": name, "p": project})
					if got := fmt.Sprint(read.at("profile", "description")); got != want {
						t.Errorf("%s of turn %d is %s, not %s", name, turn, got, want)
					}
				}
				see(name, text)
				for step := range 5 {
					text := fmt.Sprint(turn, "-", step)
					server.must(t, token, `mutation($n: String!, $p: String, $t: String) { updateProfile(name: $n, project: $p, input: {description: $t}) { profile { description } } }`, m{"n": name, "p": project, "t": text})
					see(name, text)
				}
				server.must(t, token, `mutation($n: String!, $p: String, $t: String!) { renameProfile(name: $n, project: $p, newName: $t) { profile { name } } }`, m{"n": name, "p": project, "t": name + "r"})
				see(name, "<nil>")
				server.must(t, token, `mutation($n: String!, $p: String) { deleteProfile(name: $n, project: $p) { deletedId } }`, m{"n": name + "r", "p": project})
				see(name+"r", "<nil>")
			}
		})
	}
	working.Wait()
}

// What came as an archive is in the list that is asked for next.
func TestWhatIsImportedIsSeenByWhoeverAsksNext(t *testing.T) {
	type m = map[string]any
	server := onRealLXD(t)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, token, createBusybox, m{"name": name, "project": project, "start": false, "wait": 60})
	archive := server.exported(t, token, "/instances/"+name+"/export?compression=none&project="+project)
	server.inStep(t, token)
	for turn := range 6 {
		again := fmt.Sprint("again", turn)
		if made := server.call(t, token, "POST", "/instances/import?project="+project+"&name="+again, bytes.NewReader(archive)); made.status != 201 {
			t.Fatalf("imported: %d %s", made.status, made.body)
		}
		if seen := server.must(t, token, `query($p: String, $n: String) { instances(project: $p, where: {name: {equals: $n}}) { totalCount } }`, m{"p": project, "n": again}); seen.at("instances", "totalCount") != 1.0 {
			t.Errorf("%s was imported, and %s is listed", again, seen.Text)
		}
	}
}

// sorted puts lists in order: LXD says in any order what uses something.
func sorted(value any) any {
	switch of := value.(type) {
	case map[string]any:
		for key := range of {
			of[key] = sorted(of[key])
		}
	case []any:
		for n := range of {
			of[n] = sorted(of[n])
		}
		slices.SortFunc(of, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	return value
}
