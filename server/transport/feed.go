package transport

import (
	"bytes"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// recentEvents and recentBytes bound what a feed remembers for those who
	// resume.
	recentEvents = 256
	recentBytes  = 256 << 10
)

// feed is one execution and those who are told what it says. Its goroutine ends
// with its context: with its last member, or with the server.
type feed struct {
	key    string
	cancel context.CancelFunc

	mutex   sync.Mutex
	keeps   bool             // what was told, for those who resume
	members map[*member]bool // false for one that has not caught up yet
	begun   bool             // all behind floor is told
	over    bool
	floor   uint64 // the last place that is not remembered
	recent  []told // in the order of their places
	bytes   int    // of recent
}

// told is an encoded response without its end, which is each member's own.
type told struct {
	mark
	data []byte
}

// begin starts an execution. It is called under the mutex.
func (f *Feeds) begin(exec graphql.GraphExecutor, operation *graphql.OperationContext, as Alike) *feed {
	ctx, cancel := as.Begin()
	shared := &feed{cancel: cancel, keeps: as.Argument != "", members: map[*member]bool{}}
	f.running.Go(func() {
		defer cancel()
		ctx, marked := withMarks(graphql.WithOperationContext(graphql.StartOperationTrace(ctx), operation))
		started := func() { shared.start(f.Newest()) }
		errs := execute(ctx, exec, operation, started, func(response *graphql.Response) {
			at := marked.next()
			if len(response.Errors) > 0 && len(response.Data) == 0 {
				f.close(shared) // it was refused, which nobody who comes later would be told
			}
			shared.tell(told{at, encodeOpen(response)})
		})
		f.close(shared)
		shared.end(errs)
	})
	return shared
}

// start says that the execution tells all that comes behind a place.
func (f *feed) start(place uint64) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.begun, f.floor = true, place
}

// tell hands a response to each member, and ends those that have no room for it.
func (f *feed) tell(response told) {
	var slow []*member
	f.mutex.Lock()
	f.remember(response)
	for one, current := range f.members {
		if current && !one.take(response) {
			f.members[one] = false // it is told nothing that comes after a hole
			slow = append(slow, one)
		}
	}
	f.mutex.Unlock()
	for _, one := range slow {
		one.lag()
	}
}

// remember keeps a response for those who resume; the caller holds the mutex.
// One that stands nowhere is no use to them.
func (f *feed) remember(response told) {
	if !f.keeps || !f.begun || response.place <= f.floor {
		return
	}
	f.recent, f.bytes = append(f.recent, response), f.bytes+len(response.data)
	for len(f.recent) > recentEvents || f.bytes > recentBytes {
		f.floor, f.bytes = f.recent[0].place, f.bytes-len(f.recent[0].data)
		f.recent[0] = told{}
		f.recent = f.recent[1:]
	}
}

// admit lets a member be told what follows from the place where it is, if all of
// that is known here. One that has no room for it is slow, and has to end.
func (f *feed) admit(one *member) (admitted, slow bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if !f.begun || f.over || one.from < f.floor {
		return false, false
	}
	for _, response := range f.recent {
		if !one.take(response) {
			return true, true
		}
		one.from = max(one.from, response.place)
	}
	f.members[one] = true
	return true, false
}

// end tells all members that nothing follows.
func (f *feed) end(errs gqlerror.List) {
	f.mutex.Lock()
	f.over = true
	members := f.members
	f.members = map[*member]bool{}
	f.mutex.Unlock()
	for one, current := range members {
		if current {
			one.finish(errs)
		}
	}
}

// encodeOpen encodes a response up to where a member's own requestId comes. It
// holds no line ends, which would end a message of an event stream.
func encodeOpen(response *graphql.Response) []byte {
	shared := *response
	shared.Extensions = map[string]any{}
	for name, value := range response.Extensions {
		if name != "requestId" {
			shared.Extensions[name] = value
		}
	}
	buffer := buffers.Get().(*bytes.Buffer)
	defer release(buffer)
	extensions := shared.Extensions
	shared.Extensions = nil
	encode(buffer, &shared)
	buffer.Truncate(buffer.Len() - 1) // the brace
	if buffer.Len() > 1 {
		buffer.WriteByte(',')
	}
	buffer.WriteString(`"extensions":`)
	buffer.Write(bytes.TrimSuffix(marshal(extensions, `{}`), []byte("}")))
	if len(extensions) > 0 {
		buffer.WriteByte(',')
	}
	onOneLine(buffer.Bytes())
	return bytes.Clone(buffer.Bytes())
}
