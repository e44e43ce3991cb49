package db

import (
	"fmt"
	"testing"
	"time"

	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

// What happened comes back as it was kept, page by page, and what is too old goes.
func TestTheJournalIsKept(t *testing.T) { onBoth(t, theJournalIsKept) }

func theJournalIsKept(t *testing.T, database *DB) {
	ctx := t.Context()
	name, last, err := database.Opened(ctx)
	if err != nil || name == "" || last != 0 {
		t.Fatalf("%q %d %v", name, last, err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 123456000, time.UTC)
	var records []*journal.Record
	for n := range 10 {
		records = append(records, &journal.Record{Sequence: uint64(n + 1), Timestamp: at.Add(time.Duration(n) * time.Hour), Type: lxd.EventOperation, Project: "p",
			Member: "m", Body: fmt.Appendf(nil, `{"n":%d,"text":"a'b\\c\u0000?"}`, n), Operation: fmt.Sprint("op", n%3), Final: n > 6})
	}
	for range 2 { // one that was kept before stays as it was
		if err := database.Append(ctx, records); err != nil {
			t.Fatal(err)
		}
	}
	if again, last, err := database.Opened(ctx); err != nil || again != name || last != 10 {
		t.Errorf("%q %d %v", again, last, err)
	}
	page, err := database.After(ctx, 3, 2)
	if err != nil || len(page) != 2 || page[0].Sequence != 4 || !page[0].Timestamp.Equal(records[3].Timestamp) || string(page[0].Body) != string(records[3].Body) || page[0].Member != "m" {
		t.Errorf("%+v %v", page, err)
	}
	if page, err := database.Before(ctx, 3, 5); err != nil || len(page) != 2 || page[0].Sequence != 2 {
		t.Errorf("%+v %v", page, err)
	}
	if one, err := database.Operation(ctx, "op0"); err != nil || one.Sequence != 10 || !one.Final {
		t.Errorf("%+v %v", one, err)
	}
	if some, err := database.Operations(ctx, "p", 100, 2); err != nil || len(some) != 2 || some[0].Operation != "op0" {
		t.Errorf("%+v %v", some, err)
	}
	if rest, err := database.Operations(ctx, "p", 9, 2); err != nil || len(rest) != 1 || rest[0].Sequence != 8 {
		t.Errorf("%+v %v", rest, err)
	}
	if err := database.Prune(ctx, at.Add(3*time.Hour), 5); err != nil {
		t.Fatal(err)
	}
	forgotten, err := database.Forgotten(ctx)
	if left, _ := database.After(ctx, 0, 100); err != nil || forgotten != 5 || len(left) != 5 || left[0].Sequence != 6 {
		t.Errorf("%d forgotten, %d left: %v", forgotten, len(left), err)
	}
	if left, err := database.Operations(ctx, "", 100, 100); err != nil || len(left) != 3 {
		t.Errorf("%d operations are left: %v", len(left), err)
	}
	if err := database.Prune(ctx, at, 2); err != nil {
		t.Fatal(err)
	}
	if left, err := database.Operations(ctx, "", 100, 100); err != nil || len(left) != 2 {
		t.Errorf("of two events, %d operations are left: %v", len(left), err)
	}
}

// The audit trail is read newest first, by who, what and when.
func TestTheAuditTrailIsKept(t *testing.T) { onBoth(t, theAuditTrailIsKept) }

func theAuditTrailIsKept(t *testing.T, database *DB) {
	ctx, at := t.Context(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var events []*journal.AuditEvent
	for n := range 6 {
		events = append(events, &journal.AuditEvent{CreatedAt: lxd.Time{Time: at.Add(time.Duration(n) * time.Minute)}, UserID: 1, Username: fmt.Sprint("u", n%2), Action: "login", Input: lxd.JSON(`{"a":1}`), Duration: 1500 * time.Microsecond})
	}
	if err := database.AddAudit(ctx, events); err != nil {
		t.Fatal(err)
	}
	query := journal.AuditQuery{Username: "u1", From: at.Add(2 * time.Minute), Most: 1}
	got, err := database.Audit(ctx, query)
	if err != nil || len(got) != 1 || !got[0].CreatedAt.Equal(at.Add(5*time.Minute)) || got[0].Duration != 1500*time.Microsecond || string(got[0].Input) != `{"a":1}` {
		t.Errorf("%+v %v", got, err)
	}
	if count, err := database.CountAudit(ctx, query); err != nil || count != 2 {
		t.Errorf("%d %v", count, err)
	}
	query.Before = got[0].Sequence
	if older, err := database.Audit(ctx, query); err != nil || len(older) != 1 || !older[0].CreatedAt.Equal(at.Add(3*time.Minute)) {
		t.Errorf("%+v %v", older, err)
	}
	for _, bound := range []struct {
		before     time.Time
		most, left int
	}{{at.Add(2 * time.Minute), 100, 4}, {at, 3, 3}, {at, 3, 3}} {
		if err := database.Prune(ctx, bound.before, bound.most); err != nil {
			t.Fatal(err)
		}
		rows, err := database.Audit(ctx, journal.AuditQuery{Most: 100})
		if err != nil || len(rows) != bound.left || !rows[0].CreatedAt.Equal(at.Add(5*time.Minute)) {
			t.Errorf("%d rows are left instead of %d: %v", len(rows), bound.left, err)
		}
	}
}

// What was said to be missing stays said: a smaller hole than the one that is
// known, and the pruning of what is older, take nothing of it back.
func TestAHoleNeverBecomesSmaller(t *testing.T) { onBoth(t, aHoleNeverBecomesSmaller) }

func aHoleNeverBecomesSmaller(t *testing.T, database *DB) {
	old := &journal.Record{Sequence: 5, Timestamp: time.Now().Add(-time.Hour).UTC(), Type: "LIFECYCLE", Body: []byte("{}")}
	if err := database.Append(t.Context(), []*journal.Record{old}); err != nil {
		t.Fatal(err)
	}
	for _, hole := range []uint64{9, 100, 20} {
		if err := database.Hole(t.Context(), hole); err != nil {
			t.Fatal(err)
		}
	}
	if err := database.Prune(t.Context(), time.Now().Add(-time.Minute), 100); err != nil {
		t.Fatal(err)
	}
	if upTo, err := database.Forgotten(t.Context()); err != nil || upTo != 100 {
		t.Errorf("events up to %d are said to be missing instead of 100, %v", upTo, err)
	}
}
