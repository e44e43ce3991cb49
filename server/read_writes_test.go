package server

import (
	"fmt"
	"sync"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

// A thousand changes by many at once, and what each and the next query say is
// never the old: changed, renamed and deleted.
func TestAThousandChangesAreReadAsTheyWereWritten(t *testing.T) {
	server := run(t)
	token := server.user("admin2", role(auth.RoleAdmin))
	const workers, each = 20, 50
	var working sync.WaitGroup
	for n := range workers {
		working.Go(func() {
			name := fmt.Sprintf("w%d", n)
			must := func(query string) *answer {
				got := server.ask(token, query)
				if got.code() != "" {
					t.Errorf("%s: %s", query, got.code())
				}
				return got
			}
			must(fmt.Sprintf(`mutation { createProfile(input: {name: %q}) { profile { name } } }`, name))
			for step := range each - 3 {
				text := fmt.Sprintf("%d of %d", step, n)
				must(fmt.Sprintf(`mutation { updateProfile(name: %q, input: {description: %q}) { profile { description } } }`, name, text))
				read := must(fmt.Sprintf(`{ profile(name: %q) { description } }`, name))
				if said := fmt.Sprint(read.Data); said != fmt.Sprint(map[string]any{"profile": map[string]any{"description": text}}) {
					t.Errorf("after %q: %s", text, said)
				}
			}
			must(fmt.Sprintf(`mutation { renameProfile(name: %q, newName: %q) { profile { name } } }`, name, name+"r"))
			if gone := server.ask(token, fmt.Sprintf(`{ profile(name: %q) { name } }`, name)); gone.code() != "NOT_FOUND" {
				t.Errorf("the old name is there: %v %s", gone.Data, gone.code())
			}
			must(fmt.Sprintf(`mutation { deleteProfile(name: %q) { deletedId } }`, name+"r"))
			if gone := server.ask(token, fmt.Sprintf(`{ profile(name: %q) { name } }`, name+"r")); gone.code() != "NOT_FOUND" {
				t.Errorf("it is deleted, and there: %v %s", gone.Data, gone.code())
			}
		})
	}
	working.Wait()
	t.Logf("%d changes", workers*each)
}
