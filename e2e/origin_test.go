package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// preflight asks what a page of an origin may send, as browsers do.
func (s *running) preflight(t *testing.T, origin, headers string) http.Header {
	t.Helper()
	request, err := http.NewRequest(http.MethodOptions, s.url+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Origin": {origin}, "Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {headers}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.Header
}

// What pages of other origins may send and read; with * never a cookie.
func TestWhatPagesMaySendAndRead(t *testing.T) {
	named, anyone := onRealLXD(t, "CORS_ORIGINS=https://portal.example, http://127.0.0.1:5173/", "TRUSTED_PROXIES=127.0.0.1"), onRealLXD(t)
	const headers = "authorization,content-type,x-api-key,x-csrf-token,x-request-id"
	for origin, c := range map[string]struct{ named, anyone string }{
		"https://portal.example":              {"https://portal.example", "*"},
		"http://127.0.0.1:5173":               {"http://127.0.0.1:5173", "*"},
		"https://evil.example":                {"", "*"},
		"https://portal.example.evil.example": {"", "*"},
		"http://portal.example":               {"", "*"},
		"null":                                {"", "*"},
	} {
		for server, want := range map[*running]string{named: c.named, anyone: c.anyone} {
			got := server.preflight(t, origin, headers)
			allowed, credentials := got.Get("Access-Control-Allow-Origin"), got.Get("Access-Control-Allow-Credentials")
			if allowed != want || (credentials == "true") != (want == origin) {
				t.Errorf("%s: allowed %q (want %q), credentials %q", origin, allowed, want, credentials)
			}
			for header := range strings.SplitSeq(headers, ",") {
				if want != "" && !strings.Contains(strings.ToLower(got.Get("Access-Control-Allow-Headers")), header) {
					t.Errorf("%s may not send %s: %v", origin, header, got)
				}
			}
		}
	}
	if got := named.preflight(t, "https://portal.example", "x-nothing"); got.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a header that nobody needs: %v", got)
	}
	request, err := http.NewRequest(http.MethodPost, named.url+"/graphql", strings.NewReader(`{"query":"{ health { status } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Origin": {"https://portal.example"}, "Content-Type": {"application/json"}, "X-Forwarded-For": {"203.0.113.9"}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	exposed := strings.ToLower(response.Header.Get("Access-Control-Expose-Headers"))
	for _, header := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID", "Retry-After"} {
		if !strings.Contains(exposed, strings.ToLower(header)) || (header != "Retry-After" && response.Header.Get(header) == "") {
			t.Errorf("%s cannot be read: %v", header, response.Header)
		}
	}
}
