package resolvers

import (
	"context"
	"slices"
	"strconv"

	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// happened is what the query events was asked.
type happened struct {
	types         []lxd.EventType
	actions       []string
	project       string
	all           bool
	first, last   *int
	after, before *string
}

// pastEvents reads a page of the journal.
func (r *Resolver) pastEvents(ctx context.Context, asked happened) (*page.EventConnection, error) {
	if err := r.knownProject(ctx, asked.project, asked.all); err != nil {
		return nil, err
	}
	backwards := asked.last != nil
	switch {
	case backwards && (asked.first != nil || asked.after != nil):
		return nil, &lxd.InputError{Argument: "last", Message: "last goes with before, and first with after"}
	case !backwards && asked.before != nil:
		return nil, &lxd.InputError{Argument: "before", Message: "before goes with last"}
	}
	size, name := asked.first, "first"
	if backwards {
		size, name = asked.last, "last"
	}
	most, err := pageSize(size, name)
	if err != nil {
		return nil, err
	}
	filter := lxd.EventFilter{Project: asked.project, AllProjects: asked.all, Want: lxd.WantEvents(asked.types, asked.actions)}
	var found *journal.EventPage
	if backwards {
		found, err = r.Journal.EventsBefore(ctx, scope(ctx), filter, value(asked.before), most)
	} else {
		found, err = r.Journal.Events(ctx, scope(ctx), filter, value(asked.after), most)
	}
	if err != nil {
		return nil, err
	}
	return eventsOf(found, asked.types, backwards), nil
}

func eventsOf(found *journal.EventPage, types []lxd.EventType, backwards bool) *page.EventConnection {
	connection := &page.EventConnection{PageInfo: &page.PageInfo{HasNextPage: found.More && !backwards, HasPreviousPage: found.More && backwards}}
	for _, event := range found.Events {
		if types == nil || slices.Contains(types, event.Head().Type) { // gaps are always among them
			connection.Edges = append(connection.Edges, page.NewEdge(event, func(e lxd.Event) string { return e.Head().Cursor }))
		}
	}
	if found.Start != "" {
		connection.PageInfo.StartCursor, connection.PageInfo.EndCursor = &found.Start, &found.End
	}
	if found.More {
		connection.Span()
	}
	return connection
}

// pageSize reads how many are asked for; null is as many as a page may have.
func pageSize(size *int, argument string) (int, error) {
	if size == nil {
		return page.MaxSize, nil
	}
	if *size < 0 || *size > page.MaxSize {
		return 0, &lxd.InputError{Argument: argument, Message: argument + " is 0 to " + strconv.Itoa(page.MaxSize)}
	}
	return *size, nil
}

// auditPage is which page of the audit trail is asked for.
type auditPage struct {
	first, last   *int
	after, before *string
}

// query says the page to the journal, with one row more than it has.
func (p auditPage) query(query journal.AuditQuery) (journal.AuditQuery, error) {
	size, name, cursor, place := p.first, "first", p.after, &query.Before
	switch {
	case p.last != nil && (p.first != nil || p.after != nil):
		return query, &lxd.InputError{Argument: "last", Message: "last goes with before, and first with after"}
	case p.last == nil && p.before != nil:
		return query, &lxd.InputError{Argument: "before", Message: "before goes with last"}
	case p.last != nil:
		query.Backwards, size, name, cursor, place = true, p.last, "last", p.before, &query.After
	}
	most, err := pageSize(size, name)
	query.Most = most + 1
	if err != nil || cursor == nil {
		return query, err
	}
	*place, err = journal.ParseAuditCursor(map[bool]string{false: "after", true: "before"}[query.Backwards], *cursor)
	return query, err
}

// audit reads a page of the audit trail.
func (r *Resolver) audit(ctx context.Context, query journal.AuditQuery, asked auditPage) (*page.AuditEventConnection, error) {
	if !scope(ctx).Allows("", true) {
		return nil, &lxd.ForbiddenError{Reason: "the audit trail is for an ADMIN of the whole server"}
	}
	query, err := asked.query(query)
	if err != nil {
		return nil, err
	}
	rows, total, err := r.Journal.AuditEvents(ctx, query)
	if err != nil {
		return nil, err
	}
	more := len(rows) == query.Most
	info := &page.PageInfo{HasNextPage: more, HasPreviousPage: asked.after != nil}
	if query.Backwards {
		info.HasNextPage, info.HasPreviousPage = asked.before != nil, more
	}
	if more && query.Backwards {
		rows = rows[1:]
	} else if more {
		rows = rows[:len(rows)-1]
	}
	connection := &page.AuditEventConnection{TotalCount: total, PageInfo: info}
	for _, row := range rows {
		connection.Edges = append(connection.Edges, page.NewEdge(row, (*journal.AuditEvent).Cursor))
	}
	connection.Span()
	return connection, nil
}

// findAudit reads one row by its cursor; nil for none, and for who may not.
func (r *Resolver) findAudit(ctx context.Context, cursor string) (lxd.Node, error) {
	sequence, err := strconv.ParseUint(cursor, 36, 62)
	if err != nil || !scope(ctx).Allows("", true) {
		return nil, nil
	}
	rows, _, err := r.Journal.AuditEvents(ctx, journal.AuditQuery{Before: sequence + 1, Most: 1})
	if err != nil || len(rows) == 0 || rows[0].Sequence != sequence {
		return nil, err
	}
	return rows[0], nil
}

// auditedOperation is the operation of a row; nil when nobody knows it any more.
func (r *Resolver) auditedOperation(ctx context.Context, uuid *string) (*lxd.Operation, error) {
	if uuid == nil {
		return nil, nil
	}
	operation, err := r.Work.Operation(ctx, scope(ctx), *uuid)
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return operation, err
}
