package db

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/db/pgtest"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

func TestMigrateRefusesANewerSchema(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		newer := migrations()
		newer.Add(step("9999", "of a later version", func(ctx context.Context, db *bun.DB) error {
			_, err := db.ExecContext(ctx, "CREATE TABLE later (id INTEGER)")
			return err
		}))
		if err := db.migrate(t.Context(), newer); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context()); !errors.Is(err, ErrNewerSchema) {
			t.Errorf("got %v", err)
		}
	})
}

func TestMigrateTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		if _, err := db.SettingOr(t.Context(), "colour", "green"); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if kept, err := db.SettingOr(t.Context(), "colour", "red"); err != nil || kept != "green" {
			t.Errorf("kept %q (%v)", kept, err)
		}
	})
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		broken := migrations()
		broken.Add(step("0100", "half", func(ctx context.Context, db *bun.DB) error {
			if _, err := db.ExecContext(ctx, "CREATE TABLE half (id INTEGER)"); err != nil {
				return err
			}
			return errors.New("the other half fails")
		}))
		if err := db.migrate(t.Context(), broken); err == nil {
			t.Fatal("a migration that failed was taken for one that did not")
		}
		if hasTable(t, db, "half") {
			t.Error("half a migration stayed")
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Errorf("after the failure: %v", err)
		}
	})
}

// Eight processes start at once on a database that is not there yet.
func TestOneOfManyMigrates(t *testing.T) {
	t.Run("in a file", func(t *testing.T) { oneOfManyMigrates(t, "sqlite:///"+t.TempDir()+"/x.db") })
	t.Run("in PostgreSQL", func(t *testing.T) { oneOfManyMigrates(t, pgtest.URL(t)) })
}

func oneOfManyMigrates(t *testing.T, url string) {
	var mutex sync.Mutex
	runs := 0
	counted := func() *migrate.Migrations {
		steps := migrations()
		steps.Add(step("0100", "counted", func(context.Context, *bun.DB) error {
			mutex.Lock()
			defer mutex.Unlock()
			runs++
			return nil
		}))
		return steps
	}
	var starters sync.WaitGroup
	for range 8 {
		starters.Go(func() {
			db, err := Open(t.Context(), url)
			if err != nil {
				t.Errorf("opening: %v", err)
				return
			}
			defer func() { _ = db.Close() }()
			if err := db.migrate(t.Context(), counted()); err != nil {
				t.Errorf("migrating: %v", err)
			}
		})
	}
	starters.Wait()
	if runs != 1 {
		t.Errorf("the step ran %d times", runs)
	}
}

func TestWaitingToMigrateEndsWithTheCaller(t *testing.T) {
	t.Run("in a file", func(t *testing.T) { waitingToMigrate(t, "sqlite:///"+t.TempDir()+"/x.db") })
	t.Run("in PostgreSQL", func(t *testing.T) { waitingToMigrate(t, pgtest.URL(t)) })
}

func waitingToMigrate(t *testing.T, url string) {
	holder, waiter := open(t, url), open(t, url)
	transaction, err := holder.bun.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if holder.source.postgres != nil {
		if _, err := transaction.ExecContext(t.Context(), "SELECT pg_advisory_xact_lock(?)", lockNumber(migrationLock)); err != nil {
			t.Fatal(err)
		}
	}
	defer func() { _ = transaction.Rollback() }()
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := waiter.Migrate(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// A process that is killed in the middle of a migration takes its lock and its
// half of the work with it, and leaves what was committed before.
func TestReopenAfterAKill(t *testing.T) {
	t.Run("in a file", func(t *testing.T) { reopenAfterAKill(t, "sqlite:///"+t.TempDir()+"/x.db") })
	t.Run("in PostgreSQL", func(t *testing.T) { reopenAfterAKill(t, pgtest.URL(t)) })
}

func reopenAfterAKill(t *testing.T, url string) {
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), victimPath+"="+url)
	victim.Stderr = os.Stderr
	output, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil || line != "half way\n" {
		t.Errorf("the victim said %q (%v)", line, err)
	}
	_ = victim.Process.Kill()
	_ = victim.Wait()

	db := open(t, url)
	if hasTable(t, db, "half") {
		t.Error("half a migration stayed")
	}
	if kept, err := db.SettingOr(t.Context(), "colour", "red"); err != nil || kept != "green" {
		t.Errorf("kept %q (%v)", kept, err)
	}
}

// victimPath is the environment variable that turns the test binary into the
// process that TestReopenAfterAKill kills.
const victimPath = "LXDQL_TEST_VICTIM"

func beVictim(url string) {
	ctx := context.Background()
	steps := migrations()
	steps.Add(step("0100", "never ends", func(ctx context.Context, db *bun.DB) error {
		if _, err := db.ExecContext(ctx, "CREATE TABLE half (id INTEGER)"); err != nil {
			return err
		}
		fmt.Println("half way")
		time.Sleep(time.Minute)
		return nil
	}))
	db, err := Open(ctx, url)
	if err == nil {
		err = db.Migrate(ctx)
	}
	if err == nil {
		_, err = db.SettingOr(ctx, "colour", "green")
	}
	if err == nil {
		err = db.migrate(ctx, steps)
	}
	fmt.Fprintln(os.Stderr, "the victim was not killed:", err)
}

func hasTable(t *testing.T, db *DB, name string) bool {
	t.Helper()
	var count int
	from := "sqlite_master WHERE name = ?"
	if db.source.postgres != nil {
		from = "pg_tables WHERE tablename = ?"
	}
	if err := db.bun.NewRaw("SELECT count(*) FROM "+from, name).Scan(t.Context(), &count); err != nil {
		t.Fatal(err)
	}
	return count > 0
}
