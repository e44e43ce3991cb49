package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// follower is a user interface that lives long: it shows the instances, and
// keeps every event, over sockets that end whenever they like.
type follower struct {
	server *running
	token  string
	random *rand.Rand
	// restless is how long its sockets last; 0 is as long as they can.
	restless time.Duration

	mutex   sync.Mutex
	cursor  string // of the last event
	events  []toldEvent
	ended   map[string][]string // final statuses by operation
	view    map[string]string
	growing map[string]string // the view while a snapshot comes; nil else
	sockets int
	trouble []string
}

type toldEvent struct{ Cursor, What string }

const followEvents = `subscription($after: String) { events(allProjects: true, after: $after) { cursor type ... on LifecycleEvent { action source } ... on OperationEvent { operation { id status error } } } }`

const followInstances = `subscription { instanceChanged(allProjects: true, snapshot: true) { kind name project previousName instance { name status } } }`

func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := f.connect(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, net.ErrClosed) { // by itself
			f.say("%v", err)
		}
	}
}

func (f *follower) say(format string, arguments ...any) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.trouble = append(f.trouble, fmt.Sprintf(format, arguments...))
}

// connect follows over one socket until that ends.
func (f *follower) connect(ctx context.Context) error {
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	socket, _, err := dialer.DialContext(ctx, strings.Replace(f.server.url, "http", "ws", 1)+"/graphql", nil)
	if err != nil {
		time.Sleep(100 * time.Millisecond)
		return err
	}
	defer socket.Close()
	defer context.AfterFunc(ctx, func() { socket.Close() })()
	if f.restless > 0 {
		leave := time.AfterFunc(f.restless/2+time.Duration(f.random.Int64N(int64(f.restless))), func() { socket.Close() })
		defer leave.Stop()
	}
	f.sockets++
	if socket.WriteJSON(map[string]any{"type": "connection_init", "payload": map[string]string{"authorization": "Bearer " + f.token}}) != nil || f.subscribe(socket, "e") != nil || f.subscribe(socket, "v") != nil {
		return nil
	}
	for {
		var got frame
		if err := socket.ReadJSON(&got); err != nil {
			return nil // it left, or the end came
		}
		switch got.Type {
		case "ping":
			err = socket.WriteJSON(frame{Type: "pong"})
		case "next":
			err = f.take(got)
		case "error", "complete":
			if !strings.Contains(string(got.Payload), "LXD_UNAVAILABLE") && !strings.Contains(string(got.Payload), "SUBSCRIPTION_LAGGED") {
				f.say("%s of %s: %s", got.Type, got.ID, got.Payload)
			}
			time.Sleep(100 * time.Millisecond)
			err = f.subscribe(socket, got.ID)
		}
		if err != nil {
			return err
		}
	}
}

func (f *follower) subscribe(socket *websocket.Conn, id string) error {
	payload := map[string]any{"query": followInstances}
	if id == "e" {
		payload = map[string]any{"query": followEvents, "variables": map[string]any{"after": f.cursor}}
	} else {
		f.mutex.Lock()
		f.growing = map[string]string{}
		f.mutex.Unlock()
	}
	return socket.WriteJSON(map[string]any{"id": id, "type": "subscribe", "payload": payload})
}

func (f *follower) take(got frame) error {
	var payload struct {
		Data struct {
			Events *struct {
				Cursor, Type, Action, Source string
				Operation                    struct{ ID, Status, Error string }
			}
			InstanceChanged *struct {
				Kind, Name, Project, PreviousName string
				Instance                          *struct{ Name, Status string }
			}
		}
		Errors []any
	}
	if err := json.Unmarshal(got.Payload, &payload); err != nil || payload.Errors != nil {
		return fmt.Errorf("%s %v", got.Payload, err)
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if event := payload.Data.Events; event != nil {
		f.cursor = event.Cursor
		f.events = append(f.events, toldEvent{event.Cursor, event.Type + event.Action + event.Source + event.Operation.ID + event.Operation.Status})
		if status := event.Operation.Status; status == "SUCCESS" || status == "FAILURE" || status == "CANCELLED" {
			f.ended[event.Operation.ID] = append(f.ended[event.Operation.ID], status)
		} else if status != "" && f.ended[event.Operation.ID] == nil {
			f.ended[event.Operation.ID] = []string{}
		}
	}
	if change := payload.Data.InstanceChanged; change != nil {
		view, key := f.view, change.Project+"/"+change.Name
		if f.growing != nil {
			view = f.growing
		}
		switch {
		case change.Kind == "SNAPSHOT_END":
			f.view, f.growing = f.growing, nil
		case change.Instance != nil:
			view[key] = change.Instance.Status
		default:
			delete(view, key)
		}
		if change.Kind == "RENAMED" {
			delete(view, change.Project+"/"+change.PreviousName)
		}
	}
	return nil
}

// sees is its view, and whether it is complete.
func (f *follower) sees() (map[string]string, bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return maps.Clone(f.view), f.growing == nil
}

// heard reports whether it was told of something.
func (f *follower) heard(what string) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for n := len(f.events) - 1; n >= 0; n-- {
		if strings.Contains(f.events[n].What, what) {
			return true
		}
	}
	return false
}

// waiting is how many operations it was told of have not ended for it.
func (f *follower) waiting() (count int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, ends := range f.ended {
		if len(ends) == 0 {
			count++
		}
	}
	return count
}
