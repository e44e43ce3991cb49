package transport

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

const (
	// defaultMaxBytes is 1 MiB.
	defaultMaxBytes = 1 << 20
	// bodyTimeout is how long a client may take to send a body.
	bodyTimeout = 30 * time.Second
)

// params reads a request.
func (t HTTP) params(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	begun := graphql.Now()
	params, refused := t.read(w, r)
	if refused != nil {
		return nil, refused
	}
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: begun, End: graphql.Now()}
	return params, nil
}

func (t HTTP) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	switch r.Method {
	case http.MethodGet:
		return fromURL(r)
	case http.MethodPost:
		return t.fromBody(w, r)
	}
	return nil, &refusal{status: http.StatusMethodNotAllowed, allow: allMethods, code: "BAD_USER_INPUT", message: "GraphQL is asked by POST or GET"}
}

func fromURL(r *http.Request) (*graphql.RawParams, *refusal) {
	fields := map[string]json.RawMessage{}
	query := r.URL.Query()
	for _, name := range []string{"query", "operationName"} {
		if query.Has(name) {
			fields[name] = marshal(query.Get(name), `""`) // a string always marshals
		}
	}
	for _, name := range []string{"variables", "extensions"} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		if !json.Valid([]byte(text)) {
			return nil, badRequest("the parameter " + name + " has to be a JSON object")
		}
		fields[name] = json.RawMessage(text)
	}
	return parse(fields)
}

func (t HTTP) fromBody(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	kind, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" && t.Uploads != nil {
		return t.Uploads.read(w, r, cmp.Or(t.MaxBytes, defaultMaxBytes))
	}
	if charset := options["charset"]; err != nil || kind != typeJSON || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, code: "BAD_USER_INPUT", message: "the body has to be JSON in UTF-8: send `Content-Type: application/json`"}
	}
	limit := t.MaxBytes
	if limit == 0 {
		limit = defaultMaxBytes
	}
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Now().Add(bodyTimeout)) // where the server can
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	control.SetReadDeadline(time.Time{})
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, code: "LIMIT_EXCEEDED", message: fmt.Sprintf("the body is larger than %d bytes", limit)}
	case err != nil:
		return nil, badRequest("the body did not arrive whole")
	}
	if trimmed := bytes.TrimSpace(body); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, badRequest("several requests in one body are not served: send them one by one")
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return nil, badRequest(`the body is no JSON object such as {"query": "{ __typename }"}`)
	}
	return parse(fields)
}

// parse checks that each parameter has its type. The query may be missing
// where the extensions name a persisted one.
func parse(fields map[string]json.RawMessage) (*graphql.RawParams, *refusal) {
	params := &graphql.RawParams{}
	for _, field := range []struct {
		name string
		into any
		is   string
	}{
		{"query", &params.Query, "a string"}, {"operationName", &params.OperationName, "a string"},
		{"variables", &params.Variables, "an object"}, {"extensions", &params.Extensions, "an object"},
	} {
		value := fields[field.name]
		if len(value) == 0 || string(value) == "null" {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(value))
		decoder.UseNumber()
		if decoder.Decode(field.into) != nil {
			return nil, badRequest("the parameter " + field.name + " has to be " + field.is)
		}
	}
	if params.Query == "" && params.Extensions["persistedQuery"] == nil {
		return nil, badRequest("the parameter query is missing")
	}
	return params, nil
}
