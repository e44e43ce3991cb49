package transport

import (
	"context"
	"net/http"
	"strings"
)

type tagKey struct{}

// tag is the entity tag of an answer, where it has one.
type tag struct{ text string }

// tagged lets the answer to a GET have a tag.
func tagged(ctx context.Context, method string) (context.Context, *tag) {
	if method != http.MethodGet {
		return ctx, &tag{}
	}
	of := &tag{}
	return context.WithValue(ctx, tagKey{}, of), of
}

// Tag gives the answer of a context an entity tag: while the same question of
// the same caller has it, the answer is the same.
func Tag(ctx context.Context, text string) {
	if of, ok := ctx.Value(tagKey{}).(*tag); ok {
		of.text = text
	}
}

// unchanged writes the tag, and whether the client has what it names: then
// there is no answer but 304. The answer is the caller's alone, and has to be
// asked for again each time.
func (t *tag) unchanged(w http.ResponseWriter, r *http.Request) bool {
	if t.text == "" {
		return false
	}
	w.Header().Set("ETag", t.text)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Add("Vary", "Accept, Authorization, Cookie, X-API-Key, PRIVATE-TOKEN")
	for given := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		if given = strings.TrimSpace(given); given == "*" || strings.TrimPrefix(given, "W/") == strings.TrimPrefix(t.text, "W/") {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}
