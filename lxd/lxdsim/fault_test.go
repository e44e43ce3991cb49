package lxdsim

import (
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// silent reports whether nothing comes for a moment.
func silent(connection *websocket.Conn) bool {
	connection.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	_, _, err := connection.ReadMessage()
	return err != nil
}

func TestWhatIsEarlyIsReadAsItWas(t *testing.T) {
	s := newServer(t, Options{Faults: Faults{Early: 300 * time.Millisecond}})
	stream := listen(t, s, "type=lifecycle,operation")
	described := func() string {
		return decode[map[string]any](t, call(t, s, "GET", "/1.0/profiles/default", ""))["description"].(string)
	}
	answered := make(chan reply)
	go func() { answered <- call(t, s, "PATCH", "/1.0/profiles/default", `{"description":"new"}`) }()
	next(t, stream, 1)
	if described() != "Default LXD profile" {
		t.Error("what is announced early can be read at once")
	}
	<-answered
	if described() != "new" {
		t.Error("who asked is answered before it can be read")
	}
	made := call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`)
	for next(t, stream, 1)[0].Metadata.Action != "instance-created" {
	}
	if listed := decode[[]string](t, call(t, s, "GET", "/1.0/instances", "")); len(listed) != 0 {
		t.Errorf("announced early and listed: %v", listed)
	}
	mustSucceed(t, s, made)
	if listed := decode[[]string](t, call(t, s, "GET", "/1.0/instances", "")); len(listed) != 1 {
		t.Errorf("after the operation: %v", listed)
	}
	removed := call(t, s, "DELETE", "/1.0/instances/c1", "")
	for next(t, stream, 1)[0].Metadata.Action != "instance-deleted" {
	}
	if listed := decode[[]string](t, call(t, s, "GET", "/1.0/instances", "")); len(listed) != 1 {
		t.Errorf("its deletion was announced early: %v", listed)
	}
	mustSucceed(t, s, removed)
}

func TestFramesAreLostAndRepeated(t *testing.T) {
	s := newServer(t, Options{})
	stream := listen(t, s, "type=lifecycle")
	s.SetFaults(Faults{Lose: 100})
	call(t, s, "POST", "/1.0/profiles", `{"name":"a"}`)
	s.SetFaults(Faults{Repeat: 100})
	call(t, s, "POST", "/1.0/profiles", `{"name":"b"}`)
	s.SetFaults(Faults{})
	call(t, s, "POST", "/1.0/profiles", `{"name":"c"}`)
	told := ""
	for _, one := range next(t, stream, 3) {
		told += one.Metadata.Source[len("/1.0/profiles/"):]
	}
	if told != "bbc" {
		t.Errorf("told of %s", told)
	}
}

func TestStreamsAreDroppedAndStalled(t *testing.T) {
	s := newServer(t, Options{PingEvery: 20 * time.Millisecond})
	stalled := listen(t, s, "type=lifecycle")
	pings := 0
	stalled.SetPingHandler(func(string) error { pings++; return nil })
	s.StallStreams()
	silent(stalled)
	call(t, s, "POST", "/1.0/profiles", `{"name":"a"}`)
	if before := pings; !silent(stalled) || before > 20 || s.Streams() != 1 {
		t.Errorf("%d pings, %d streams", pings, s.Streams())
	}
	dropped := listen(t, s, "type=lifecycle")
	soon(t, "both are there", func() bool { return s.Streams() == 2 })
	s.SetFaults(Faults{Drop: 100})
	call(t, s, "POST", "/1.0/profiles", `{"name":"b"}`)
	dropped.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, _, err := dropped.ReadMessage(); websocket.IsCloseError(err, websocket.CloseNormalClosure) || err == nil {
		t.Errorf("it ended with %v", err)
	}
	soon(t, "both are gone", func() bool { return s.Streams() == 0 })
}

func TestWhatFailsWhenItIsDone(t *testing.T) {
	s := newServer(t, Options{})
	mustSucceed(t, s, call(t, s, "POST", "/1.0/instances", `{"name":"c1",`+busybox+`}`))
	stream := listen(t, s, "type=lifecycle")
	s.SetFaults(Faults{Halfway: 100})
	for _, sent := range []struct{ path, body string }{{"/1.0/instances/c1/snapshots", `{"name":"s"}`}, {"/1.0/instances/c1", `{"name":"c2"}`}} {
		if ended := finish(t, s, call(t, s, "POST", sent.path, sent.body)); ended.Status != "Failure" {
			t.Errorf("%s: %s", sent.path, ended.Status)
		}
	}
	if told := !silent(stream); told {
		t.Error("an event tells of it")
	}
	if listed := decode[[]string](t, call(t, s, "GET", "/1.0/instances/c2/snapshots", "")); len(listed) != 1 {
		t.Errorf("the snapshot is not there: %v", listed)
	}
	for _, address := range decode[[]string](t, call(t, s, "GET", "/1.0/storage-pools/default/volumes?all-projects=true", "")) {
		if strings.HasSuffix(address, "/snapshots/s") {
			t.Errorf("it has the volume %s", address)
		}
	}
}
