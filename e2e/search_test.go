package e2e

import (
	"strings"
	"testing"
	"time"
)

const searching = `query($q: String!, $kinds: [SearchKind!], $p: String, $all: Boolean, $after: String) {
	search(query: $q, kinds: $kinds, project: $p, allProjects: $all, first: 1, after: $after) {
		totalCount pageInfo { hasNextPage endCursor } nodes { __typename id ... on Instance { name } ... on Project { name } ... on StorageVolume { name } } } }`

// A text is found in all kinds, best first, page after page.
func TestASearchFindsAllKinds(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	named := project // so that one text is in both
	server.must(t, token, createBusybox, map[string]any{"name": named, "project": project, "start": true, "wait": 60})
	var kinds []string
	variables := map[string]any{"q": strings.ToUpper(named), "all": true}
	for {
		page := server.must(t, token, searching, variables)
		if page.at("search", "totalCount").(float64) < 3 {
			t.Fatalf("an instance, its volume and its project: %s", page.Text)
		}
		kinds = append(kinds, page.at("search", "nodes", 0, "__typename").(string))
		if page.at("search", "pageInfo", "hasNextPage") == false {
			break
		}
		variables["after"] = page.at("search", "pageInfo", "endCursor")
	}
	if got := strings.Join(kinds, " "); !strings.HasPrefix(got, "Instance Project StorageVolume") {
		t.Errorf("in this order: %s", got)
	}
	none := server.must(t, token, searching, map[string]any{"q": named, "all": false})
	if none.at("search", "totalCount") != 0.0 {
		t.Errorf("the default project has none of it: %s", none.Text)
	}
	byAddress(t, server, token, project, named)
	for query, code := range map[string]string{" ": "BAD_USER_INPUT", "nothing-is-called-this": ""} {
		if got := server.ask(t, token, searching, map[string]any{"q": query}); got.code() != code {
			t.Errorf("%q: %s", query, got.Text)
		}
	}
	if got := server.ask(t, token, searching, map[string]any{"q": "x", "p": "nope", "all": false}); got.code() != "NOT_FOUND" {
		t.Errorf("no such project: %s", got.Text)
	}
}

// byAddress waits until the instance has an address, and looks for it.
func byAddress(t *testing.T, server *running, token, project, name string) {
	t.Helper()
	for range 60 {
		read := server.must(t, token, `query($n: String!, $p: String) { instance(name: $n, project: $p) { ipv4 ipv6 } }`, map[string]any{"n": name, "p": project})
		addresses := append(read.at("instance", "ipv4").([]any), read.at("instance", "ipv6").([]any)...)
		if len(addresses) == 0 {
			time.Sleep(500 * time.Millisecond)
			continue
		}
		found := server.must(t, token, searching, map[string]any{"q": addresses[0], "kinds": []string{"INSTANCE"}, "all": true})
		if found.at("search", "totalCount") != 1.0 || found.at("search", "nodes", 0, "name") != name {
			t.Errorf("%v: %s", addresses[0], found.Text)
		}
		return
	}
	t.Skip("the instance gets no address on this machine")
}
