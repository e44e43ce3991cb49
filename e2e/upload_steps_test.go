package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// part is one of a form: a field, or a file where that has a name.
type part struct {
	name, file string
	data       []byte
}

// form is multipart/form-data.
func form(t *testing.T, parts ...part) (contentType string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	writer := multipart.NewWriter(&out)
	for _, part := range parts {
		create := writer.CreateFormField
		if part.file != "" {
			create = func(name string) (io.Writer, error) { return writer.CreateFormFile(name, part.file) }
		}
		into, err := create(part.name)
		if err != nil {
			t.Fatal(err)
		}
		into.Write(part.data)
	}
	writer.Close()
	return writer.FormDataContentType(), out.Bytes()
}

// files is a request with files, in the words of the specification: each stands
// at a variable's path.
func files(t *testing.T, query string, variables map[string]any, at map[string][]byte) (contentType string, body []byte) {
	t.Helper()
	operations, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	places := map[string][]string{}
	var parts []part
	for path, data := range at {
		key := fmt.Sprint(len(places))
		places[key] = []string{path}
		parts = append(parts, part{key, filepath.Base(path) + ".bin", data})
	}
	mapped, err := json.Marshal(places)
	if err != nil {
		t.Fatal(err)
	}
	return form(t, append([]part{{"operations", "", operations}, {"map", "", mapped}}, parts...)...)
}

// bring sends such a request with headers; an answer that is no JSON ends the test.
func (s *running) bring(t *testing.T, contentType string, body io.Reader, headers ...string) *answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/graphql", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	for n := 0; n+1 < len(headers); n += 2 {
		request.Header.Set(headers[n], headers[n+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := &answer{Status: response.StatusCode, Text: string(text)}
	if err := json.Unmarshal(text, got); err != nil {
		t.Fatalf("HTTP %d, which is not JSON: %s", response.StatusCode, text)
	}
	return got
}

// brought sends files as somebody; an error ends the test.
func (s *running) brought(t *testing.T, token, query string, variables map[string]any, at map[string][]byte) *answer {
	t.Helper()
	kind, body := files(t, query, variables, at)
	got := s.bring(t, kind, bytes.NewReader(body), "Authorization", "Bearer "+token)
	if len(got.Errors) > 0 || got.Status != http.StatusOK {
		t.Fatalf("%s\nHTTP %d: %s", query, got.Status, got.Text)
	}
	return got
}

// wantNothingKept fails when the server keeps a temporary file, by its name or
// without one.
func (s *running) wantNothingKept(t *testing.T, temporary string) {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		var kept []string
		left, err := os.ReadDir(temporary)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range left {
			kept = append(kept, file.Name())
		}
		open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid))
		if err != nil {
			t.Fatal(err)
		}
		for _, descriptor := range open {
			if target, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", s.pid, descriptor.Name())); strings.HasPrefix(target, temporary) {
				kept = append(kept, target)
			}
		}
		if len(kept) == 0 {
			return
		}
		if time.Since(begun) > 5*time.Second {
			t.Errorf("the server keeps %v", kept)
			return
		}
	}
}
