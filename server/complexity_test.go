package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

// A short question that asks for the estate times itself is refused before it
// is run, and one that a portal really asks is not.
func TestTheEstateTimesItselfIsRefused(t *testing.T) {
	server := run(t)
	token := server.user("viewer", role(auth.RoleViewer))
	for query, code := range map[string]string{
		`{ instances { nodes { profiles { instances { nodes { profiles { instances { nodes { name } } } } } } } } }`:                                                                                                                         "QUERY_TOO_COMPLEX",
		`query { instances { nodes { ...a } } } fragment a on Instance { profiles { ...b ...b ...b } } fragment b on Profile { instances { nodes { ...c ...c ...c } } } fragment c on Instance { project { instances { nodes { name } } } }`: "QUERY_TOO_COMPLEX",
		`{ instances(first: 10) { nodes { profiles { instances(first: 2) { nodes { name } } } } } }`:                                                                                                                                         "",
		`{ instances { nodes { name status devices { name } state { network { name addresses { address } } } snapshots { name } profiles { name } project { name } } } }`:                                                                    "",
		`{ __schema { types { name fields { name args { name type { name ofType { name ofType { name } } } } } } } }`:                                                                                                                        "",
	} {
		if got := server.ask(token, query); got.code() != code {
			t.Errorf("%s: %.300s", query, got.text)
		}
	}
	counted := server.ask(token, `query($n: Int) { instances(first: $n) { nodes { name } } }`, map[string]any{"n": 7})
	if counted.code() != "" || !strings.Contains(counted.text, `"cost":{"limit":1000000,"requested":15}`) {
		t.Error(counted.text)
	}
}

// An object that is named many times is counted as often, and what uses it for as
// many as there may be; not what is beside.
func TestWhatHasNoPagesIsCounted(t *testing.T) {
	server := run(t)
	token := server.user("viewer", role(auth.RoleViewer))
	var project struct{ Project struct{ ID string } }
	answer := server.get(token, `{ project(name: "default") { id } }`, nil, "")
	if err := json.Unmarshal([]byte(answer.data), &project); err != nil {
		t.Fatal(err)
	}
	const below = `{ ... on Project { instances { nodes { profiles { instances { nodes { name } } } } } } }`
	for query, code := range map[string]string{
		`query($ids: [ID!]!) { nodes(ids: $ids) ` + below + ` }`:                                                                                           "QUERY_TOO_COMPLEX",
		`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`:                                                                                                  "",
		`{ node(id: "` + project.Project.ID + `") ` + below + ` }`:                                                                                         "",
		`{ instances { nodes { profiles { usedBy { id } } snapshots { instance { name } } } } }`:                                                           "",
		`{ instance(name: "cache-0") { snapshots { instance { snapshots { name } } } } }`:                                                                  "",
		`{ instance(name: "cache-0") { snapshots { instance { snapshots { instance { snapshots { instance { snapshots { name } } } } } } } } }`:            "QUERY_TOO_COMPLEX",
		`{ profiles { nodes { usedBy { id } } } projects { nodes { usedBy { id } } } }`:                                                                    "",
		`{ profile(name: "default") { usedBy { ... on Instance { profiles { usedBy { id } } } } } }`:                                                       "QUERY_TOO_COMPLEX",
		`query { profile(name: "default") { ...a usedBy { ...b } } } fragment a on Profile { usedBy { id } } fragment b on Instance { profiles { ...a } }`: "QUERY_TOO_COMPLEX",
	} {
		if got := server.ask(token, query, map[string]any{"ids": slices.Repeat([]any{project.Project.ID}, 100)}); got.code() != code {
			t.Errorf("%s: %.300s", query, got.text)
		}
	}
}

// The schema many times over, and a long list of conditions many times over, are
// refused as well, the first of anybody.
func TestTheSchemaTimesItselfIsRefused(t *testing.T) {
	server := run(t)
	token := server.user("viewer", role(auth.RoleViewer))
	times := func(n int, field string) string {
		text := ""
		for i := range n {
			text += fmt.Sprintf("a%d: %s ", i, field)
		}
		return text
	}
	const schema = `__schema { types { name description fields { name description } } }`
	for _, who := range []string{"", token} {
		if got := server.ask(who, "{ "+times(2, schema)+"}"); got.code() != "" {
			t.Errorf("twice: %.300s", got.text)
		}
		if got := server.ask(who, "{ "+times(150, schema)+"}"); got.code() != "QUERY_TOO_COMPLEX" {
			t.Errorf("150 times: %.300s", got.text)
		}
	}
	const list = `instances(where: $w) { totalCount }`
	conditions := map[string]any{"w": map[string]any{"or": slices.Repeat([]any{map[string]any{"name": map[string]any{"equals": "x"}}}, 20000)}}
	if got := server.ask(token, `query($w: InstanceWhere) { `+list+` }`, conditions); got.code() != "" {
		t.Errorf("once: %.300s", got.text)
	}
	if got := server.ask(token, `query($w: InstanceWhere!) { `+times(90, `instances(where: {not: $w}) { totalCount }`)+` }`, conditions); got.code() != "QUERY_TOO_COMPLEX" {
		t.Errorf("90 times below: %.300s", got.text)
	}
	if got := server.ask(token, `query($w: InstanceWhere) { `+times(90, list)+` }`, conditions); got.code() != "QUERY_TOO_COMPLEX" {
		t.Errorf("90 times: %.300s", got.text)
	}
}

// What cannot be read is refused with a reason, and not with a panic.
func TestWhatIsNoQuestionIsRefused(t *testing.T) {
	server := run(t)
	for _, body := range []string{"this is no JSON", "[]", "", `{"query": 1}`, `{"query": "{"}`} {
		response, err := http.Post(server.url+"/graphql", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode >= 500 {
			t.Errorf("%q: %s", body, response.Status)
		}
	}
}
