package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// browse asks with a cookie and headers, and returns the status and the cookie of the answer.
func (s *running) browse(t *testing.T, cookie, query string, headers map[string]string) (int, *http.Cookie) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	request, err := http.NewRequest(http.MethodPost, s.url+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	if cookie != "" {
		request.AddCookie(&http.Cookie{Name: "authenticationToken", Value: cookie})
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	for _, set := range response.Cookies() {
		return response.StatusCode, set
	}
	return response.StatusCode, nil
}

// The cookie counts for curl, and for browsers on our own pages with the header.
func TestTheCookie(t *testing.T) {
	server := onRealLXD(t, "CORS_ORIGINS=https://portal.example")
	wildcard := onRealLXD(t)
	login := `mutation { login(username: "admin", password: "` + server.password + `", cookie: true) { expiresAt } }`
	if _, set := server.browse(t, "", strings.Replace(login, "true", "false", 1), nil); set != nil {
		t.Error("a cookie that nobody asked for")
	}
	_, set := server.browse(t, "", login, nil)
	if set == nil || !set.HttpOnly || set.SameSite != http.SameSiteStrictMode || set.Path != "/" || set.Secure || set.Expires.IsZero() {
		t.Fatalf("%+v", set)
	}
	if _, set := server.browse(t, "", login, map[string]string{"X-Forwarded-Proto": "https"}); !set.Secure {
		t.Error("behind TLS the cookie goes in the clear too")
	}
	_, other := wildcard.browse(t, "", login, nil)
	const query = `{ viewer { id } }`
	for name, c := range map[string]struct {
		headers        map[string]string
		status, anyone int
	}{
		"curl":                      {nil, 200, 200},
		"our page, without CSRF":    {map[string]string{"Origin": server.url}, 401, 401},
		"a page, without an origin": {map[string]string{"Sec-Fetch-Site": "same-origin"}, 401, 401},
		"our page":                  {map[string]string{"Origin": "SELF", "X-CSRF-Token": "1"}, 200, 200},
		"a listed page":             {map[string]string{"Origin": "https://portal.example", "X-CSRF-Token": "1"}, 200, 401},
		"another page":              {map[string]string{"Origin": "https://evil.example", "X-CSRF-Token": "1"}, 401, 401},
	} {
		for n, where := range []*running{server, wildcard} {
			headers := map[string]string{}
			for header, value := range c.headers {
				headers[header] = strings.Replace(value, "SELF", where.url, 1)
			}
			cookie, want := []string{set.Value, other.Value}[n], []int{c.status, c.anyone}[n]
			if status, _ := where.browse(t, cookie, query, headers); status != want {
				t.Errorf("%s at %d: HTTP %d, want %d", name, n, status, want)
			}
		}
	}
	for origin, allowed := range map[string]bool{"https://evil.example": false, server.url: true} {
		header := http.Header{"Origin": {origin}, "Cookie": {"authenticationToken=" + set.Value}}
		connection, _, err := (&websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}).Dial(strings.Replace(server.url, "http", "ws", 1)+"/graphql", header)
		if (err == nil) != allowed {
			t.Errorf("a WebSocket from %s: %v", origin, err)
		}
		if err != nil {
			continue
		}
		t.Cleanup(func() { connection.Close() })
		socket := &socket{connection, t}
		socket.send("", "connection_init", nil)
		if got := socket.receive(); got.Type != "connection_ack" {
			t.Errorf("%+v", got)
		}
	}
	_, gone := server.browse(t, set.Value, `mutation { logout { deletedId } }`, nil)
	if gone == nil || gone.MaxAge >= 0 || gone.Value != "" {
		t.Errorf("%+v", gone)
	}
	if status, _ := server.browse(t, set.Value, query, nil); status != 401 {
		t.Errorf("after logout: HTTP %d", status)
	}
	server.wantNoSecretInLog(t)
}

// A cookie that is used does not run out: the answer brings a newer one.
func TestTheCookieIsRenewed(t *testing.T) {
	server := onRealLXD(t, "JWT_ACCESS_TOKEN_EXPIRE_MINUTES=1")
	login := `mutation { login(username: "admin", password: "` + server.password + `", cookie: true) { expiresAt } }`
	_, set := server.browse(t, "", login, nil)
	if _, newer := server.browse(t, set.Value, `{ viewer { id } }`, nil); newer != nil {
		t.Error("it was renewed at once")
	}
	if os.Getenv("LXDQL_SOAK") == "" {
		t.Skip("half of the shortest life of a token is 30 s: make soak waits for it")
	}
	time.Sleep(31 * time.Second)
	status, newer := server.browse(t, set.Value, `{ viewer { id } }`, nil)
	if status != 200 || newer == nil || newer.Value == set.Value || !newer.Expires.After(set.Expires) {
		t.Errorf("HTTP %d, %+v", status, newer)
	}
}
