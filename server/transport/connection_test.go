package transport_test

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/server/transport"
)

const expired = "token expired: connect again with a new one"

// A socket ends with the credential that opened it; another caller's, or a bad
// one, does not change that.
func TestASocketEndsWithItsToken(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(300*time.Millisecond))
	socket := s.dial(t, modern)
	socket.hello(`{"authorization":"Bearer good"}`)
	socket.subscribe("1", "subscription {silence}")
	begun := time.Now()
	for range 5 {
		time.Sleep(50 * time.Millisecond)
		socket.tell(`{"type":"ping","payload":{"authorization":"Bearer bad"}}`)
	}
	socket.wantClosed(4401, expired)
	if took := time.Since(begun); took < 200*time.Millisecond || took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	s.wantNoneRunning(t)

	other := s.dial(t, modern)
	other.hello(`{"authorization":"Bearer good-other"}`)
	for range 5 {
		time.Sleep(50 * time.Millisecond)
		other.tell(`{"type":"ping","payload":{"authorization":"Bearer good"}}`)
	}
	other.wantClosed(4401, expired)
}

// A fresh token in a ping lets the socket live longer, and what runs on it goes on.
func TestAPingRenewsTheToken(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(500*time.Millisecond))
	socket := s.dial(t, modern)
	socket.hello(`{"authorization":"Bearer good"}`)
	socket.subscribe("1", "subscription {silence}")
	for range 8 {
		time.Sleep(100 * time.Millisecond)
		socket.tell(`{"type":"ping","payload":{"Authorization":"Bearer good-new"}}`)
		socket.want(`{"type":"pong"}`) // the token is not said again
	}
	if s.running.Load() != 1 {
		t.Error("the subscription has ended")
	}
	socket.wantClosed(4401, expired)
}

// A stop tells every client to come back, also one that does not read.
func TestAStopEndsSockets(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(0))
	socket := s.dial(t, modern)
	socket.hello("{}")
	socket.subscribe("1", "subscription {silence}")
	silent := s.dial(t, modern)
	slow := s.dial(t, modern)
	slow.hello("{}")
	slow.subscribe("1", "subscription {flood}")
	s.settled(t)
	begun := time.Now()
	s.stop()
	socket.wantClosed(1001, "the server is shutting down: connect again in a moment")
	silent.wantClosed(1001, "the server is shutting down: connect again in a moment")
	s.sockets.Wait()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("a client that does not read has held the stop for %v", took)
	}
	s.wantNoneRunning(t)
}

// A client that does not read holds a bounded number of messages, and keeps
// nobody waiting.
func TestASlowClientHoldsNobody(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	slow := s.dial(t, modern)
	slow.hello("{}")
	slow.subscribe("1", "subscription {flood}")
	produced := s.settled(t)
	if produced > 1000 {
		t.Errorf("%d events of 64 KiB were taken for a client that reads none", produced)
	}
	other := s.dial(t, modern)
	other.hello("{}")
	other.subscribe("1", "subscription {count(to: 1)}")
	other.want(`{"id":"1","type":"next","payload":{"data":{"count":1}}}`)
	// It stands still and has not been ended: who reads again gets on.
	slow.ReadMessage()
	for more := time.Now().Add(5 * time.Second); s.produced.Load() == produced; {
		if _, _, err := slow.ReadMessage(); err != nil || time.Now().After(more) {
			t.Fatalf("nothing comes any more: %v", err)
		}
	}
	slow.Close()
	s.wantNoneRunning(t)
}

// A client that reads nothing for 10 s is gone.
func TestAClientThatNeverReadsIsGone(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	slow := s.dial(t, modern)
	slow.hello("{}")
	slow.subscribe("1", "subscription {flood}")
	for deadline := time.Now().Add(15 * time.Second); s.running.Load() != 0 || s.produced.Load() == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it is still served")
		}
	}
}

// The server pings. Who answers stays, who is dead is found.
func TestADeadClientIsFound(t *testing.T) {
	t.Parallel() // it waits for more than 10 s
	s := serve(t, transport.HTTP{}, &transport.WebSocket{PingInterval: 20 * time.Millisecond})
	socket := s.dial(t, modern)
	socket.hello("{}")
	socket.subscribe("1", "subscription {silence}")
	pings := 0
	dead := time.Now().Add(5 * time.Second)
	socket.SetPingHandler(func(string) error {
		if pings++; pings <= 3 {
			return socket.WriteControl(websocket.PongMessage, nil, dead)
		}
		return nil // it hears and says nothing any more
	})
	begun := time.Now()
	for {
		if _, _, err := socket.ReadMessage(); err != nil {
			break
		}
	}
	if took := time.Since(begun); pings < 4 || took < 9*time.Second || took > 15*time.Second {
		t.Errorf("%d pings in %v", pings, took)
	}
	s.wantNoneRunning(t)
}

// The older protocol's clients see no pings and wait for its keep-alive.
func TestTheOlderProtocolIsKeptAlive(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{PingInterval: 10 * time.Millisecond})
	socket := s.dial(t, legacy)
	socket.hello("{}")
	for range 3 {
		socket.want(`{"type":"ka"}`)
	}
}
