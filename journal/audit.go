package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

const (
	// mostAudits bounds those that wait to be written.
	mostAudits = 256
	// longestInput bounds what is kept of a mutation's input, in bytes.
	longestInput = 16 << 10
)

// AuditEvent is one change through lxdql, or one log-in.
type AuditEvent struct {
	Sequence  uint64
	CreatedAt lxd.Time
	// UserID and Username are who; 0 and "" when nobody was logged in.
	UserID   int64
	Username string
	// Address is from where, and Token by which session or token.
	Address, Token string
	// InProject is the project that was named; "" for none.
	InProject string
	// Action is the mutation's name, and Input what was asked for, without secrets.
	Action string
	Input  lxd.JSON
	// ErrorCode is "" for success.
	ErrorCode string
	Duration  time.Duration
	// OperationID is LXD's or lxdql's operation; "" for none.
	OperationID string
	RequestID   string
}

// AuditQuery chooses rows of the audit trail.
type AuditQuery struct {
	// Before is a sequence: only older rows; 0 is all.
	Before uint64
	// Backwards chooses the oldest rows instead of the newest, and After only
	// newer ones than a sequence. They are told newest first all the same.
	Backwards bool
	After     uint64
	// Most is how many rows; 0 is none.
	Most int
	// Username, Action and From narrow it; "" and zero do not.
	Username, Action string
	From, To         time.Time
}

type audit struct {
	event *AuditEvent
	done  chan error
}

// Audit keeps one row and returns when it is committed. Many at once are
// committed together. The row is kept although ctx ends.
func (j *Journal) Audit(ctx context.Context, event *AuditEvent) error {
	one := &audit{event, make(chan error, 1)}
	select {
	case j.audits <- one:
	case <-j.ended:
		return j.store.AddAudit(context.WithoutCancel(ctx), []*AuditEvent{event})
	}
	select {
	case err := <-one.done:
		return err
	case <-j.ended:
	}
	select {
	case err := <-one.done:
		return err
	default: // it came after the last was written
		return j.store.AddAudit(context.WithoutCancel(ctx), []*AuditEvent{event})
	}
}

// writeAudits commits what waits, all of it at once, until ctx ends.
func (j *Journal) writeAudits(ctx context.Context) {
	for {
		select {
		case one := <-j.audits:
			j.commit(ctx, one)
		case <-ctx.Done():
			return
		}
	}
}

func (j *Journal) commit(ctx context.Context, first *audit) {
	together := []*audit{first}
	for len(together) < mostAudits {
		select {
		case one := <-j.audits:
			together = append(together, one)
			continue
		default:
		}
		break
	}
	events := make([]*AuditEvent, len(together))
	for n, one := range together {
		events[n] = one.event
	}
	err := j.store.AddAudit(context.WithoutCancel(ctx), events)
	j.unwritten.Store(err != nil)
	for _, one := range together {
		one.done <- err
	}
}

// secretArguments are arguments whose values are never kept.
var secretArguments = map[string]bool{
	"password": true, "oldPassword": true, "newPassword": true, "token": true, "refreshToken": true, "trustToken": true,
	"secret": true, "secrets": true, "stdin": true, "environment": true, "content": true, "certificate": true, "key": true,
}

// InputOf is a mutation's arguments as the audit trail keeps them: without
// secrets, and not more than 16 KiB of them.
func InputOf(arguments map[string]any) lxd.JSON {
	data, err := json.Marshal(arguments)
	var plain any
	if err == nil {
		err = json.Unmarshal(data, &plain)
	}
	if err != nil {
		return lxd.JSON(`"(cannot be shown)"`)
	}
	data, err = json.Marshal(withoutSecrets(plain))
	if err != nil || len(data) > longestInput {
		return lxd.JSON(fmt.Sprintf(`"(%d bytes)"`, len(data)))
	}
	return data
}

func withoutSecrets(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, below := range value {
			if below != nil && (secretArguments[key] || secretArguments[lowerFirst(key)] || lxd.IsSecretKey(key)) {
				value[key] = "(hidden)"
			} else {
				value[key] = withoutSecrets(below)
			}
		}
	case []any:
		for n := range value {
			value[n] = withoutSecrets(value[n])
		}
	}
	return value
}

// lowerFirst is a Go field's name as GraphQL writes it.
func lowerFirst(name string) string {
	if name == "" {
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// AuditEvents reads rows, newest first, and how many there are in all.
func (j *Journal) AuditEvents(ctx context.Context, query AuditQuery) ([]*AuditEvent, int, error) {
	total, err := j.store.CountAudit(ctx, query)
	if err != nil {
		return nil, 0, err
	}
	events, err := j.store.Audit(ctx, query)
	return events, total, err
}

// IsNode marks that a row has an id.
func (*AuditEvent) IsNode() {}

// Cursor is the row's place in the trail.
func (e *AuditEvent) Cursor() string { return strconv.FormatUint(e.Sequence, 36) }

// ParseAuditCursor reads the place of a row; anything else is an *lxd.InputError
// about the argument.
func ParseAuditCursor(argument, text string) (uint64, error) {
	place, err := strconv.ParseUint(text, 36, 63)
	if err != nil || place == 0 {
		return 0, &lxd.InputError{Argument: argument, Message: "this is not the cursor of a row: take it from the field `cursor` of one"}
	}
	return place, nil
}

// Project is the project that was named; nil for none.
func (e *AuditEvent) Project() *string { return optional(e.InProject) }

// User is the name of who it was; nil when nobody was logged in.
func (e *AuditEvent) User() *string { return optional(e.Username) }

// Session is the session or token that was used; nil for none.
func (e *AuditEvent) Session() *string { return optional(e.Token) }

// Code is the error's code; nil for success.
func (e *AuditEvent) Code() *string { return optional(e.ErrorCode) }

// DurationMilliseconds is how long the answer took.
func (e *AuditEvent) DurationMilliseconds() int { return int(e.Duration.Milliseconds()) }

// OperationUUID is LXD's or lxdql's operation; nil for none.
func (e *AuditEvent) OperationUUID() *string { return optional(e.OperationID) }

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
