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
	events chan []byte // frames, as they come
	word   string
	image  string // the fingerprint of the last one made, for which F stands
}

var fingerprint = regexp.MustCompile(`[0-9a-f]{64}`)

// follows makes a writer, with a project of its own and a profile that says
// where a write's events end.
func (d *daemon) follows(t *testing.T) *writer {
	t.Helper()
	w := &writer{daemon: d, t: t, word: strings.ToLower(rand.Text()[:6]), events: make(chan []byte, 1000)}
	w.listen()
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
	for w.mark(""); ; w.mark("") { // LXD may tell nothing yet when the connection is there
		select {
		case <-w.events:
			w.until("")
			return w
		case <-time.After(time.Second):
		}
	}
}

// listen reads events until the test ends.
func (w *writer) listen() {
	w.t.Helper()
	dialer := websocket.Dialer{NetDialContext: w.dial}
	events, _, err := dialer.Dial("ws://lxd/1.0/events?type=operation,lifecycle&all-projects=true", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			_, frame, err := events.ReadMessage()
			if err != nil {
				return
			}
			w.events <- frame
		}
	}()
	w.t.Cleanup(func() {
		events.Close()
		for {
			select {
			case <-w.events: // room for the last one
			case <-read:
				return
			}
		}
	})
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

// mark makes an event of our own.
func (w *writer) mark(word string) {
	w.t.Helper()
	w.send("PATCH", "profiles/end-X", `{"description":"`+word+time.Now().String()+`"}`)
}

// forget drops the events that came late.
func (w *writer) forget() {
	for len(w.events) > 0 {
		<-w.events
	}
}

// until reads the events up to one of our own, and a moment longer for those
// that it overtook.
func (w *writer) until(mark string) []told {
	w.t.Helper()
	w.mark(mark)
	var events []told
	seen := map[string]bool{}
	ends := time.After(10 * time.Second)
	for ended := false; ; {
		var frame string
		select {
		case read := <-w.events:
			frame = string(read)
		case <-ends:
			if !ended {
				w.t.Fatal("the end does not come")
			}
			return events
		}
		if !(strings.Contains(frame, w.word) || w.image != "" && strings.Contains(frame, w.image)) || seen[frame] {
			continue
		}
		seen[frame] = true
		var one told
		if err := json.Unmarshal([]byte(frame), &one); err != nil {
			w.t.Fatal(err)
		}
		if strings.Contains(one.Metadata.Source, "end-") {
			ended, ends = true, time.After(60*time.Millisecond)
			continue
		}
		events = append(events, one)
	}
}

// trace is what came of a write: LXD's answer, then what it tells.
func (w *writer) trace(one step) string {
	w.t.Helper()
	w.forget()
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
