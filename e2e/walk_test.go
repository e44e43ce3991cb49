package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

const walkPage = `query($project: String, $after: String, $field: InstanceOrderField!, $direction: OrderDirection!, $where: InstanceWhere) {
	instances(project: $project, first: 17, after: $after, orderBy: {field: $field, direction: $direction}, where: $where) {
		totalCount nodes { name status tags } pageInfo { hasNextPage endCursor } } }`

// Somebody walks over 200 instances while others are made and deleted: nothing
// comes twice, and nothing that was there all the time is missing.
func TestAWalkOverInstancesThatChange(t *testing.T) {
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket, "MIRROR=off")
	token := server.login(t)
	project := newProject(t, "true")
	all := emptyInstances(t, project, 200)
	for _, order := range [][2]string{{"NAME", "ASC"}, {"NAME", "DESC"}, {"CREATED_AT", "ASC"}} {
		seen := walk(t, server, token, project, order, all[100:])
		for _, name := range all[:100] {
			if !slices.Contains(seen, name) {
				t.Errorf("%v: %s was there all the time and is missing", order, name)
			}
		}
		slices.Sort(seen)
		if again := len(seen) - len(slices.Compact(slices.Clone(seen))); again > 0 {
			t.Errorf("%v: %d came twice", order, again)
		}
	}
	conditions(t, server, token, project)
	smallPages(t, server, token, project, counting)
}

// emptyInstances makes instances without an image, which takes LXD little; every
// tenth has a tag.
func emptyInstances(t *testing.T, project string, count int) []string {
	t.Helper()
	ask := lxdClient(t)
	names := make([]string, count)
	for n := range names {
		names[n] = fmt.Sprintf("w%03d", (n*37)%count) // not in the order of their names
		makeEmpty(ask, project, names[n], n%10 == 0)
	}
	t.Cleanup(func() { removeAll(ask, project, names) })
	return names
}

func makeEmpty(ask func(string, string, any) map[string]any, project, name string, tagged bool) {
	config := map[string]string{}
	if tagged {
		config["user.tags"] = "tenth,walk"
	}
	waitRaw(ask, ask("POST", "/1.0/instances?project="+url.QueryEscape(project), map[string]any{"name": name, "source": map[string]string{"type": "none"}, "config": config}))
}

func removeAll(ask func(string, string, any) map[string]any, project string, names []string) {
	var removing sync.WaitGroup
	places := make(chan struct{}, 8)
	for _, name := range names {
		places <- struct{}{}
		removing.Go(func() {
			defer func() { <-places }()
			waitRaw(ask, ask("DELETE", "/1.0/instances/"+name+"?project="+url.QueryEscape(project), nil))
		})
	}
	removing.Wait()
}

// walk reads page after page; between them two of the changing instances are
// deleted and two others made again.
func walk(t *testing.T, server *running, token, project string, order [2]string, changing []string) []string {
	t.Helper()
	ask := lxdClient(t)
	var seen, gone []string
	variables := map[string]any{"project": project, "field": order[0], "direction": order[1]}
	for turn := 0; ; turn++ {
		page := server.must(t, token, walkPage, variables)
		for _, node := range page.at("instances", "nodes").([]any) {
			seen = append(seen, into(node, "name").(string))
		}
		if page.at("instances", "pageInfo", "hasNextPage") == false {
			break
		}
		variables["after"] = page.at("instances", "pageInfo", "endCursor")
		for _, name := range gone {
			makeEmpty(ask, project, name, false)
		}
		gone = []string{changing[turn*2%len(changing)], changing[(turn*2+1)%len(changing)]}
		removeAll(ask, project, gone)
	}
	for _, name := range gone {
		makeEmpty(ask, project, name, false)
	}
	return seen
}

func conditions(t *testing.T, server *running, token, project string) {
	t.Helper()
	for _, story := range []struct {
		where map[string]any
		want  float64
	}{
		{map[string]any{"name": map[string]any{"prefix": "w00"}}, 10},
		{map[string]any{"name": map[string]any{"greater": "w189"}}, 10},
		{map[string]any{"tags": map[string]any{"contains": "tenth"}, "name": map[string]any{"in": []string{"w000"}}}, 1},
		{map[string]any{"or": []any{map[string]any{"name": map[string]any{"equals": "w001"}}, map[string]any{"name": map[string]any{"equals": "w002"}}}}, 2},
		{map[string]any{"not": map[string]any{"status": map[string]any{"equals": "STOPPED"}}}, 0},
		{map[string]any{"state": map[string]any{"processes": map[string]any{"greater": 0}}}, 0},
		{map[string]any{"pool": map[string]any{"equals": "default"}, "name": map[string]any{"prefix": "w1"}}, 100},
	} {
		page := server.must(t, token, walkPage, map[string]any{"project": project, "field": "NAME", "direction": "ASC", "where": story.where})
		if got := page.at("instances", "totalCount"); got != story.want {
			t.Errorf("%v: %v, want %v", story.where, got, story.want)
		}
	}
	filtered := server.must(t, token, `query($p: String) { instances(project: $p, filter: "name eq w00.") { totalCount } }`, map[string]any{"p": project})
	if got := filtered.at("instances", "totalCount"); got != 10.0 {
		t.Errorf("LXD's filter: %v, want 10", got)
	}
	for _, filter := range []string{"state.status eq Running", "name", `"`} {
		refused := server.ask(t, token, `query($p: String, $f: String) { instances(project: $p, filter: $f) { totalCount nodes { state { pid } } } }`, map[string]any{"p": project, "f": filter})
		if refused.code() != "BAD_USER_INPUT" || refused.Errors[0].Extensions["argument"] != "filter" {
			t.Errorf("the filter %q: %s", filter, refused.Text)
		}
	}
}

// The state is read of the page only, one by one where the page is small.
func smallPages(t *testing.T, server *running, token, project string, counting *counter) {
	t.Helper()
	const states = `query($p: String, $first: Int) { instances(project: $p, first: $first) { nodes { name state { processes } } } }`
	for first, most := range map[int]int{10: 11, 20: 21} {
		calls := counting.during(func() { server.must(t, token, states, map[string]any{"p": project, "first": first}) })
		if len(calls) > most {
			t.Errorf("a page of %d of 200 takes %d requests: %v", first, len(calls), calls)
		}
	}
	calls := counting.during(func() {
		server.must(t, token, `query($p: String) { instances(project: $p) { nodes { name snapshots { name } } } }`, map[string]any{"p": project})
	})
	if len(calls) != 2 || !slices.ContainsFunc(calls, func(call string) bool { return strings.HasSuffix(call, "/volumes") }) {
		t.Errorf("the names of snapshots take %v", calls)
	}
}
