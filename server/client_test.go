package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

// Where a request comes from, whatever callers and proxies say.
func TestWhereARequestComesFrom(t *testing.T) {
	const ours, theirs = "127.0.0.1:1", "203.0.113.5:1"
	for name, c := range map[string]struct {
		proxies, peer, forwarded, real string
		address                        string
		local                          bool
		warns                          string
	}{
		"this machine":                              {"", ours, "", "", "127.0.0.1", true, ""},
		"somebody else":                             {"", theirs, "", "", "203.0.113.5", false, ""},
		"somebody who says that it is us":           {"", theirs, "127.0.0.1", "127.0.0.1", "203.0.113.5", false, ""},
		"the same, with a proxy of ours":            {"127.0.0.1", theirs, "127.0.0.1", "::1", "203.0.113.5", false, ""},
		"a proxy here that nobody knows":            {"", ours, "198.51.100.1", "", "127.0.0.1", true, "TRUSTED_PROXIES"},
		"a proxy of ours":                           {"127.0.0.1", ours, "198.51.100.1", "", "198.51.100.1", false, ""},
		"it says so in the other header":            {"127.0.0.1", ours, "", "198.51.100.1", "198.51.100.1", false, ""},
		"in both":                                   {"127.0.0.1", ours, "6.6.6.6, 198.51.100.1", "198.51.100.1", "198.51.100.1", false, ""},
		"this machine, past the proxy":              {"127.0.0.1", ours, "", "", "127.0.0.1", true, ""},
		"two proxies":                               {"127.0.0.1,10.0.0.0/8", ours, "6.6.6.6, 198.51.100.1, 10.1.1.1", "10.1.1.1", "198.51.100.1", false, ""},
		"the caller forges what the proxy leaves":   {"127.0.0.1", ours, "6.6.6.6", "198.51.100.1", "127.0.0.1", false, "X-Real-IP"},
		"the caller forges the other one":           {"127.0.0.1", ours, "6.6.6.6, 198.51.100.1", "7.7.7.7", "127.0.0.1", false, "X-Real-IP"},
		"the caller says nonsense":                  {"127.0.0.1", ours, "nonsense", "198.51.100.1", "198.51.100.1", false, ""},
		"nothing but nonsense":                      {"127.0.0.1", ours, "nonsense", "", "127.0.0.1", false, ""},
		"the caller says that it is the proxy":      {"127.0.0.1", ours, "127.0.0.1", "", "127.0.0.1", false, ""},
		"IPv6":                                      {"::1", "[::1]:1", "2001:db8::1", "", "2001:db8::1", false, ""},
		"an address of IPv4 within one of IPv6":     {"127.0.0.1", "[::ffff:127.0.0.1]:1", "198.51.100.1", "", "198.51.100.1", false, ""},
		"this machine, by such an address":          {"", "[::ffff:127.0.0.1]:1", "", "", "::ffff:127.0.0.1", true, ""},
		"a proxy elsewhere that is not of the list": {"10.0.0.0/8", theirs, "198.51.100.1", "", "203.0.113.5", false, ""},
	} {
		var said bytes.Buffer
		origin, local := auth.Origin{}, false
		handler := client(&Config{TrustedProxies: c.proxies}, slog.New(slog.NewTextHandler(&said, nil)))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			origin, local = auth.OriginOf(r.Context()), isLocal(r.Context())
		}))
		for range 2 {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			for header, value := range map[string]string{"X-Forwarded-For": c.forwarded, "X-Real-IP": c.real} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}
			handler.ServeHTTP(httptest.NewRecorder(), r)
		}
		if origin.Address != c.address || local != c.local {
			t.Errorf("%s: %s, local %v; want %s, %v", name, origin.Address, local, c.address, c.local)
		}
		if lines := strings.Count(said.String(), "\n"); (c.warns == "" && lines != 0) || (c.warns != "" && (lines != 1 || !strings.Contains(said.String(), c.warns))) {
			t.Errorf("%s: %d lines: %s", name, lines, said.String())
		}
	}
}
