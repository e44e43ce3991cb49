package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The server is killed in the middle of writing, again and again. It opens what
// it has kept, and no change that was answered is missing from the audit trail.
func TestNoAnsweredChangeIsMissingAfterAKill(t *testing.T) {
	kills, writers := 3, 6
	if os.Getenv("LXDQL_SOAK") != "" {
		kills = 30
	}
	server := onRealLXD(t)
	admin := server.login(t)
	project, name := newProject(t, "true"), newName()
	server.must(t, admin, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	var answered []string
	last := ""
	for round := range kills {
		answered = append(answered, server.writeUntilKilled(t, admin, project, name, round, writers)...)
		next := launch(t, exec.Command(binary), server.directory, "LXD_SOCKET_PATH="+realSocket(t))
		next.password = server.password
		server = next
		admin = server.login(t)
		kept := server.auditInputs(t, admin)
		missing := slices.DeleteFunc(slices.Clone(answered), func(mark string) bool { return kept[mark] == 1 })
		if len(missing) > 0 {
			t.Errorf("after kill %d, of %d answered changes %d are missing or there twice: %v", round, len(answered), len(missing), missing)
		}
		events := server.must(t, admin, `query($p: String, $after: String) { events(project: $p, after: $after, first: 100) { nodes { cursor type } pageInfo { endCursor } } }`, map[string]any{"p": project, "after": nil})
		if first := events.at("events", "nodes", 0, "cursor"); first == nil || (last != "" && first != last) {
			t.Errorf("after kill %d the journal begins at %v, before at %s", round, first, last)
		} else {
			last = first.(string)
		}
	}
	if len(answered) < kills*writers {
		t.Errorf("only %d changes were answered in %d rounds", len(answered), kills)
	}
	t.Logf("%d changes were answered in %d rounds", len(answered), kills)
}

// writeUntilKilled makes changes from several sides until the server is killed,
// and returns the marks of those that were answered.
func (s *running) writeUntilKilled(t *testing.T, token, project, name string, round, writers int) []string {
	t.Helper()
	var mutex sync.Mutex
	var answered []string
	var writing sync.WaitGroup
	for writer := range writers {
		writing.Go(func() {
			for n := 0; ; n++ {
				mark := fmt.Sprintf("mark-%d-%d-%d", round, writer, n)
				query, code := `mutation($m: String!) { startInstance(name: $m, wait: -1) { operation { id } } }`, "BAD_USER_INPUT"
				if writer < 2 { // these make LXD tell of it too
					query, code = fmt.Sprintf(`mutation($m: String!) { updateInstance(name: %q, project: %q, input: {description: $m}) { instance { name } } }`, name, project), ""
				}
				body, _ := json.Marshal(map[string]any{"query": query, "variables": map[string]any{"m": mark}})
				request, _ := http.NewRequest("POST", s.url+"/graphql", bytes.NewReader(body))
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Authorization", "Bearer "+token)
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					return // it was killed
				}
				var got answer
				err = json.NewDecoder(response.Body).Decode(&got)
				response.Body.Close()
				if err != nil {
					return
				}
				if got.code() != code {
					t.Errorf("%s: %v", mark, got.Errors)
					return
				}
				mutex.Lock()
				answered = append(answered, mark)
				mutex.Unlock()
			}
		})
	}
	time.Sleep(time.Duration(700+137*(round%5)) * time.Millisecond)
	s.kill()
	writing.Wait()
	return answered
}

// auditInputs counts the marks in the whole audit trail.
func (s *running) auditInputs(t *testing.T, token string) map[string]int {
	t.Helper()
	kept := map[string]int{}
	_, lines := ndjson(t, s, token, "kind=audit")
	for _, line := range lines {
		if at := strings.Index(line, "mark-"); at >= 0 {
			mark, _, _ := strings.Cut(line[at:], `"`)
			kept[mark]++
		}
	}
	return kept
}
