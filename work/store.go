package work

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Store keeps what has to outlive a restart. db implements it.
type Store interface {
	// Claim keeps a key that is new, or returns what is kept under it. Keys from
	// before the given time count as new.
	Claim(ctx context.Context, key *Key, before time.Time) (*Key, error)
	// Settle keeps which operation a key began.
	Settle(ctx context.Context, key *Key) error
	// Release forgets a key whose mutation changed nothing.
	Release(ctx context.Context, key *Key) error

	// Hold waits for a lock that all processes on the database know, and that is
	// let go of when its process ends.
	Hold(ctx context.Context, name string) (release func(), err error)
	// Held reports whether another process has the lock.
	Held(ctx context.Context, name string) (bool, error)

	// AddBulk keeps a new bulk with all of its items.
	AddBulk(ctx context.Context, bulk *Bulk) error
	// SetBulkItem keeps how far one item is.
	SetBulkItem(ctx context.Context, uuid string, position int, item *lxd.BulkItem) error
	// EndBulk keeps the end of a bulk.
	EndBulk(ctx context.Context, bulk *Bulk) error
	// Bulk reads a bulk with its items; nil when there is none.
	Bulk(ctx context.Context, uuid string) (*Bulk, error)
	// BeatBulk says that somebody works on a bulk; false when it has its end.
	BeatBulk(ctx context.Context, uuid string) (bool, error)
	// OpenBulks are those without an end, each with how often it has beaten.
	OpenBulks(ctx context.Context) (map[string]int64, error)
	// TakeBulk takes over a bulk that has beaten no more than so often; nil when
	// it has, or another took it.
	TakeBulk(ctx context.Context, uuid string, beats int64) (*Bulk, error)
	// PruneBulks forgets those that ended before the given time.
	PruneBulks(ctx context.Context, before time.Time) error
}

// Key is a caller's name for one change, so that the same one sent again does
// nothing again.
type Key struct {
	// Owner is who sent it, and Text what was sent: the same text of another is another key.
	Owner, Text string
	// Digest tells the mutation and its input from others'.
	Digest string
	// CreatedAt is when it was claimed.
	CreatedAt time.Time
	// Settled is whether the change began, with that operation; "" is none.
	Settled   bool
	Operation string
}
