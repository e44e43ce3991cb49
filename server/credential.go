package server

import (
	"net/http"
	"net/url"

	"github.com/lxdql/lxdql/auth"
)

// inQuery are the parameters that others send tokens in.
var inQuery = []string{"api_key", "private_token", "token"}

// credentialError is a credential that does not count: the request is anonymous.
type credentialError struct{ message string }

func (e *credentialError) Error() string { return e.message }
func (*credentialError) Unwrap() error   { return auth.ErrUnauthenticated }

var (
	errSeveral error = &credentialError{"the request brings a credential twice, of which a proxy may have looked at the other one: send it once"}
	errInQuery error = &credentialError{"a token in a URL is not taken, because proxies and browsers keep URLs: send it as `Authorization: Bearer …` (ALLOW_QUERY_API_KEY=true takes it)"}
)

// credential is the token that a request brings, the first of: Authorization,
// X-API-Key, PRIVATE-TOKEN, and where that is allowed the URL; "" for none. A
// header that is there twice is no credential, whatever else is there.
func credential(r *http.Request, allowQuery bool) (string, error) {
	token := ""
	for _, name := range []string{"Authorization", "X-API-Key", "PRIVATE-TOKEN"} {
		values := r.Header.Values(name)
		if len(values) > 1 {
			return "", errSeveral
		}
		if len(values) == 0 || token != "" {
			continue
		}
		if token = values[0]; name == "Authorization" {
			token = bearer(token)
		}
	}
	if token != "" {
		return token, nil
	}
	query := r.URL.Query()
	for _, name := range inQuery {
		values := query[name]
		switch {
		case len(values) == 0 || values[0] == "" && len(values) == 1:
		case !allowQuery:
			return "", errInQuery
		case len(values) > 1:
			return "", errSeveral
		default:
			return values[0], nil
		}
	}
	return "", nil
}

// withoutCredential takes tokens out of a URL, so that nothing behind can log
// or repeat them.
func withoutCredential(address *url.URL) *url.URL {
	query, err := url.ParseQuery(address.RawQuery)
	found := err != nil // what cannot be read may hold one
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
