package transport_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/server/transport"
)

const (
	plain    = "application/json"
	response = "application/graphql-response+json"
)

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Text   string
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
}

func (a answer) code() any {
	if len(a.Errors) == 0 {
		return nil
	}
	return a.Errors[0].Extensions["code"]
}

func (s *server) send(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	got, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	result := answer{Status: got.StatusCode, Header: got.Header, Text: string(text)}
	if strings.Contains(got.Header.Get("Content-Type"), "json") && method != http.MethodHead {
		if err := json.Unmarshal(text, &result); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return result
}

func (s *server) post(t *testing.T, body, accept string) answer {
	t.Helper()
	return s.send(t, http.MethodPost, "/", body, "Content-Type", plain, "Accept", accept)
}

// What is no GraphQL over HTTP is refused with a status and a code, and what
// was sent is not said again.
func TestABadBodyIsRefusedAndNotRepeated(t *testing.T) {
	s := serve(t, transport.HTTP{MaxBytes: 1000}, &transport.WebSocket{})
	for _, bad := range []struct {
		what, contentType, body string
		status                  int
		code                    string
	}{
		{"no JSON", plain, `my secret`, 400, "BAD_USER_INPUT"},
		{"JSON cut short", plain, `{"query":"my secret`, 400, "BAD_USER_INPUT"},
		{"more than one value", plain, `{"query":"{hello}"} my secret`, 400, "BAD_USER_INPUT"},
		{"nothing", plain, ``, 400, "BAD_USER_INPUT"},
		{"null", plain, `null`, 400, "BAD_USER_INPUT"},
		{"a batch", plain, ` [{"query":"{hello}"}]`, 400, "BAD_USER_INPUT"},
		{"no query", plain, `{"notQuery":"my secret"}`, 400, "BAD_USER_INPUT"},
		{"query", plain, `{"query":["my secret"]}`, 400, "BAD_USER_INPUT"},
		{"operationName", plain, `{"query":"{hello}","operationName":{"a":"my secret"}}`, 400, "BAD_USER_INPUT"},
		{"variables", plain, `{"query":"{hello}","variables":"my secret"}`, 400, "BAD_USER_INPUT"},
		{"variables in a list", plain, `{"query":"{hello}","variables":["my secret"]}`, 400, "BAD_USER_INPUT"},
		{"extensions", plain, `{"query":"{hello}","extensions":"my secret"}`, 400, "BAD_USER_INPUT"},
		{"too large", plain, `{"query":"{hello}","x":"my secret` + strings.Repeat("x", 1000) + `"}`, 413, "LIMIT_EXCEEDED"},
		{"text", "text/plain", `{"query":"{hello}"}`, 415, "BAD_USER_INPUT"},
		{"a form", "application/x-www-form-urlencoded", `query={hello}`, 415, "BAD_USER_INPUT"},
		{"no type", "", `{"query":"{hello}"}`, 415, "BAD_USER_INPUT"},
		{"another charset", plain + "; charset=iso-8859-1", `{"query":"{hello}"}`, 415, "BAD_USER_INPUT"},
	} {
		for _, accept := range []string{plain, response} {
			got := s.send(t, http.MethodPost, "/", bad.body, "Content-Type", bad.contentType, "Accept", accept)
			if got.Status != bad.status || got.code() != bad.code || got.Errors[0].Message == "" {
				t.Errorf("%s: HTTP %d, want %d %s: %s", bad.what, got.Status, bad.status, bad.code, got.Text)
			}
			if strings.Contains(got.Text, "secret") || strings.Contains(got.Text, `"data"`) {
				t.Errorf("%s: it repeats what was sent, or has data: %s", bad.what, got.Text)
			}
		}
	}
}

// A request that is refused before execution has no data; its status depends
// on the code and on the type that the client reads.
func TestTheStatusOfARefusal(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	for _, bad := range []struct {
		what, body     string
		json, response int
		code           string
	}{
		{"no GraphQL", `{"query":"{"}`, 200, 400, "GRAPHQL_PARSE_FAILED"},
		{"an unknown field", `{"query":"{nope}"}`, 200, 400, "GRAPHQL_VALIDATION_FAILED"},
		{"an unknown operation", `{"query":"query A {hello}","operationName":"B"}`, 200, 400, "GRAPHQL_VALIDATION_FAILED"},
		{"nobody knows who", `{"query":"query Secret {hello}","operationName":"Secret"}`, 401, 401, "UNAUTHENTICATED"},
		{"too many", `{"query":"{limited}"}`, 429, 429, "RATE_LIMITED"},
		{"not persisted", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}`, 200, 200, "PERSISTED_QUERY_NOT_FOUND"},
		{"a subscription without a stream", `{"query":"subscription {silence}"}`, 406, 406, "BAD_USER_INPUT"},
	} {
		for accept, status := range map[string]int{plain: bad.json, response: bad.response} {
			got := s.post(t, bad.body, accept)
			if got.Status != status || got.code() != bad.code || strings.Contains(got.Text, `"data"`) {
				t.Errorf("%s as %s: HTTP %d, want %d %s: %s", bad.what, accept, got.Status, status, bad.code, got.Text)
			}
			if (got.Header.Get("WWW-Authenticate") == "Bearer") != (status == 401) {
				t.Errorf("%s: WWW-Authenticate is %q", bad.what, got.Header.Get("WWW-Authenticate"))
			}
		}
	}
}

// GET changes nothing and streams nothing, and its parameters have types too.
func TestGETIsForQueries(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	get := func(parameters url.Values, accept string) answer {
		return s.send(t, http.MethodGet, "/?"+parameters.Encode(), "", "Accept", accept)
	}
	for _, query := range []string{"mutation {change}", "subscription {silence}"} {
		for _, accept := range []string{plain, "text/event-stream"} {
			got := get(url.Values{"query": {query}}, accept)
			if got.Status != 405 || got.Header.Get("Allow") != "POST" || got.code() != "BAD_USER_INPUT" {
				t.Errorf("%s: HTTP %d, Allow %q: %s", query, got.Status, got.Header.Get("Allow"), got.Text)
			}
		}
	}
	for name, value := range map[string]string{"variables": `"secret"`, "extensions": `[1]`, "query": ""} {
		parameters := url.Values{"query": {"{hello}"}}
		parameters.Set(name, value)
		if got := get(parameters, plain); got.Status != 400 {
			t.Errorf("%s=%s: HTTP %d: %s", name, value, got.Status, got.Text)
		}
	}
	for _, variables := range []string{"{", "{} secret", "{}}"} {
		got := get(url.Values{"query": {"{hello}"}, "variables": {variables}}, plain)
		if got.Status != 400 || strings.Contains(got.Text, "secret") {
			t.Errorf("%s: HTTP %d: %s", variables, got.Status, got.Text)
		}
	}
	got := get(url.Values{"query": {"query A {a: hello} query B {b: hello}"}, "operationName": {"B"}, "variables": {"{}"}}, plain)
	if got.Status != 200 || string(got.Data) != `{"b":"world"}` {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
}

// Other methods are told which there are.
func TestOtherMethodsAreTold(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	for method, status := range map[string]int{"PUT": 405, "DELETE": 405, "PATCH": 405, "HEAD": 405, "OPTIONS": 204} {
		got := s.send(t, method, "/?query={hello}", "")
		if got.Status != status || got.Header.Get("Allow") != "GET, POST, OPTIONS" {
			t.Errorf("%s: HTTP %d, Allow %q", method, got.Status, got.Header.Get("Allow"))
		}
	}
}

// The answer is of the type that the client likes best, and whole.
func TestAnAnswerIsOfTheTypeThatIsAccepted(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	for accept, want := range map[string]string{
		"":                            plain,
		"*/*":                         plain,
		plain:                         plain,
		response:                      response,
		"text/xml":                    plain,
		plain + ", " + response:       plain,
		plain + ";q=0.5, " + response: response,
		response + ";q=0, " + plain:   plain,
		response + "; charset=utf-8, " + plain + "; charset=utf-8":                                response,
		"application/graphql-response+json, application/json, text/event-stream, multipart/mixed": response, // urql
		"nonsense;;, application/*": plain,
	} {
		got := s.post(t, `{"query":"{hello}","variables":null,"operationName":null}`, accept)
		if got.Status != 200 || got.Header.Get("Content-Type") != want+"; charset=utf-8" || got.Text != `{"data":{"hello":"world"}}`+"\n" {
			t.Errorf("%q: HTTP %d, %s: %s", accept, got.Status, got.Header.Get("Content-Type"), got.Text)
		}
	}
}

// A field's error comes with the data, as HTTP 200, and a bug is told as one.
func TestErrorsOfFieldsComeWithTheData(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	for _, accept := range []string{plain, response} {
		got := s.post(t, `{"query":"{fails}"}`, accept)
		if got.Status != 200 || got.code() != "NOT_FOUND" || string(got.Data) != `{"fails":null}` {
			t.Errorf("HTTP %d: %s", got.Status, got.Text)
		}
	}
	if got := s.post(t, `{"query":"mutation {change}"}`, plain); got.Text != `{"data":{"change":"world"}}`+"\n" {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
	if got := s.post(t, `{"query":"{panics}"}`, plain); !strings.Contains(got.Text, "internal error") {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
}

// Who asks while the server stops is told so, and gets no empty answer.
func TestAnEndedRequestIsAnswered(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	s.stop()
	got := s.post(t, `{"query":"{hello}"}`, plain)
	if got.Status != 503 || got.code() != "TIMEOUT" {
		t.Errorf("HTTP %d: %s", got.Status, got.Text)
	}
}
