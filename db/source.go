package db

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// source is where a database is.
type source struct {
	// dsn is what the driver opens.
	dsn string
	// path is the file; "" is in memory.
	path string
	// existing is true where the URL says that the file is not to be created.
	existing bool
	// postgres is how PostgreSQL is reached; nil for SQLite.
	postgres *pgx.ConnConfig
}

func (s source) String() string {
	if s.postgres != nil {
		return postgresName(s.postgres)
	}
	if s.path == "" {
		return "in memory"
	}
	return s.path
}

var errURL = errors.New("DATABASE_URL is not of a kind that this version opens: " +
	"use sqlite:///./data/lxdql.db (from the working directory), sqlite:////an/absolute/path.db, " +
	"sqlite://:memory:, SQLite's own file: form, or postgres://user:password@host:5432/database")

// parse reads a DATABASE_URL. The error does not repeat it, since URLs of
// other databases carry passwords.
func parse(address string) (source, error) {
	for _, scheme := range []string{"sqlite://", "sqlite+aiosqlite://"} {
		if rest, found := strings.CutPrefix(address, scheme); found {
			return parseSQLite(rest)
		}
	}
	switch {
	case isPostgres(address):
		return parsePostgres(address)
	case address == ":memory:":
		return inMemory(), nil
	case strings.HasPrefix(address, "file:"):
		return parseFile(address)
	}
	return source{}, errURL
}

// parseSQLite reads what follows sqlite://, as SQLAlchemy writes it: one slash
// ends the empty host, and a second begins an absolute path.
func parseSQLite(rest string) (source, error) {
	if strings.TrimPrefix(rest, "/") == ":memory:" {
		return inMemory(), nil
	}
	path, found := strings.CutPrefix(rest, "/")
	if !found || path == "" || strings.Contains(path, "?") {
		return source{}, errURL
	}
	return inFile(path, url.Values{}), nil
}

// parseFile reads SQLite's own file: form. Its parameters are kept, except for
// those that Open decides.
func parseFile(address string) (source, error) {
	parsed, err := url.Parse(address)
	if err != nil || (parsed.Host != "" && parsed.Host != "localhost") {
		return source{}, errURL
	}
	path := parsed.Path
	if parsed.Opaque != "" {
		if path, err = url.PathUnescape(parsed.Opaque); err != nil {
			return source{}, errURL
		}
	}
	parameters := parsed.Query()
	if path == ":memory:" || parameters.Get("mode") == "memory" {
		return inMemory(), nil
	}
	if path == "" {
		return source{}, errURL
	}
	return inFile(path, parameters), nil
}

func inFile(path string, parameters url.Values) source {
	mode := parameters.Get("mode")
	// Readers go on while somebody writes.
	parameters.Set("_journal_mode", "WAL")
	// A commit waits for the disk: a session that was ended or a user that was
	// deleted must not come back with the power. Commits are rare here.
	parameters.Set("_synchronous", "FULL")
	escaped := (&url.URL{Path: path}).EscapedPath()
	return source{
		dsn:      "file:" + escaped + "?" + withDefaults(parameters).Encode(),
		path:     path,
		existing: mode == "ro" || mode == "rw",
	}
}

// inMemory is a database with a name of its own, so that every connection of
// one DB opens the same one, and no other DB does.
func inMemory() source {
	return source{dsn: "file:/" + rand.Text() + "?" + withDefaults(url.Values{"vfs": {"memdb"}}).Encode()}
}

func withDefaults(parameters url.Values) url.Values {
	// A writer waits for another for up to 5 s before it fails.
	parameters.Set("_busy_timeout", "5000")
	// SQLite does not check references unless each connection asks for it.
	parameters.Set("_foreign_keys", "on")
	// A transaction takes the write lock at its start, where waiting helps:
	// one that reads first and then writes fails at once instead.
	parameters.Set("_txlock", "immediate")
	// Each request looks for its session, with the same text: to prepare that
	// is half of the time. Statements are kept for each connection.
	parameters.Set("_stmt_cache_size", "64")
	return parameters
}

// create makes the directory and the file, for the owner alone, when they are
// missing: the file holds password hashes and perhaps the secret. SQLite gives
// its side files the same mode.
func (s source) create() error {
	if s.path == "" || s.existing { // also PostgreSQL's
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return fmt.Errorf("making the directory of the database: %w", err)
	}
	file, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("making the database file: %w", err)
	}
	return file.Close()
}
