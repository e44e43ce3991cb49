package server

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

// Which credential counts, of those that a request brings.
func TestCredentials(t *testing.T) {
	for name, c := range map[string]struct {
		query       string
		header      http.Header
		token       string
		err         error
		whenAllowed string
	}{
		"none":                         {"", nil, "", nil, ""},
		"a bearer":                     {"", http.Header{"Authorization": {"Bearer a"}}, "a", nil, "a"},
		"in lower case":                {"", http.Header{"Authorization": {"bearer  a "}}, "a", nil, "a"},
		"a scheme of a proxy's":        {"", http.Header{"Authorization": {"Basic eDp5"}, "X-Api-Key": {"a"}}, "a", nil, "a"},
		"the first of two kinds":       {"", http.Header{"Authorization": {"Bearer a"}, "X-Api-Key": {"b"}, "Private-Token": {"c"}}, "a", nil, "a"},
		"two of one kind":              {"", http.Header{"Authorization": {"Bearer a", "Bearer b"}}, "", errSeveral, ""},
		"one twice":                    {"", http.Header{"Authorization": {"Bearer a", "Bearer a"}}, "", errSeveral, ""},
		"an empty one first":           {"", http.Header{"Authorization": {"", "Bearer b"}}, "", errSeveral, ""},
		"another scheme first":         {"", http.Header{"Authorization": {"Basic eDp5", "Bearer b"}}, "", errSeveral, ""},
		"two behind one":               {"", http.Header{"Authorization": {"Bearer a"}, "X-Api-Key": {"b", "c"}}, "", errSeveral, ""},
		"in the URL":                   {"token=a", nil, "", errInQuery, "a"},
		"in the URL, written as codes": {"%74oken=a", nil, "", errInQuery, "a"},
		"twice in the URL":             {"api_key=a&api_key=b", nil, "", errInQuery, ""},
		"an empty one in the URL":      {"token=", nil, "", nil, ""},
		"in the URL beside a header":   {"token=b", http.Header{"Authorization": {"Bearer a"}}, "a", nil, "a"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/graphql?"+c.query, nil)
		r.Header = c.header
		if token, err := credential(r, false); token != c.token || !errors.Is(err, c.err) || (err != nil && !errors.Is(err, auth.ErrUnauthenticated)) {
			t.Errorf("%s: %q %v", name, token, err)
		}
		if token, _ := credential(r, true); token != c.whenAllowed {
			t.Errorf("%s, where URLs are allowed: %q", name, token)
		}
	}
}

// Nothing behind sees what stood in the URL, however it was written.
func TestURLsLoseTheirTokens(t *testing.T) {
	for _, query := range []string{"token=hunter2&a=1", "a=1&%74oken=hunter2", "a=1;token=hunter2&a=1", "api_key=x&api_key=hunter2&a=1", "private_token=hunter2&a=1", "a=1&token=hunter2%zz"} {
		clean := withoutCredential(&url.URL{Path: "/graphql", RawQuery: query})
		if strings.Contains(clean.String(), "hunter2") {
			t.Errorf("%s became %s", query, clean)
		}
	}
	same := &url.URL{Path: "/graphql", RawQuery: "query=%7Ba%7D&b"}
	if withoutCredential(same) != same {
		t.Error("a URL without one was changed")
	}
}
