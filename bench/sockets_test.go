package bench

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socketsOfOne is how many sockets of one user there are: half of what is allowed,
// because one that has left is there until the server has noticed.
const socketsOfOne = 50

// users logs in as many users as so many sockets take, and returns a token for
// each socket. All have the same rights.
func (s *bench) users(sockets int) []string {
	s.b.Helper()
	var tokens []string
	for n := 0; len(tokens) < sockets; n++ {
		name := fmt.Sprintf("viewer-%d-%d", time.Now().UnixNano(), n)
		s.ask(`mutation { createUser(input: {username: "`+name+`", password: "a bench password", role: VIEWER}) { user { id } } }`, nil)
		var session struct{ Login struct{ AccessToken string } }
		s.ask(`mutation { login(username: "`+name+`", password: "a bench password") { accessToken } }`, &session)
		for range min(socketsOfOne, sockets-len(tokens)) {
			tokens = append(tokens, session.Login.AccessToken)
		}
	}
	return tokens
}

// clientBuffers keep the clients' memory out of what is counted.
var clientBuffers sync.Pool

// connect opens a socket whose only subscription is begun.
func (s *bench) connect(token, query string, variables string) *websocket.Conn {
	s.b.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &clientBuffers}
	socket, _, err := dialer.Dial(strings.Replace(s.url, "http", "ws", 1), http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		s.b.Fatal(err)
	}
	for _, message := range []string{
		`{"type":"connection_init"}`,
		`{"id":"1","type":"subscribe","payload":{"query":"` + query + `","variables":` + variables + `}}`,
	} {
		if err := socket.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
			s.b.Fatal(err)
		}
	}
	if _, text, err := socket.ReadMessage(); err != nil || !strings.Contains(string(text), "connection_ack") {
		s.b.Fatalf("%s, %v instead of connection_ack", text, err)
	}
	return socket
}
