package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

// ErrNewerSchema is Migrate's refusal of a database that a newer version of
// the program has changed.
var ErrNewerSchema = errors.New("the database was written by a newer version of this program: start that version, or name another database")

// migrations are all steps from an empty database to this version's schema.
// A step that was released is never edited; a change is a new step.
func migrations() *migrate.Migrations {
	steps := migrate.NewMigrations()
	steps.Add(step("0001", "users", createUsers))
	steps.Add(step("0002", "sessions", createSessions))
	steps.Add(step("0003", "settings", createSettings))
	steps.Add(step("0004", "idempotency_keys", createKeys))
	steps.Add(step("0005", "bulks", createBulks))
	steps.Add(step("0006", "journal", createJournal))
	steps.Add(step("0007", "audit_events", createAudit))
	steps.Add(step("0010", "disabled_users", addDisabledUsers))
	steps.Add(step("0011", "grants", createGrants))
	steps.Add(step("0012", "access_generation", createGeneration))
	steps.Add(step("0013", "api_tokens", createTokens))
	steps.Add(step("0014", "origins", addOrigins))
	steps.Add(step("0020", "trust", createTrust))
	steps.Add(step("0021", "subjects", createSubjects))
	steps.Add(step("0022", "journal_inbox", createInbox))
	steps.Add(step("0030", "bulk_beats", addBeats))
	steps.Add(step("0046", "failed_attempts", createFailures))
	steps.Add(step("0047", "barred_subjects", createBarred))
	steps.Add(step("0050", "made_projects", createMade))
	return steps
}

func step(name, comment string, up migrate.MigrationFunc) migrate.Migration {
	return migrate.Migration{Name: name, Comment: comment, Up: func(ctx context.Context, migrator *migrate.Migrator, _ *migrate.Migration) error {
		return up(ctx, migrator.DB())
	}}
}

// Migrate brings the schema up to date; on one that is, it changes nothing. It
// fails with ErrNewerSchema for one that this version does not know, and
// leaves that one alone.
//
// All steps are one transaction, which holds SQLite's write lock, or a lock of
// PostgreSQL's, from its first statement. That lock is what keeps two processes from migrating at
// once: the second waits, then finds nothing left to do. It goes with the
// process that holds it, and what was half done goes with it. The lock that
// bun offers is a row, which a crash would leave behind to block every later
// start, so it is not used.
func (db *DB) Migrate(ctx context.Context) error {
	return db.migrate(ctx, migrations())
}

func (db *DB) migrate(ctx context.Context, steps *migrate.Migrations) (err error) {
	// A pool of one connection: each statement of the migrator lands inside of
	// the transaction that begins on it.
	one, err := db.source.steadily()
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := one.Close(); err == nil {
			err = closeErr
		}
	}()
	begin := beginWhenFree
	if db.source.postgres != nil {
		begin = beginAlone
	}
	if err := begin(ctx, one); err != nil {
		return fmt.Errorf("waiting to migrate the database %s: %w", db.source, err)
	}
	if err := run(ctx, migrate.NewMigrator(one, steps)); err != nil {
		// Rolled back when the connection closes, ctx or not.
		return fmt.Errorf("migrating the database %s: %w", db.source, err)
	}
	if _, err := one.ExecContext(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("migrating the database %s: %w", db.source, err)
	}
	return nil
}

func run(ctx context.Context, migrator *migrate.Migrator) error {
	if err := migrator.Init(ctx); err != nil {
		return err
	}
	unknown, err := migrator.MissingMigrations(ctx)
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%w (it has the step %s)", ErrNewerSchema, unknown[0].Name)
	}
	_, err = migrator.Migrate(ctx)
	return err
}

// beginWhenFree takes the write lock. Another process's migration is waited
// for as long as ctx lasts: not inside of SQLite, which would not notice its end.
func beginWhenFree(ctx context.Context, one *bun.DB) error {
	if _, err := one.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return err
	}
	for {
		_, err := one.ExecContext(ctx, "BEGIN IMMEDIATE")
		if err == nil {
			// The commit may have to wait for a reader.
			_, err = one.ExecContext(ctx, "PRAGMA busy_timeout = 5000")
		}
		var refused sqlite3.Error
		if !errors.As(err, &refused) || refused.Code != sqlite3.ErrBusy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}
