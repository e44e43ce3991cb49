package db

import (
	"errors"
	"fmt"
	"testing"
)

// A database that takes no more says so, and can be told from one that is away.
func TestADatabaseThatTakesNoMore(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		if _, err := db.bun.ExecContext(t.Context(), map[bool]string{true: "SET default_transaction_read_only = on", false: "PRAGMA query_only = on"}[db.First()]); err != nil {
			t.Fatal(err)
		}
		db.bun.SetMaxOpenConns(1) // the one that was told
		err := db.Hole(t.Context(), 1)
		if err == nil || !Full(fmt.Errorf("writing: %w", err)) {
			t.Errorf("%v", err)
		}
	})
	if Full(nil) || Full(errors.New("away")) {
		t.Error("that is not full")
	}
}
