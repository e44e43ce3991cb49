package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A query is sent once, and its hash from then on: everybody's with the rights
// of who sends it.
func TestPersistedQueries(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	hashed := func(query string) string {
		sum := sha256.Sum256([]byte(query))
		return `{"persistedQuery":{"version":1,"sha256Hash":"` + hex.EncodeToString(sum[:]) + `"}}`
	}
	get := func(token, extensions string) *http.Response {
		request, _ := http.NewRequestWithContext(t.Context(), "GET", server.url+"/graphql?extensions="+url.QueryEscape(extensions), nil)
		request.Header.Set("Accept", "application/json")
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = response.Body.Close() })
		return response
	}
	code := func(response *http.Response) string {
		var told struct {
			Errors []struct{ Extensions struct{ Code string } }
		}
		if err := json.NewDecoder(response.Body).Decode(&told); err != nil {
			t.Fatal(err)
		}
		if len(told.Errors) == 0 {
			return ""
		}
		return told.Errors[0].Extensions.Code
	}
	both := func(query, extensions string) *answer {
		text, _ := json.Marshal(query)
		return server.post(t, token, "application/json", `{"query":`+string(text)+`,"extensions":`+extensions+`}`)
	}
	const query, mutation = `{ projects { totalCount nodes { name } } }`, `mutation { deleteProject(name: "nope") { deletedId } }`
	if got := code(get(token, hashed(query))); got != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("before it was sent: %q", got)
	}
	for _, wrong := range []string{hashed("{ __typename }"), `{"persistedQuery":{"version":2,"sha256Hash":"x"}}`, `{"persistedQuery":"x"}`} {
		if got := both(query, wrong); got.code() != "BAD_USER_INPUT" {
			t.Errorf("%s with another query: %s", wrong, got.Text)
		}
	}
	if got := both(query, hashed(query)); got.at("projects", "totalCount") == nil {
		t.Errorf("sent with its hash: %s", got.Text)
	}
	if response := get(token, hashed(query)); response.StatusCode != http.StatusOK || code(response) != "" {
		t.Errorf("by its hash: HTTP %d %v", response.StatusCode, response.Header)
	}
	for began := time.Now(); get(token, hashed(query)).Header.Get("ETag") == ""; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > 20*time.Second { // by then memory answers, and not LXD
			t.Fatal("by its hash it has no ETag")
		}
	}
	if response := get("", hashed(query)); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("by its hash without a token: HTTP %d", response.StatusCode)
	}
	if got := code(get(token, `{"persistedQuery":null}`)); got != "BAD_USER_INPUT" {
		t.Errorf("without anything: %q", got)
	}
	long := "{ __typename }" + strings.Repeat(" ", 17<<10)
	if got := both(long, hashed(long)); got.code() != "" {
		t.Errorf("a long one with its hash: %s", got.Text)
	}
	if got := code(get(token, hashed(long))); got != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("a long one is kept: %q", got)
	}
	if got := both(mutation, hashed(mutation)); got.code() != "NOT_FOUND" {
		t.Errorf("a mutation with its hash: %s", got.Text)
	}
	if response := get(token, hashed(mutation)); response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a mutation by GET: HTTP %d", response.StatusCode)
	}
}
