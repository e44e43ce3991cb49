package server

import (
	"net/http"
	"net/url"
)

// inQuery are the parameters that others send tokens in.
var inQuery = []string{"api_key", "private_token", "token"}

// credential is the token that a request brings, the first of: Authorization,
// X-API-Key, PRIVATE-TOKEN, and where that is allowed the URL; "" for none.
func credential(r *http.Request, allowQuery bool) string {
	if token := bearer(r.Header.Get("Authorization")); token != "" {
		return token
	}
	for _, name := range []string{"X-API-Key", "PRIVATE-TOKEN"} {
		if token := r.Header.Get(name); token != "" {
			return token
		}
	}
	if !allowQuery {
		return ""
	}
	query := r.URL.Query()
	for _, name := range inQuery {
		if token := query.Get(name); token != "" {
			return token
		}
	}
	return ""
}

// withoutCredential takes tokens out of a URL, so that nothing behind can log
// or repeat them.
func withoutCredential(address *url.URL) *url.URL {
	query := address.Query()
	found := false
	for _, name := range inQuery {
		found = found || query.Has(name)
		query.Del(name)
	}
	if !found {
		return address
	}
	clean := *address
	clean.RawQuery = query.Encode()
	return &clean
}
