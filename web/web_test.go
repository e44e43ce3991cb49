package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var built = fstest.MapFS{
	"dist/README":              {Data: []byte("not served")},
	"dist/index.html.gz":       {Data: compress("<html>the page")},
	"dist/assets/a-1234.js.gz": {Data: compress("let a")},

	"dist/terminal/page/instance.html.gz": {Data: compress("<html>the terminal")},
}

func ask(handler http.Handler, method, path string, header ...string) *http.Response {
	request := httptest.NewRequest(method, path, nil)
	for n := 0; n+1 < len(header); n += 2 {
		request.Header.Set(header[n], header[n+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func TestWhatIsNotServed(t *testing.T) {
	handler := newHandler(built)
	for _, path := range []string{"/nope", "/README", "/dist/README", "/assets", "/assets/", "/../web.go", "/index.html.gz"} {
		if got := ask(handler, "GET", path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: HTTP %d", path, got.StatusCode)
		}
	}
	if got := ask(handler, "POST", "/"); got.StatusCode != http.StatusMethodNotAllowed || got.Header.Get("Allow") == "" {
		t.Errorf("POST: HTTP %d", got.StatusCode)
	}
}

func TestATerminalIsServedForEachInstance(t *testing.T) {
	handler := newHandler(built)
	for path, want := range map[string]int{"/terminal/default/c1": 200, "/terminal/p/web.1": 200, "/terminal/c1": 404, "/terminal/a/b/c": 404, "/terminal": 404} {
		got := ask(handler, "GET", path)
		if body, _ := io.ReadAll(got.Body); got.StatusCode != want || (want == 200) != (string(body) == "<html>the terminal") {
			t.Errorf("%s: HTTP %d %s", path, got.StatusCode, body)
		}
	}
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	for _, path := range []string{"/", "/assets/a-1234.js"} {
		policy := ask(newHandler(built), "GET", path).Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "http") || strings.Contains(policy, "*") || strings.Contains(policy, "script-src 'self' '") {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

func TestFilesAreSentAsTheClientTakesThem(t *testing.T) {
	handler := newHandler(built)
	plain := ask(handler, "GET", "/")
	if body, _ := io.ReadAll(plain.Body); string(body) != "<html>the page" || plain.Header.Get("Content-Encoding") != "" || !strings.HasPrefix(plain.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%q %v", body, plain.Header)
	}
	packed := ask(handler, "GET", "/assets/a-1234.js", "Accept-Encoding", "gzip, br")
	if packed.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(packed.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%v", packed.Header)
	}
	if again := ask(handler, "GET", "/", "If-None-Match", plain.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("HTTP %d", again.StatusCode)
	}
	if plain.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("the page is kept: %v", plain.Header)
	}
}

func TestWithoutGraphiQLThePageSaysWhatToInstall(t *testing.T) {
	got := ask(newHandler(fstest.MapFS{"dist/README": {}}), "GET", "/")
	if body, _ := io.ReadAll(got.Body); got.StatusCode != 200 || !strings.Contains(string(body), "apt-get install") {
		t.Errorf("HTTP %d %s", got.StatusCode, body)
	}
}
