package lxd

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
)

// Write is a change that lxdql asked LXD for, whether it was done or refused: a
// refused one may have left something behind (seen on 5.0.2).
type Write struct {
	// Method and Address are the request's; the address begins with "/1.0/".
	Method, Address string
	// Name, Project and Pool are the body's: what is made or renamed is called so
	// afterwards, and moved there. "" is none.
	Name, Project, Pool string
}

// writeLog is who is told of changes, and what changes operations carry out.
type writeLog struct {
	mutex   sync.Mutex
	told    func(Write)
	running map[string]Write
	order   []string
	// count moves with every change, and with the end of every operation.
	count atomic.Uint64
}

// OnWrite lets somebody know of each change of this client: once LXD has
// answered, before the caller knows, and again when its operation has ended and
// this client hears of it. It has to be quick, and comes before the first call.
func (c *Client) OnWrite(told func(Write)) {
	c.writes.mutex.Lock()
	defer c.writes.mutex.Unlock()
	c.writes.told = told
}

// WriteOf is the change that an operation carries out; false for one that this
// client did not begin.
func (c *Client) WriteOf(uuid string) (Write, bool) {
	c.writes.mutex.Lock()
	defer c.writes.mutex.Unlock()
	write, ok := c.writes.running[uuid]
	return write, ok
}

// wrote tells of a change that LXD has answered.
func (c *Client) wrote(request *http.Request, address, operation string) {
	if request.Method == http.MethodGet || request.Method == http.MethodHead {
		return
	}
	c.writes.count.Add(1)
	write := Write{Method: request.Method, Address: address, Name: request.Header.Get("X-LXD-name")}
	if request.GetBody != nil { // JSON, and no byte stream
		if body, err := request.GetBody(); err == nil {
			var said struct{ Name, Project, Pool any }
			if json.NewDecoder(body).Decode(&said) == nil {
				write.Name, _ = said.Name.(string)
				write.Project, _ = said.Project.(string)
				write.Pool, _ = said.Pool.(string)
			}
		}
	}
	c.writes.mutex.Lock()
	told := c.writes.told
	if uuid := lastSegment(operation); uuid != "" && told != nil {
		c.writes.remember(uuid, write)
	}
	c.writes.mutex.Unlock()
	if told != nil {
		told(write)
	}
}

func (w *writeLog) remember(uuid string, write Write) {
	if w.running == nil {
		w.running = make(map[string]Write)
	}
	w.running[uuid] = write
	w.order = append(w.order, uuid)
	if len(w.order) > rememberedOperations {
		delete(w.running, w.order[0])
		w.order = w.order[1:]
	}
}

// ended tells of a change whose operation is seen to have ended.
func (c *Client) ended(operation *Operation) {
	if operation == nil || !operation.Final() {
		return
	}
	c.writes.count.Add(1)
	c.writes.mutex.Lock()
	told := c.writes.told
	write, ok := c.writes.running[operation.UUID]
	c.writes.mutex.Unlock()
	if told != nil && ok {
		told(write)
	}
}

func lastSegment(address string) string {
	for n := len(address) - 1; n >= 0; n-- {
		if address[n] == '/' {
			return address[n+1:]
		}
	}
	return address
}
