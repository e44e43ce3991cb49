// Package db is the only room that says SQL. It keeps what package auth
// remembers, in SQLite or in PostgreSQL, and brings a database's schema up to date.
//
// Each noun has a file with its row, its migration and its queries. Rows never
// leave the package: the types that go in and out are those of the room whose
// store is implemented.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/mattn/go-sqlite3" // it registers itself under the name "sqlite3"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/lxdql/lxdql/auth"
)

// DB is an open database. It is safe for concurrent use; Close it once.
type DB struct {
	bun    *bun.DB
	source source
	// keeper holds one idle connection to a database in memory, which would
	// vanish with its last connection; nil for a file.
	keeper *sql.DB
	// waiting asks PostgreSQL for the lead.
	waiting candidate
	held    holder
}

var _ auth.Store = (*DB)(nil)

// Open opens the database that a URL names, and creates the file, readable by
// its owner alone, when there is none. It takes
//
//	sqlite:///./data/lxd_api.db     a file, from the working directory
//	sqlite:////var/lib/lxdql.db     a file, absolute
//	sqlite+aiosqlite:///./data/x.db the same as sqlite:
//	file:data/x.db?mode=rw          SQLite's own form
//	sqlite://:memory:  or :memory:  in memory, gone after Close
//	postgres://user:pw@host/name    PostgreSQL, as libpq reads it
//
// and refuses everything else. Call Migrate before anything else.
func Open(ctx context.Context, url string) (*DB, error) {
	source, err := parse(url)
	if err != nil {
		return nil, err
	}
	if err := source.create(); err != nil {
		return nil, err
	}
	opened, err := source.open(source.connections())
	if err != nil {
		return nil, err
	}
	db := &DB{bun: opened, source: source}
	if source.path == "" && source.postgres == nil {
		err = db.keep(ctx)
	}
	if err == nil {
		err = db.begin(ctx)
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// begin makes the first connection, which puts the file into WAL mode. Where
// several processes do so at once, SQLite says that it is busy without waiting
// for its busy timeout: then it is tried again, for as long as that.
func (db *DB) begin(ctx context.Context) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := db.Ping(ctx)
		var refused sqlite3.Error
		if err != nil && !(errors.As(err, &refused) && (refused.Code == sqlite3.ErrBusy || refused.Code == sqlite3.ErrLocked)) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(backoff.NewConstantBackOff(10*time.Millisecond)), backoff.WithMaxElapsedTime(5*time.Second))
	return err
}

// keep opens the connection that a database in memory lives by.
func (db *DB) keep(ctx context.Context) (err error) {
	if db.keeper, err = connect(db.source.dsn, 1); err != nil {
		return err
	}
	return db.keeper.PingContext(ctx)
}

// open opens a pool of at most n connections.
func (s source) open(n int) (*bun.DB, error) {
	if s.postgres != nil {
		return bun.NewDB(connectPostgres(s.postgres, n), pgdialect.New()), nil
	}
	pool, err := connect(s.dsn, n)
	if err != nil {
		return nil, err
	}
	return bun.NewDB(pool, sqlitedialect.New()), nil
}

// connect opens a pool of at most n connections, none of which is ever closed
// for being idle or old.
func connect(dsn string, n int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite3", dsn)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	return pool, nil
}

// connections is how many connections serve the source: in memory one, since
// nothing there makes a reader and a writer independent; in a file a few,
// since WAL lets readers go on beside the one writer.
func (s source) connections() int {
	if s.postgres != nil {
		return mostConnections
	}
	if s.path == "" {
		return 1
	}
	return max(4, runtime.NumCPU())
}

// Ping says whether the database can be read; the error names the file.
func (db *DB) Ping(ctx context.Context) error {
	// The driver's own ping does not touch the file, the schema's count does.
	var tables int
	question := "SELECT count(*) FROM sqlite_master"
	if db.source.postgres != nil {
		question = "SELECT 1"
	}
	if err := db.bun.NewRaw(question).Scan(ctx, &tables); err != nil {
		return fmt.Errorf("the database %s cannot be read: %w", db.source, err)
	}
	return nil
}

// Close ends all connections. A database in memory is gone after it.
func (db *DB) Close() error {
	db.waiting.close()
	db.held.close()
	err := db.bun.Close()
	if db.keeper != nil {
		if keeperErr := db.keeper.Close(); err == nil {
			err = keeperErr
		}
	}
	return err
}

// changedOne reports whether a statement about one row found it.
func changedOne(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	rows, err := result.RowsAffected()
	return rows == 1, err
}
