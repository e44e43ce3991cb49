package server

import (
	"net/http"
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
