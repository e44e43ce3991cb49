package db

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/db/pgtest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(victimPath); path != "" {
		beVictim(path)
		return
	}
	goleak.VerifyTestMain(ending{m})
}

// ending ends the PostgreSQL of the tests before leaks are looked for.
type ending struct{ m *testing.M }

func (e ending) Run() int {
	defer pgtest.Stop()
	return e.m.Run()
}

// open returns a migrated database that is closed with the test.
func open(t *testing.T, url string) *DB {
	t.Helper()
	db := openEmpty(t, url)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func openEmpty(t *testing.T, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// onBoth runs a story on both dialects: in memory, in a file, and in PostgreSQL.
func onBoth(t *testing.T, story func(t *testing.T, db *DB)) {
	t.Run("in memory", func(t *testing.T) { story(t, open(t, "sqlite://:memory:")) })
	t.Run("in a file", func(t *testing.T) { story(t, open(t, "sqlite:///"+filepath.Join(t.TempDir(), "x.db"))) })
	t.Run("in PostgreSQL", func(t *testing.T) { story(t, open(t, pgtest.URL(t))) })
}

func TestOpenRefusesWhatItCannotKeep(t *testing.T) {
	for _, url := range []string{
		"", "x.db", "./data/x.db", "sqlite", "sqlite:", "sqlite://", "sqlite:///", "sqlite://data/x.db", "sqlite:///x.db?mode=ro",
		"file:", "file://elsewhere/x.db", "file:%zz",
		"mysql://root:hunter2@localhost/lxd", "postgres://root:hunter2@localhost:no/lxd", "postgres://root:hunter2@localhost/lxd?sslmode=perhaps", "postgresql+psycopg2://root:hunter2@localhost/lxd",
	} {
		db, err := Open(t.Context(), url)
		if err == nil {
			_ = db.Close()
			t.Errorf("%q was opened", url)
			continue
		}
		if !strings.Contains(err.Error(), "sqlite:///./data/lxdql.db") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the message is %q", url, err)
		}
	}
}

func TestOpenNamesTheFileThatIsNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), "sqlite:///"+path)
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	_, err = Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "missing.db")+"?mode=rw")
	if err == nil || !strings.Contains(err.Error(), "missing.db") {
		t.Errorf("got %v", err)
	}
}

func TestEveryFormOfAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	elsewhere := t.TempDir()
	for url, path := range map[string]string{
		"sqlite:///./data/lxd_api.db":                     "data/lxd_api.db",
		"sqlite+aiosqlite:///./other/lxd_api.db":          "other/lxd_api.db",
		"sqlite:///plain.db":                              "plain.db",
		"sqlite:///" + elsewhere + "/mine #1 100%41/x.db": elsewhere + "/mine #1 100%41/x.db",
		"file:own/x.db":                                   "own/x.db",
		"file:own%20too/x.db?cache=private":               "own too/x.db",
		"file://" + elsewhere + "/y.db":                   elsewhere + "/y.db",
	} {
		t.Run(url, func(t *testing.T) {
			open(t, url)
			file, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if file.Mode().Perm() != 0o600 || file.Size() == 0 {
				t.Errorf("the file has mode %v and %d bytes", file.Mode(), file.Size())
			}
		})
	}
	if directory, err := os.Stat("data"); err != nil || directory.Mode().Perm() != 0o700 {
		t.Errorf("the directory has mode %v (%v)", directory.Mode(), err)
	}
	// The names stand as they are written, none cut at a sign of URLs.
	left, err := filepath.Glob("*")
	if err != nil || strings.Join(left, ", ") != "data, other, own, own too, plain.db" {
		t.Errorf("the working directory holds %v (%v)", left, err)
	}
}

func TestSideFilesAreTheOwnersToo(t *testing.T) {
	directory := t.TempDir()
	open(t, "sqlite:///"+directory+"/x.db")
	count := 0
	err := filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		count++
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil || count != 3 {
		t.Errorf("%d files (%v), want the database, its log and its index", count, err)
	}
}

func TestEveryConnectionHasTheSettings(t *testing.T) {
	db := open(t, "sqlite:///"+t.TempDir()+"/x.db")
	for range db.source.connections() {
		// Held until the end, so that each turn gets another connection.
		connection, err := db.bun.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = connection.Close() }()
		for pragma, wanted := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
			var got string
			if err := connection.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != wanted {
				t.Errorf("%s is %s (%v), want %s", pragma, got, err, wanted)
			}
		}
	}
}

// A transaction whose context ends costs the pool its connection.
func TestMemoryOutlivesItsConnections(t *testing.T) {
	for _, url := range []string{"sqlite://:memory:", "sqlite:///:memory:", ":memory:", "file::memory:", "file:x?mode=memory&cache=shared"} {
		t.Run(url, func(t *testing.T) {
			db := open(t, url)
			if _, err := db.SettingOr(t.Context(), "colour", "green"); err != nil {
				t.Fatal(err)
			}
			gone, hangUp := context.WithCancel(t.Context())
			if _, err := db.bun.BeginTx(gone, nil); err != nil {
				t.Fatal(err)
			}
			hangUp()
			db.bun.SetMaxIdleConns(0)
			if kept, err := db.SettingOr(t.Context(), "colour", "red"); err != nil || kept != "green" {
				t.Errorf("kept %q (%v)", kept, err)
			}
		})
	}
}

func TestDatabasesInMemoryAreApart(t *testing.T) {
	one, other := open(t, ":memory:"), open(t, ":memory:")
	if _, err := one.SettingOr(t.Context(), "colour", "green"); err != nil {
		t.Fatal(err)
	}
	if kept, err := other.SettingOr(t.Context(), "colour", "red"); err != nil || kept != "red" {
		t.Errorf("kept %q (%v)", kept, err)
	}
}

func TestPingOfAClosedDatabase(t *testing.T) {
	db := open(t, ":memory:")
	if err := db.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	_ = db.Close()
	if err := db.Ping(t.Context()); err == nil {
		t.Error("a closed database answers")
	}
}
