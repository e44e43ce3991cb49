package transport_test

import (
	"fmt"
	"testing"

	"github.com/lxdql/lxdql/server/transport"
)

// All operations work over a socket, and the socket outlives what goes wrong
// with one of them.
func TestOperationsOverASocket(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	socket := s.dial(t, modern)
	socket.hello("{}")
	for _, asked := range []struct {
		query string
		want  []string
	}{
		{"{", []string{`{"id":"1","type":"error","payload":[{"message":"Expected Name, found \u003cEOF\u003e","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`}},
		{"{nope}", []string{`{"id":"1","type":"error","payload":[{"message":"Cannot query field \"nope\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`}},
		{"{panics}", []string{`{"id":"1","type":"error","payload":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}`}},
		{"subscription {explodes}", []string{`{"id":"1","type":"error","payload":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}`}},
		{"subscription {lags}", []string{`{"id":"1","type":"next","payload":{"data":{"lags":1}}}`,
			`{"id":"1","type":"error","payload":[{"message":"it lags behind","extensions":{"code":"SUBSCRIPTION_LAGGED","cursor":"42"}}]}`}},
		{"{fails}", []string{`{"id":"1","type":"next","payload":{"errors":[{"message":"there is no such thing","extensions":{"code":"NOT_FOUND"}}],"data":{"fails":null}}}`, `{"id":"1","type":"complete"}`}},
		{"{hello}", []string{`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`, `{"id":"1","type":"complete"}`}},
		{"mutation {change}", []string{`{"id":"1","type":"next","payload":{"data":{"change":"world"}}}`, `{"id":"1","type":"complete"}`}},
		{"subscription {count(to: 2)}", []string{`{"id":"1","type":"next","payload":{"data":{"count":1}}}`, `{"id":"1","type":"next","payload":{"data":{"count":2}}}`, `{"id":"1","type":"complete"}`}},
	} {
		socket.subscribe("1", asked.query) // the id is free again each time
		for _, message := range asked.want {
			socket.want(message)
		}
	}
}

// The older protocol has other words for the same.
func TestTheOlderProtocol(t *testing.T) {
	s := serve(t, transport.HTTP{}, known(0))
	refused := s.dial(t, legacy)
	refused.tell(`{"type":"connection_init","payload":{"authorization":"Bearer bad"}}`)
	refused.want(`{"type":"connection_error","payload":{"message":"Forbidden"}}`)
	refused.wantClosed(4403, "Forbidden")

	modernWords := s.dial(t, legacy)
	modernWords.hello("{}")
	modernWords.subscribe("1", "{hello}")
	modernWords.wantClosed(4400, "Invalid message received")

	socket := s.dial(t, legacy)
	// Its client does not wait for the ack.
	socket.tell(`{"type":"connection_init","payload":{}}`)
	socket.tell(`{"id":"1","type":"start","payload":{"query":"{hello}"}}`)
	socket.want(`{"type":"connection_ack"}`)
	socket.want(`{"type":"ka"}`)
	socket.want(`{"id":"1","type":"data","payload":{"data":{"hello":"world"}}}`)
	socket.want(`{"id":"1","type":"complete"}`)
	socket.tell(`{"id":"1","type":"start","payload":{"query":"subscription {lags}"}}`)
	socket.want(`{"id":"1","type":"data","payload":{"data":{"lags":1}}}`)
	socket.want(`{"id":"1","type":"error","payload":{"message":"it lags behind","extensions":{"code":"SUBSCRIPTION_LAGGED","cursor":"42"}}}`)
	socket.tell(`{"id":"1","type":"start","payload":{"query":"subscription {silence}"}}`)
	socket.tell(`{"id":"1","type":"stop"}`)
	socket.tell(`{"id":"1","type":"start","payload":{"query":"{hello}"}}`)
	socket.want(`{"id":"1","type":"data","payload":{"data":{"hello":"world"}}}`)
	socket.want(`{"id":"1","type":"complete"}`)
	socket.tell(`{"type":"connection_terminate"}`)
	socket.wantClosed(1000, "")
}

// A stopped operation says no more, and its id can be used again at once.
func TestAStoppedOperationEnds(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	socket := s.dial(t, modern)
	socket.hello("{}")
	for range 50 {
		socket.subscribe("1", "subscription {silence}")
		socket.tell(`{"id":"1","type":"complete"}`)
		socket.tell(`{"id":"unknown","type":"complete"}`)
	}
	s.wantNoneRunning(t)
	socket.tell(`{"type":"ping"}`)
	socket.want(`{"type":"pong"}`)
}

// One too many is refused for itself, and the others go on.
func TestASocketAsksSoMuchAtOnce(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{})
	socket := s.dial(t, modern)
	socket.hello("{}")
	for i := range 100 {
		socket.subscribe(fmt.Sprint(i), "subscription {silence}")
	}
	const tooMany = `{"id":"over","type":"error","payload":[{"message":"this socket asks too much at once: end some of its subscriptions, or open another","extensions":{"code":"LIMIT_EXCEEDED"}}]}`
	socket.subscribe("over", "{hello}")
	socket.want(tooMany)
	socket.tell(`{"id":"7","type":"complete"}`)
	socket.subscribe("over", "{hello}")
	socket.want(`{"id":"over","type":"next","payload":{"data":{"hello":"world"}}}`)
	socket.want(`{"id":"over","type":"complete"}`)
}

// Stopping a question that does not end is no way to begin any number of them.
func TestStoppedQuestionsCountUntilTheyEnd(t *testing.T) {
	s := serve(t, transport.HTTP{}, &transport.WebSocket{MaxOperations: 2})
	socket := s.dial(t, modern)
	socket.hello("{}")
	for range 4 {
		socket.subscribe("1", "{stubborn}")
		<-s.begun
		socket.tell(`{"id":"1","type":"complete"}`)
	}
	socket.subscribe("2", "{hello}")
	socket.want(`{"id":"2","type":"error","payload":[{"message":"this socket asks too much at once: end some of its subscriptions, or open another","extensions":{"code":"LIMIT_EXCEEDED"}}]}`)
	close(s.release)
}
