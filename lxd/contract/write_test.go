package contract

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// step is one write, and what LXD answers and tells of it: see trace. In all of
// them X stands for a word of the test's own.
type step struct{ method, path, body, want string }

// told is an event as it matters here.
type told struct {
	Type     string
	Metadata struct {
		Action, Source     string
		Context, Requestor map[string]any
	}
}

// writer makes writes, one after the other, and notes what comes of each.
type writer struct {
	*daemon
	t      *testing.T
	events *websocket.Conn
	word   string
	image  string // the fingerprint of the last one made, for which F stands
}

var fingerprint = regexp.MustCompile(`[0-9a-f]{64}`)

// follows makes a writer, with a project of its own and a profile that says
// where a write's events end.
func (d *daemon) follows(t *testing.T) *writer {
	t.Helper()
	w := &writer{daemon: d, t: t, word: strings.ToLower(rand.Text()[:6])}
	dialer := websocket.Dialer{NetDialContext: d.dial}
	var err error
	if w.events, _, err = dialer.Dial("ws://lxd/1.0/events?type=operation,lifecycle&all-projects=true", nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.events.Close() })
	for _, make := range []string{
		`projects {"name":"pX","config":{"features.images":"false","features.profiles":"true","features.networks":"false","features.storage.volumes":"false"}}`,
		`profiles {"name":"end-X"}`,
	} {
		path, body, _ := strings.Cut(make, " ")
		if answer := w.send("POST", path, body); answer["type"] == "error" {
			t.Fatal(answer)
		}
	}
	t.Cleanup(func() {
		d.remove(t, "p"+w.word)
		d.ask(t, "DELETE", "/1.0/profiles/end-"+w.word, nil)
	})
	w.until("")
	return w
}

func (w *writer) send(method, path, body string) map[string]any {
	names := strings.NewReplacer("X", w.word, "F", w.image)
	var decoded any
	if body != "" {
		if err := json.Unmarshal([]byte(names.Replace(body)), &decoded); err != nil {
			w.t.Fatalf("%s: %v", body, err)
		}
	}
	return w.ask(w.t, method, "/1.0/"+names.Replace(path), decoded)
}

// until reads the events up to one of our own.
func (w *writer) until(mark string) []told {
	w.t.Helper()
	w.send("PATCH", "profiles/end-X", `{"description":"`+mark+time.Now().String()+`"}`)
	var events []told
	seen := map[string]bool{}
	for ended := false; ; {
		wait := 10 * time.Second
		if ended {
			wait = 60 * time.Millisecond // what was overtaken
		}
		w.events.SetReadDeadline(time.Now().Add(wait))
		_, frame, err := w.events.ReadMessage()
		if err != nil && ended {
			// A read that failed ends the connection for good: it is made again.
			w.events.Close()
			dialer := websocket.Dialer{NetDialContext: w.dial}
			if w.events, _, err = dialer.Dial("ws://lxd/1.0/events?type=operation,lifecycle&all-projects=true", nil); err != nil {
				w.t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
			return events
		}
		if err != nil {
			w.t.Fatalf("the end does not come: %v", err)
		}
		if !(strings.Contains(string(frame), w.word) || w.image != "" && strings.Contains(string(frame), w.image)) || seen[string(frame)] {
			continue
		}
		seen[string(frame)] = true
		var one told
		if err := json.Unmarshal(frame, &one); err != nil {
			w.t.Fatal(err)
		}
		if strings.Contains(one.Metadata.Source, "end-") {
			ended = true
			continue
		}
		events = append(events, one)
	}
}

// trace is what came of a write: LXD's answer, then what it tells.
func (w *writer) trace(one step) string {
	w.t.Helper()
	answer := w.send(one.method, one.path, one.body)
	code, _ := answer["error_code"].(float64)
	lines := []string{fmt.Sprint(answer["type"])}
	if code != 0 {
		lines[0] = fmt.Sprintf("%.0f %v", code, answer["error"])
	}
	if operation, _ := answer["operation"].(string); operation != "" {
		ended, _ := w.ask(w.t, "GET", operation+"/wait?timeout=30", nil)["metadata"].(map[string]any)
		lines[0] = fmt.Sprintf("%v: %v %v", ended["description"], ended["status"], ended["err"])
		if details, _ := ended["metadata"].(map[string]any); details["fingerprint"] != nil {
			w.image = details["fingerprint"].(string)
		}
		resources, _ := ended["resources"].(map[string]any)
		for _, kind := range slices.Sorted(maps.Keys(resources)) {
			lines[0] += fmt.Sprintf(" %s%v", kind, resources[kind])
		}
	}
	for _, event := range w.until(one.path) {
		about := event.Metadata
		if event.Type == "operation" {
			continue
		}
		line := about.Action + " " + about.Source
		for _, key := range slices.Sorted(maps.Keys(about.Context)) {
			line += fmt.Sprintf(" %s=%v", key, about.Context[key])
		}
		if about.Requestor == nil {
			line += " by nobody"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines[1:]) // LXD's order is not the same each time
	return fingerprint.ReplaceAllString(strings.ReplaceAll(strings.Join(lines, "\n"), w.word, "X"), "F")
}

// take makes all the writes and compares. With CONTRACT_RECORD set it prints what
// comes instead.
func (w *writer) take(steps []step) {
	w.t.Helper()
	for _, one := range steps {
		got := w.trace(one)
		if os.Getenv("CONTRACT_RECORD") != "" {
			fmt.Printf("{%q, %q, `%s`, `%s`},\n", one.method, one.path, one.body, got)
			continue
		}
		if got != one.want {
			w.t.Errorf("%s %s %s\n got %s\nwant %s", one.method, one.path, one.body, got, one.want)
		}
	}
}
