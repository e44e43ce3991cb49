package page

import (
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

// Pages of what happened.
type (
	// EventConnection is a page of events.
	EventConnection = Connection[lxd.Event]
	// EventEdge is one event of a page.
	EventEdge = Edge[lxd.Event]
	// AuditEventConnection is a page of the audit trail.
	AuditEventConnection = Connection[*journal.AuditEvent]
	// AuditEventEdge is one row of a page.
	AuditEventEdge = Edge[*journal.AuditEvent]
)
