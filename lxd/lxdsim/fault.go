package lxdsim

import "time"

// Faults are what goes wrong, most of it with the daemon's event streams. The zero
// value is a daemon without faults. Chances are for a frame and a listener, in a
// hundred, where nothing else is said.
type Faults struct {
	// Shuffle is the longest time by which the sending of a frame is put off:
	// frames within it overtake each other. Options.EventJitter stays the least.
	Shuffle time.Duration
	// Early is for how long what has changed is read as it was before, though its
	// event was sent: LXD sends some events before it commits. Its answer to who
	// asked for the change, and an operation's end, come after that, as LXD's do.
	Early time.Duration
	// Lose is the chance that a frame is never sent, though the stream stays.
	Lose int
	// Repeat is the chance that a frame is sent twice.
	Repeat int
	// Drop is the chance that a stream ends instead of a frame, without a close
	// frame: who listens has lost it and all until they are back.
	Drop int
	// Halfway is the chance, in a hundred, that a rename or a snapshot of an
	// instance fails when it is done: no event tells of it, and the snapshot has no
	// volume. LXD does so when the one comes in the midst of the other.
	Halfway int
}

// SetFaults changes what goes wrong from now on.
func (s *Server) SetFaults(faults Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
	s.versions.lag = faults.Early
}

// DropStreams ends all event streams without a close frame, and says how many
// there were.
func (s *Server) DropStreams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.end()
	}
	return len(s.listeners)
}

// StallStreams lets the event streams that are open fall silent: they stay open
// and no byte comes any more, no ping either, as when a network swallows
// packets. Streams that are opened later are not stalled.
func (s *Server) StallStreams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.stalled.Store(true)
	}
	return len(s.listeners)
}

// Streams is how many event streams are open.
func (s *Server) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners)
}

// happens draws a chance in a hundred; the lock must be held.
func (s *Server) happens(chance int) bool { return chance > 0 && s.random.Intn(100) < chance }

// hand queues a frame for a listener, with the faults; the lock must be held.
func (s *Server) hand(l *listener, frame []byte, now time.Time) {
	switch {
	case s.happens(s.faults.Drop):
		l.end()
		return
	case s.happens(s.faults.Lose):
		return
	case s.happens(s.faults.Repeat):
		l.queue(frame, now.Add(s.jitter()))
	}
	l.queue(frame, now.Add(s.jitter()))
}

// early waits until what was changed can be read; false when the daemon was
// closed meanwhile. The lock must not be held.
func (s *Server) early() bool {
	s.mu.Lock()
	lag := s.faults.Early
	s.mu.Unlock()
	return lag <= 0 || s.sleep(lag)
}
