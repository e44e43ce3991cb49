package transport

import (
	"mime"
	"net/http"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	typeJSON     = "application/json"
	typeResponse = "application/graphql-response+json"
	typeStream   = "text/event-stream"
)

// format is what a client takes as an answer.
type format struct {
	contentType string // of an answer that is no stream; "" when the client takes none
	stream      bool
}

// negotiate reads Accept. Nothing that we know of, and no header, is JSON.
func negotiate(r *http.Request) format {
	var chosen format
	accept := r.Header.Get("Accept")
	for part := range strings.SplitSeq(accept, ",") {
		kind, _, err := mime.ParseMediaType(strings.TrimSpace(part))
		switch {
		case err != nil:
		case kind == typeStream:
			chosen.stream = true
		case chosen.contentType != "":
		case kind == typeResponse, kind == typeJSON:
			chosen.contentType = kind
		case kind == "*/*", kind == "application/*":
			chosen.contentType = typeJSON
		}
	}
	if chosen.contentType == "" && !chosen.stream {
		chosen.contentType = typeJSON
	}
	return chosen
}

// onlyStream reports whether even a query has to be answered by a stream.
func (f format) onlyStream() bool { return f.stream && f.contentType == "" }

// refusalStatus is the status of a request that was refused before execution.
// With application/json GraphQL's own refusals are 200: what stands between
// must not take them for its own. The newer type tells them by 400.
func (f format) refusalStatus(w http.ResponseWriter, errs gqlerror.List) int {
	for _, err := range errs {
		switch err.Extensions["code"] {
		case "UNAUTHENTICATED":
			w.Header().Set("WWW-Authenticate", "Bearer")
			return http.StatusUnauthorized
		case "RATE_LIMITED":
			return http.StatusTooManyRequests
		case "PERSISTED_QUERY_NOT_FOUND":
			return http.StatusOK
		}
	}
	if f.contentType == typeResponse {
		return http.StatusBadRequest
	}
	return http.StatusOK
}
