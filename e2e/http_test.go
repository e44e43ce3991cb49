package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// What anybody may read, without logging in.
func TestPublicPages(t *testing.T) {
	server := onRealLXD(t)
	for _, path := range []string{"/health", "/health/check"} {
		if response, body := get(t, server.url+path); response.StatusCode != 200 || !strings.HasPrefix(body, `{"status":"ok","version":"`) {
			t.Errorf("%s: HTTP %d %s", path, response.StatusCode, body)
		}
	}
	if response, body := get(t, server.url+"/schema.graphql"); response.StatusCode != 200 || !strings.Contains(body, "type Instance implements Node") {
		t.Errorf("the schema: HTTP %d %.200s", response.StatusCode, body)
	}
	for _, path := range []string{"/docs", "/playground"} {
		if response, _ := get(t, server.url+path); response.StatusCode != 302 || response.Header.Get("Location") != "/" {
			t.Errorf("%s: HTTP %d to %s", path, response.StatusCode, response.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/", "/health", "/health/check", "/schema.graphql", "/metrics"} { // as wget --spider and load balancers ask
		response, err := http.Head(server.url + path)
		if err != nil {
			t.Fatal(err)
		}
		if _ = response.Body.Close(); response.StatusCode != 200 {
			t.Errorf("HEAD %s: HTTP %d", path, response.StatusCode)
		}
	}
	response, body := get(t, server.url+"/")
	policy := response.Header.Get("Content-Security-Policy")
	if response.StatusCode != 200 || !strings.Contains(body, "<html") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "http") {
		t.Errorf("the page: HTTP %d %q %.200s", response.StatusCode, policy, body)
	}
}

// The caller's request id comes back, unless it is none.
func TestRequestIDs(t *testing.T) {
	server := onRealLXD(t)
	for sent, taken := range map[string]bool{"my-request.1": true, "": false, strings.Repeat("a", 65): false, "a b": false} {
		request, _ := http.NewRequest(http.MethodGet, server.url+"/health", nil)
		request.Header.Set("X-Request-ID", sent)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("X-Request-ID"); (got == sent) != taken || got == "" {
			t.Errorf("%q comes back as %q", sent, got)
		}
	}
}
