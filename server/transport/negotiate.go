package transport

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
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

// negotiate reads Accept: the type of the highest quality, and of these the
// first. Nothing that we know of, and no header, is JSON.
func negotiate(r *http.Request) format {
	var chosen format
	best := 0.0
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, quality := mediaRange(part)
		if quality <= 0 {
			continue
		}
		switch kind {
		case typeStream:
			chosen.stream = true
			continue
		case "*/*", "application/*":
			kind = typeJSON
		case typeResponse, typeJSON:
		default:
			continue
		}
		if quality > best {
			chosen.contentType, best = kind, quality
		}
	}
	if chosen.contentType == "" && !chosen.stream {
		chosen.contentType = typeJSON
	}
	return chosen
}

// mediaRange is one element of Accept; what is malformed has no quality.
func mediaRange(text string) (kind string, quality float64) {
	kind, options, err := mime.ParseMediaType(strings.TrimSpace(text))
	if err != nil {
		return "", 0
	}
	if given, ok := options["q"]; ok {
		quality, _ = strconv.ParseFloat(given, 64) // 0 for what is no number
		return kind, quality
	}
	return kind, 1
}

// onlyStream reports whether even a query has to be answered by a stream.
func (f format) onlyStream() bool { return f.stream && f.contentType == "" }

// answer writes what the executor gave. An answer without data is a request
// that was refused: its status tells so, and a client that takes nothing but a
// stream is told in one, because it could not read anything else.
func (f format) answer(w http.ResponseWriter, response *graphql.Response) {
	status := http.StatusOK
	if len(response.Data) == 0 && len(response.Errors) > 0 {
		status = f.refusalStatus(response.Errors)
	}
	if after := retryAfter(response); after != nil {
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", fmt.Sprint(after))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if f.onlyStream() && status == http.StatusOK {
		events := newEventWriter(w)
		events.next(response)
		events.complete()
		return
	}
	f.write(w, status, response)
}

// refusalStatus is the status of a request that was refused before execution.
// With application/json GraphQL's own refusals are 200: what stands between
// must not take them for its own. The newer type tells them by 400.
func (f format) refusalStatus(errs gqlerror.List) int {
	for _, err := range errs {
		switch err.Extensions["code"] {
		case "UNAUTHENTICATED":
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

// retryAfter is when an answer without data that was refused for coming too
// early may be asked for again, in seconds; nil for any other answer.
func retryAfter(response *graphql.Response) any {
	if len(response.Errors) != 1 || (len(response.Data) > 0 && string(response.Data) != "null") {
		return nil
	}
	if extensions := response.Errors[0].Extensions; extensions["code"] == "RATE_LIMITED" {
		return extensions["retryAfterSeconds"]
	}
	return nil
}
