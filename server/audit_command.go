package server

import (
	"context"
	"errors"
	"os/user"
	"time"

	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

// commandLine names who sits at the command line, as far as the machine knows.
func commandLine() string {
	if account, err := user.Current(); err == nil {
		return "command line of " + account.Username
	}
	return "command line"
}

// auditCommand keeps what was done at the command line in the audit trail, and
// returns what came of it.
func auditCommand(ctx context.Context, database *db.DB, begun time.Time, action string, arguments map[string]any, came error) error {
	event := &journal.AuditEvent{
		CreatedAt: lxd.Time{Time: begun.UTC()}, Duration: time.Since(begun), Action: action, Input: journal.InputOf(arguments), Token: commandLine(),
	}
	if came != nil {
		event.ErrorCode, _ = classify(came)
	}
	return errors.Join(came, database.AddAudit(context.WithoutCancel(ctx), []*journal.AuditEvent{event}))
}
