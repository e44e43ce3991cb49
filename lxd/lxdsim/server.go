package lxdsim

import (
	"context"
	"math/rand"
	"net/http"
	"sync"
	"time"
)

// Server is one simulated daemon. It is safe for concurrent use. What is stored
// is never changed in place: a change stores a new value, so that an answer can
// be encoded after the lock is released.
type Server struct {
	options Options
	routes  *http.ServeMux
	started time.Time

	// ctx ends when the daemon is closed; running holds all its goroutines.
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu         sync.Mutex
	closed     bool
	random     *rand.Rand
	nextPID    int
	projects   *collection[*project]
	profiles   *collection[*profile]
	images     *collection[*image]
	aliases    *collection[*imageAlias]
	networks   *collection[*network]
	pools      *collection[*pool]
	volumes    *collection[*volume]
	instances  *collection[*instance]
	operations *collection[*operation]
	listeners  map[*listener]struct{}
	faults     Faults
	versions   *versions
}

// New makes a daemon with the inventory that options ask for. Close ends it.
func New(options Options) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	lagging := &versions{}
	s := &Server{
		options: options.withMinimums(), started: time.Now(), faults: options.Faults, versions: lagging,
		ctx: ctx, cancel: cancel,
		random: rand.New(rand.NewSource(options.Seed)), nextPID: 1000,
		projects: newCollection[*project](lagging), profiles: newCollection[*profile](lagging),
		images: newCollection[*image](lagging), aliases: newCollection[*imageAlias](lagging),
		networks: newCollection[*network](lagging), pools: newCollection[*pool](lagging),
		volumes: newCollection[*volume](lagging), instances: newCollection[*instance](lagging),
		operations: newCollection[*operation](&versions{}), listeners: map[*listener]struct{}{},
	}
	s.route()
	s.seed()
	lagging.lag = options.Faults.Early
	return s
}

// ServeHTTP answers one request as LXD would. After Close every answer is 503.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.ctx.Err() != nil {
		writeFailure(w, failure(http.StatusServiceUnavailable, "LXD is shutting down"))
		return
	}
	s.routes.ServeHTTP(w, r)
}

// Close ends all event streams, waits and operations, and returns when no
// goroutine of the daemon is left. It may be called again.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	listeners := make([]*listener, 0, len(s.listeners))
	for l := range s.listeners {
		listeners = append(listeners, l)
	}
	s.mu.Unlock()

	s.cancel()
	for _, l := range listeners {
		l.end()
	}
	s.running.Wait()
}

// goLocked starts a goroutine that Close waits for, unless the daemon is closed.
// The lock must be held.
func (s *Server) goLocked(run func()) {
	if s.closed {
		return
	}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		run()
	}()
}
