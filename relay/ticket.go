// Package relay carries bytes between a caller and LXD, beside GraphQL and with
// the same callers, roles and projects: what runs inside an instance, its
// console, its logs. Where a browser cannot send a header, a ticket says who
// asks: GraphQL hands it out, and the stream that it is for takes it once.
package relay

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

const (
	// ticketLife is how long a ticket waits to be used.
	ticketLife = 60 * time.Second
	// ticketsEach bounds the unused tickets of one user.
	ticketsEach = 100
)

// ErrTicket refuses a ticket, whatever is wrong with it: who guesses learns nothing.
var ErrTicket error = &ticketError{}

type ticketError struct{}

func (*ticketError) Error() string {
	return "the ticket is not good for this: it is used, older than 60 s, or for something else; ask for a new one"
}

// Unwrap makes it one of those that say who are you.
func (*ticketError) Unwrap() error { return auth.ErrUnauthenticated }

// Kind is what a ticket opens.
type Kind string

// The kinds of ticket.
const (
	KindExec    Kind = "exec"
	KindConsole Kind = "console"
)

// Ticket is the right of one caller to open one stream once.
type Ticket struct {
	Kind Kind
	// Identity is who asked for it, and whose rights the stream has.
	Identity *auth.Identity
	// Project and Instance are what the stream is about.
	Project, Instance string
	// Opens is what the stream needs to know; its type is the kind's.
	Opens any

	expiresAt time.Time
}

// Tickets are the unused ones. They are kept in memory only, by their hashes:
// a restart forgets them. The zero value is ready; it is safe for concurrent use.
type Tickets struct {
	mutex  sync.Mutex
	unused map[[sha256.Size]byte]*Ticket
}

// Issue gives out a ticket and says when it ends.
func (t *Tickets) Issue(ticket *Ticket) (secret string, expiresAt time.Time, err error) {
	if ticket.Identity == nil {
		return "", time.Time{}, auth.ErrUnauthenticated
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now, others := time.Now(), 0
	for hash, unused := range t.unused {
		switch {
		case now.After(unused.expiresAt):
			delete(t.unused, hash)
		case unused.Identity.User.ID == ticket.Identity.User.ID:
			others++
		}
	}
	if others >= ticketsEach {
		return "", time.Time{}, &lxd.LimitError{Message: "you have 100 unused tickets: use them, or wait a minute until they are no good any more"}
	}
	if t.unused == nil {
		t.unused = map[[sha256.Size]byte]*Ticket{}
	}
	secret = rand.Text()
	ticket.expiresAt = now.Add(ticketLife)
	t.unused[sha256.Sum256([]byte(secret))] = ticket
	return secret, ticket.expiresAt, nil
}

// Redeem takes a ticket for what it is for; caller is who else the request says
// it is from, nil for nobody. A ticket that is shown at the wrong place is used
// up by it.
func (t *Tickets) Redeem(secret string, kind Kind, project, instance string, caller *auth.Identity) (*Ticket, error) {
	if secret == "" {
		return nil, auth.ErrUnauthenticated
	}
	hash := sha256.Sum256([]byte(secret))
	t.mutex.Lock()
	ticket := t.unused[hash]
	delete(t.unused, hash)
	t.mutex.Unlock()
	switch {
	case ticket == nil, time.Now().After(ticket.expiresAt),
		ticket.Kind != kind, ticket.Project != project, ticket.Instance != instance,
		caller != nil && caller.User.ID != ticket.Identity.User.ID:
		return nil, ErrTicket
	}
	return ticket, nil
}

// errGone ends what a caller asked for who is not there any more.
var errGone = errors.New("the caller is gone")
