package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// forwarded asks as a proxy would that says where the request comes from.
func (s *running) forwarded(t *testing.T, address, token, query string) (*http.Response, map[string]any) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	request, err := http.NewRequest(http.MethodPost, s.url+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "X-Forwarded-For": {address}}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return response, answer
}

// Too much is refused, by address until somebody has logged in, then by user.
func TestRateLimits(t *testing.T) {
	server := onRealLXD(t, "TRUSTED_PROXIES=127.0.0.1", "RATE_LIMIT_MAX=5", "RATE_LIMIT_WINDOW_SECONDS=30")
	token := server.login(t)
	for n := range 7 {
		response, answer := server.forwarded(t, "198.51.100.1, 203.0.113.9", "", `{ health { status } }`)
		if (response.StatusCode == http.StatusTooManyRequests) != (n >= 5) {
			t.Errorf("request %d: %s %v", n, response.Status, answer)
		}
		remaining, _ := strconv.Atoi(response.Header.Get("X-RateLimit-Remaining"))
		reset, _ := strconv.ParseInt(response.Header.Get("X-RateLimit-Reset"), 10, 64)
		if remaining != max(0, 4-n) || response.Header.Get("X-RateLimit-Limit") != "5" || reset < time.Now().Unix() || reset > time.Now().Unix()+31 {
			t.Errorf("request %d: %v", n, response.Header)
		}
		if n < 5 {
			continue
		}
		if after, _ := strconv.Atoi(response.Header.Get("Retry-After")); after < 1 || answer["retry_after_seconds"] != float64(after) {
			t.Errorf("%v %v", response.Header, answer)
		}
		if answer["status"] != "error" || answer["error"] != "Rate limit exceeded" || answer["limit"] != 5.0 || answer["window_seconds"] != 30.0 || into(answer, "errors", 0, "extensions", "code") != "RATE_LIMITED" {
			t.Errorf("%v", answer)
		}
	}
	// Another address, a forged first hop, the user, and this machine are not limited by that.
	if response, answer := server.forwarded(t, "203.0.113.9, 198.51.100.1", "", `{ health { status } }`); response.StatusCode != http.StatusOK {
		t.Errorf("%v", answer)
	}
	if response, answer := server.forwarded(t, "203.0.113.9", token, `{ viewer { id } }`); response.StatusCode != http.StatusOK {
		t.Errorf("%v", answer)
	}
	for range 10 {
		server.must(t, token, `{ viewer { id } }`, nil)
	}
	// A heavy question counts as several, and one that is too heavy for what is left is refused whole.
	if response, answer := server.forwarded(t, "203.0.113.9", token, `{ projects { nodes { instances { nodes { name devices { name } snapshots { name } } } } } }`); response.Header.Get("X-RateLimit-Remaining") != "1" {
		t.Errorf("%v %v", response.Header, answer)
	}
	if response, answer := server.forwarded(t, "203.0.113.9", token, `{ projects { nodes { instances { nodes { name devices { name } snapshots { name } } } } } }`); response.StatusCode != http.StatusTooManyRequests || answer["retry_after_seconds"] == nil || answer["limit"] != 5.0 {
		t.Errorf("%s %v", response.Status, answer)
	}
}

// A proxy on this machine that nobody has vouched for is believed nothing, and
// warned about once.
func TestForwardedByAStranger(t *testing.T) {
	server := onRealLXD(t, "RATE_LIMIT_MAX=2")
	for range 5 {
		if response, answer := server.forwarded(t, "203.0.113.9", "", `{ health { status } }`); response.StatusCode != http.StatusOK {
			t.Errorf("%v", answer)
		}
	}
	server.stop()
	if count := strings.Count(server.log.String(), "TRUSTED_PROXIES"); count != 1 {
		t.Errorf("%d warnings", count)
	}
}

// Who guesses passwords has to wait, on this machine too.
func TestGuessingPasswords(t *testing.T) {
	server := onRealLXD(t)
	const guess = `mutation { login(username: "admin", password: "wrong horse battery") { accessToken } }`
	for range 5 {
		if got := server.ask(t, "", guess, nil); got.code() != "UNAUTHENTICATED" {
			t.Error(got.Text)
		}
	}
	for _, query := range []string{guess, `mutation { login(username: "admin", password: "` + server.password + `") { accessToken } }`} {
		got := server.ask(t, "", query, nil)
		if got.Status != http.StatusTooManyRequests || got.code() != "RATE_LIMITED" || !strings.Contains(got.Text, `"retry_after_seconds":`) {
			t.Errorf("HTTP %d: %s", got.Status, got.Text)
		}
	}
	time.Sleep(2 * time.Second)
	server.login(t)
	// Each failure doubles the pause, of a name that there is not too.
	const other = `mutation { login(username: "nobody", password: "wrong horse battery") { accessToken } }`
	for range 5 {
		server.ask(t, "", other, nil)
	}
	for _, pause := range []int{1, 2, 4} {
		response, answer := server.forwarded(t, "127.0.0.1", "", other)
		after, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		if response.StatusCode != http.StatusTooManyRequests || after < 1 || after > pause || after < pause/2+1 && pause > 1 {
			t.Errorf("a pause of %d s: %s %v", pause, response.Status, answer)
		}
		want := map[string]any{"status": "error", "error": "Rate limit exceeded", "retry_after_seconds": float64(after), "limit": 5.0, "window_seconds": 900.0}
		for key, value := range want {
			if answer[key] != value {
				t.Errorf("%s is %v, want %v", key, answer[key], value)
			}
		}
		time.Sleep(time.Duration(after) * time.Second)
		if got := server.ask(t, "", other, nil); got.code() != "UNAUTHENTICATED" {
			t.Errorf("after a pause of %d s: %s", pause, got.Text)
		}
	}
}
