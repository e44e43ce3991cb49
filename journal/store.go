package journal

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Store keeps the journal. db implements it.
type Store interface {
	// Opened is the journal's own name, which is made on the first call, and the
	// sequence of the last event; 0 for none.
	Opened(ctx context.Context) (name string, last uint64, err error)
	// Append keeps events, with the operations that they tell of, all or none.
	Append(ctx context.Context, records []*Record) error
	// Hole says that events up to a sequence were not kept.
	Hole(ctx context.Context, upTo uint64) error
	// After are the events behind a sequence, oldest first.
	After(ctx context.Context, sequence uint64, most int) ([]*Record, error)
	// Before are the events before a sequence, newest first.
	Before(ctx context.Context, sequence uint64, most int) ([]*Record, error)
	// Forgotten is the sequence up to which events are not kept; 0 for none.
	Forgotten(ctx context.Context) (uint64, error)
	// Operation is an operation as it was last told of; nil for none.
	Operation(ctx context.Context, uuid string) (*Record, error)
	// Operations are the last operations of a project before a sequence, newest
	// first; "" is all projects.
	Operations(ctx context.Context, project string, before uint64, most int) ([]*Record, error)
	// Prune forgets what is older, and the oldest of too many events.
	Prune(ctx context.Context, before time.Time, most int) error

	Sharing

	// AddAudit keeps rows of the audit trail, all or none.
	AddAudit(ctx context.Context, events []*AuditEvent) error
	// Audit reads rows, newest first, with a sequence smaller than the given one.
	Audit(ctx context.Context, query AuditQuery) ([]*AuditEvent, error)
	// CountAudit counts the rows of a query.
	CountAudit(ctx context.Context, query AuditQuery) (int, error)
}

// Sharing is how several processes on one database keep one journal. db implements it.
type Sharing interface {
	// First reports whether events are kept before anybody sees them. Otherwise
	// the process that numbers them shows them at once, and keeps them after that.
	First() bool
	// TakeLead makes this process the one that hears LXD and numbers the events;
	// nil while another one is.
	TakeLead(ctx context.Context) (Lead, error)
	// Forward hands events to the process that numbers them.
	Forward(ctx context.Context, records []*Record) error
	// Listen tells what others do, until ctx ends or the database is lost. The
	// first news come at once, and after them nothing is missed.
	Listen(ctx context.Context, news func(News)) error
}

// Lead is held by the one process that numbers the events, until it is closed or lost.
type Lead interface {
	// Append keeps events together with what was taken of those that others have
	// forwarded, all or none, and tells the others. It fails when the lead is lost.
	Append(ctx context.Context, records []*Record, taken []int64) error
	// Forwarded are events that others have forwarded, oldest first; their
	// sequence is what Append takes them by.
	Forwarded(ctx context.Context, most int) ([]*Record, error)
	// Beat tells the others that this process is there, and whether it hears LXD.
	// It fails when the lead is lost.
	Beat(ctx context.Context, heard bool) error
	// Close gives the lead up.
	Close()
}

// News are what another process has told; all of them mean that there may be events.
type News struct {
	// Forwarded is whether there are events to be numbered.
	Forwarded bool
	// Beat is whether the one that numbers is there, and Heard whether it hears LXD.
	Beat, Heard bool
	// Silent is set when that one has not been heard of for seconds.
	Silent bool
}

// Record is an event as it is kept.
type Record struct {
	Sequence  uint64
	Timestamp time.Time
	Type      lxd.EventType
	// Project is the effective one; "" for the server's own.
	Project string
	Member  string
	Body    []byte
	// Operation is the operation's id, and Final whether nothing follows; "" for other events.
	Operation string
	Final     bool
}

func recordsOf(events []lxd.Event) ([]*Record, error) {
	records := make([]*Record, len(events))
	for n, event := range events {
		head := event.Head()
		body, err := lxd.KeepEvent(event)
		if err != nil {
			return nil, err
		}
		records[n] = &Record{Sequence: head.Sequence, Timestamp: head.Timestamp.Time, Type: head.Type, Project: head.Effective, Member: head.Member, Body: body}
		if told, ok := event.(*lxd.OperationEvent); ok {
			records[n].Operation, records[n].Final = told.Operation.UUID, told.Operation.Final()
		}
	}
	return records, nil
}

func (r *Record) head() lxd.EventHead {
	return lxd.EventHead{Sequence: r.Sequence, Timestamp: lxd.Time{Time: r.Timestamp.UTC()}, Type: r.Type, Effective: r.Project, Member: r.Member}
}
