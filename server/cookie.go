package server

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
)

const (
	// cookieName is the cookie of browser apps: it holds an access token.
	cookieName = "authenticationToken"
	// csrfHeader has to be in what a browser sends with the cookie: a page of
	// another origin cannot set it without being asked.
	csrfHeader = "X-CSRF-Token"
)

var (
	errNoCSRF     error = &cookieError{"the cookie does not count without the header " + csrfHeader + " (any value), which browsers do not let other pages set"}
	errTwoCookies error = &cookieError{"there are two different cookies authenticationToken, of which one is not from here: delete both and log in again"}
	errForeign    error = &cookieError{"the cookie does not count for pages of other origins, unless CORS_ORIGINS names them"}
	errNoSet            = &auth.InputError{Argument: "cookie", Message: "is for log-ins over HTTP: a WebSocket sets none"}
	errForeignSet       = &auth.InputError{Argument: "cookie", Message: "is for pages of this server and of CORS_ORIGINS: another page could log somebody in as whom it likes"}
)

// cookieError is a cookie that does not count: the request is anonymous.
type cookieError struct{ message string }

func (e *cookieError) Error() string { return e.message }
func (*cookieError) Unwrap() error   { return auth.ErrUnauthenticated }

// fromCookie is the token of the cookie; "" for none. Browsers are known by what
// they say of where a request comes from; what says nothing, such as curl -b,
// sends the cookie because it was told to.
func fromCookie(r *http.Request, origins []string) (string, error) {
	token := ""
	for _, cookie := range r.CookiesNamed(cookieName) {
		if token != "" && cookie.Value != token {
			return "", errTwoCookies
		}
		token = cookie.Value
	}
	if token == "" {
		return "", nil
	}
	origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	switch {
	case origin == "" && site == "" && !likeAForm(r):
		return token, nil
	case foreign(r, origins):
		return "", errForeign
	case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get(csrfHeader) == "":
		return "", errNoCSRF
	}
	return token, nil
}

// foreign says whether a browser sends a request for a page that is neither ours
// nor named.
func foreign(r *http.Request, origins []string) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		return !ownOrListed(r, origin, origins)
	}
	return r.Header.Get("Sec-Fetch-Site") == "cross-site"
}

// likeAForm says whether any page could have sent a request without asking first,
// by a form: where a browser says nothing of where it comes from, that is no
// proof that it is none.
func likeAForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && (err != nil || kind == "multipart/form-data" || kind == "application/x-www-form-urlencoded" || kind == "text/plain")
}

// ownOrListed says whether a page is ours, or one that is named; "*" names none.
func ownOrListed(r *http.Request, origin string, origins []string) bool {
	from, err := url.Parse(origin)
	return (err == nil && from.Host == r.Host) || slices.Contains(origins, origin)
}

type cookieKey struct{}

// withCookie lets resolvers set the cookie of an answer; a page of another origin
// gets none, so that it cannot put its own log-in into somebody's browser.
func withCookie(ctx context.Context, w http.ResponseWriter, r *http.Request, origins []string) context.Context {
	if websocket.IsWebSocketUpgrade(r) {
		return ctx
	}
	secure := r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	return context.WithValue(ctx, cookieKey{}, func(token string, until time.Time) error {
		unknown := r.Header.Get("Origin")+r.Header.Get("Sec-Fetch-Site") == "" && likeAForm(r)
		if token != "" && (unknown || foreign(r, origins)) {
			return errForeignSet
		}
		cookie := &http.Cookie{Name: cookieName, Value: token, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode}
		if cookie.Expires = until; token == "" {
			cookie.MaxAge = -1
		}
		w.Header().Del("Set-Cookie") // of its renewal, where it is taken back
		http.SetCookie(w, cookie)
		return nil
	})
}

// setCookie sets the cookie of the answer that ctx is of; "" takes it away.
func setCookie(ctx context.Context, token string, until time.Time) error {
	set, ok := ctx.Value(cookieKey{}).(func(string, time.Time) error)
	if !ok {
		if token == "" {
			return nil
		}
		return errNoSet
	}
	return set(token, until)
}

// renewed gives a caller who came with the cookie a new one, when half of its
// life is over. Where that fails, the old one still lives.
func renewed(ctx context.Context, service *auth.Service) error {
	payload, err := service.Renew(ctx)
	if err != nil || payload == nil {
		return err
	}
	err = setCookie(ctx, payload.AccessToken, payload.ExpiresAt)
	if errors.Is(err, errNoSet) { // a socket ends with the token that it has
		return nil
	}
	return err
}
