package server

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/auth"
)

// Callers come and go, with sockets that they close or just leave. Nothing of
// them stays: neither goroutines nor subscriptions. `make soak` lets them do so
// for ten minutes.
func TestNothingStaysOfCallersWhoAreGone(t *testing.T) {
	long := 3 * time.Second
	if os.Getenv("LXDQL_SOAK") != "" {
		long = 10 * time.Minute
	}
	server := run(t)
	token := server.user("operator", role(auth.RoleOperator))
	end := time.Now().Add(long)
	var callers sync.WaitGroup
	for n := range 20 {
		callers.Go(func() {
			for turn := 0; time.Now().Before(end); turn++ {
				visit(server, token, n+turn)
			}
		})
	}
	for seen := 0; seen == 0; seen = len(ofCallers()) { // or else this test sees nothing
		if time.Now().After(end) {
			t.Fatal("nobody is being served")
		}
	}
	callers.Wait()
	for waited := time.Now(); len(ofCallers()) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Since(waited) > 10*time.Second {
			t.Fatalf("%d goroutines stay, the first:\n%s", len(ofCallers()), ofCallers()[0])
		}
	}
}

// visit is one caller: a question, a change, and a socket with three
// subscriptions, which it ends, closes or leaves without a word.
func visit(server *running, token string, turn int) {
	server.ask(token, `{ instances { nodes { name state { pid } } } }`)
	server.ask(token, `mutation { startInstance(name: "web-0") { operation { id } } }`)
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	socket, _, err := dialer.Dial(strings.Replace(server.url, "http", "ws", 1)+"/graphql", nil)
	if err != nil {
		server.t.Error(err)
		return
	}
	defer socket.Close()
	socket.WriteMessage(websocket.TextMessage, []byte(`{"type":"connection_init","payload":{"authorization":"Bearer `+token+`"}}`))
	for id, field := range []string{`events { cursor }`, `instanceChanged(allProjects: true, snapshot: true) { type }`, `instanceChanged(name: \"web-0\") { type }`} {
		message := fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":"subscription { %s }"}}`, id, field)
		socket.WriteMessage(websocket.TextMessage, []byte(message))
	}
	socket.ReadMessage()
	switch turn % 3 {
	case 0:
		socket.WriteMessage(websocket.TextMessage, []byte(`{"id":"0","type":"complete"}`))
		socket.ReadMessage()
	case 1:
		socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	}
}

// ofCallers are the goroutines that serve somebody: not those that listen,
// follow LXD, or keep an idle connection.
func ofCallers() []string {
	stacks := make([]byte, 16<<20)
	var serving []string
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, "(*Manager).Recover") || strings.Contains(stack, "(*Manager).EndLost") {
			continue // they end with the server
		}
		for _, room := range []string{"lxdql/resolvers.", "lxdql/server/transport.", "lxdql/work.", "gqlgen/graphql", "dataloader"} {
			if strings.Contains(stack, room) {
				serving = append(serving, stack)
				break
			}
		}
	}
	return serving
}
