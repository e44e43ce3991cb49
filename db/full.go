package db

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// Full reports whether an error says that the database takes nothing more,
// because its disk is full or it may only be read.
func Full(err error) bool {
	var file sqlite3.Error
	if errors.As(err, &file) {
		return file.Code == sqlite3.ErrFull || file.Code == sqlite3.ErrReadonly
	}
	var server *pgconn.PgError
	return errors.As(err, &server) && (server.Code == "53100" || server.Code == "25006") // disk_full, read_only_sql_transaction
}
