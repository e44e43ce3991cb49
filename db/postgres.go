package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// mostConnections is how many connections one process has to PostgreSQL, beside
// the one that listens.
const mostConnections = 12

// parsePostgres reads what libpq reads: hosts, sockets, sslmode and the rest.
// What SQLAlchemy calls its driver is left out.
func parsePostgres(address string) (source, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	address = strings.TrimSuffix(scheme, "+asyncpg") + "://" + rest
	if _, err := url.Parse(address); err != nil {
		return source{}, errURL
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return source{}, errURL
	}
	// bun writes the values into the text: there is nothing to prepare, and every
	// text is another one.
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	if config.ConnectTimeout == 0 || config.ConnectTimeout > 5*time.Second {
		config.ConnectTimeout = 5 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "lxdql"
	}
	// PostgreSQL notices within seconds when our machine is gone, and lets go of its locks.
	for name, value := range map[string]string{"tcp_keepalives_idle": "3", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "3"} {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	config.RuntimeParams["timezone"] = "UTC"
	return source{postgres: config}, nil
}

// isPostgres reports whether an address is of PostgreSQL.
func isPostgres(address string) bool {
	scheme, _, found := strings.Cut(address, "://")
	return found && (scheme == "postgres" || scheme == "postgresql" || scheme == "postgresql+asyncpg")
}

// connectPostgres opens a pool of at most n connections.
func connectPostgres(config *pgx.ConnConfig, n int) *sql.DB {
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	return pool
}

// steadily opens a pool of one connection, on which a transaction outlasts a
// statement: PostgreSQL's driver gives up one that comes back to the pool in it.
func (s source) steadily() (*bun.DB, error) {
	if s.postgres == nil {
		return s.open(1)
	}
	pool := sql.OpenDB(steadyConnector{stdlib.GetConnector(*s.postgres)})
	pool.SetMaxOpenConns(1)
	pool.SetMaxIdleConns(1)
	return bun.NewDB(pool, pgdialect.New()), nil
}

type steadyConnector struct{ driver.Connector }

// Connect opens a connection.
func (c steadyConnector) Connect(ctx context.Context) (driver.Conn, error) {
	connection, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return steady{connection.(*stdlib.Conn)}, nil
}

type steady struct{ *stdlib.Conn }

// ResetSession leaves a transaction open.
func (steady) ResetSession(context.Context) error { return nil }

// migrationLock is what those wait at who would migrate PostgreSQL at once.
const migrationLock = "lxdql migrations"

// beginAlone begins the transaction of the migrations when no other process has
// one: a lock that PostgreSQL lets go of at the end of the transaction, however
// that comes.
func beginAlone(ctx context.Context, one *bun.DB) error {
	if _, err := one.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	_, err := one.ExecContext(ctx, "SELECT pg_advisory_xact_lock(?)", lockNumber(migrationLock))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// onPostgres reports which of the two dialects a statement is for.
func onPostgres(db bun.IDB) bool { return db.Dialect().Name() == dialect.PG }

// clock is what time it is for all processes on the database: PostgreSQL's own
// where their machines may differ, and this machine's for a file on it.
func clock(ctx context.Context, on bun.IDB) (time.Time, error) {
	if !onPostgres(on) {
		return time.Now().UTC(), nil
	}
	var now time.Time
	err := on.NewSelect().ColumnExpr("clock_timestamp()").Scan(ctx, &now)
	return now.UTC(), err
}

// moment is the type of a column for a time that a later step adds.
func moment(db bun.IDB) string {
	if onPostgres(db) {
		return "TIMESTAMPTZ"
	}
	return "TIMESTAMP"
}

func postgresName(config *pgx.ConnConfig) string {
	return fmt.Sprintf("%s of PostgreSQL at %s:%d", config.Database, config.Host, config.Port)
}
