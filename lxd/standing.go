package lxd

import (
	"sync"
	"time"
)

const (
	// lookAgain is how often the files of certificates are looked at.
	lookAgain = time.Second
	// proofLasts is how long LXD's word that it trusts us is relied on where its
	// answers do not tell.
	proofLasts = time.Second
)

// standing is how LXD and we stand to each other over HTTPS: whom we take for
// LXD, and whether it trusts us. Nothing of it exists over the socket.
type standing struct {
	config Config

	mutex       sync.Mutex
	credentials *credentials
	looked      time.Time
	// unread is why the newest files are not those in use; nil when they are.
	unread error
	// pin is the fingerprint that LXD's certificate may have; "" for none.
	pin string
	// stopped is set from when another certificate than the pinned one was seen
	// until somebody accepts one.
	stopped *CertificateError
	// distrust is set while LXD does not trust us; trusted once it has.
	distrust *NotTrustedError
	trusted  bool
	proven   time.Time
	// lost is closed when what is open has to end, regained when LXD can be
	// spoken to again.
	lost, regained chan struct{}
}

func newStanding(config Config) (*standing, error) {
	files, err := readCredentials(config)
	if err != nil {
		return nil, err
	}
	pin := config.Accepted
	if pin == "" {
		pin = config.Fingerprint
	}
	return &standing{
		config: config, credentials: files, looked: time.Now(), pin: pin,
		trusted: config.TrustedBefore, lost: make(chan struct{}), regained: make(chan struct{}),
	}, nil
}

func (s *standing) files() *credentials {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.credentials
}

// reload reads the files again where they have changed, and reports whether
// they have. Files that cannot be used leave those that were in use.
func (s *standing) reload(now time.Time) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if now.Sub(s.looked) < lookAgain {
		return false
	}
	s.looked = now
	if stamp(s.config) == s.credentials.stamp {
		s.unread = nil
		return false
	}
	files, err := readCredentials(s.config)
	if s.unread = err; err != nil {
		return false
	}
	s.credentials = files
	return true
}

// stop lets nobody speak to LXD until somebody accepts its certificate. Where a
// CA vouches it goes on: the CA says which certificate is right.
func (s *standing) stop(changed *CertificateError) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if changed.Expected == "" || s.stopped != nil || changed.Expected != s.pin {
		return
	}
	s.stopped = changed
	s.lose()
}

// lose ends what is open; the caller holds the mutex.
func (s *standing) lose() {
	close(s.lost)
	s.lost = make(chan struct{})
	s.proven = time.Time{}
}

// learn keeps whether LXD trusts us, as it has just said.
func (s *standing) learn(trusted bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case trusted:
		if s.distrust != nil {
			s.distrust = nil
			s.regain()
		}
		s.trusted, s.proven = true, time.Now()
	case s.distrust == nil:
		s.distrust = s.refused()
		s.lose()
	default:
		s.distrust = s.refused() // our certificate may be another one by now
	}
}

// refused is what LXD's refusal means; the caller holds the mutex.
func (s *standing) refused() *NotTrustedError {
	own := s.credentials.own.Leaf
	refused := &NotTrustedError{Fingerprint: fingerprint(own), Revoked: s.trusted}
	if time.Now().After(own.NotAfter) {
		refused.Expired = own.NotAfter
	}
	return refused
}

// regain tells who waits that LXD can be spoken to; the caller holds the mutex.
func (s *standing) regain() {
	close(s.regained)
	s.regained = make(chan struct{})
}

// accept makes a fingerprint the one that LXD's certificate may have.
func (s *standing) accept(fingerprint string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.pin != fingerprint || s.stopped != nil {
		s.pin, s.stopped = fingerprint, nil
		s.regain()
	}
}

// isProven reports whether LXD has said just now that it trusts us.
func (s *standing) isProven() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return time.Since(s.proven) < proofLasts
}

// trouble is why LXD cannot be spoken to; nil when it can.
func (s *standing) trouble() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case s.stopped != nil:
		return s.stopped
	case s.distrust != nil:
		return s.distrust
	}
	return nil
}
