package db

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
)

// Failures are counted exactly, however many count at once, and forgotten in time.
func TestFailures(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		var counting sync.WaitGroup
		for range 20 {
			counting.Go(func() {
				if err := db.AddFailures(t.Context(), []string{"a", "b"}, time.Minute); err != nil {
					t.Error(err)
				}
			})
		}
		counting.Wait()
		found, err := db.Failures(t.Context(), []string{"a", "b", "c"}, time.Minute)
		if err != nil || len(found) != 2 || found["a"].Count != 20 || found["b"].Ago.Abs() > 10*time.Second {
			t.Errorf("%v %v", found, err)
		}
		if err := db.ForgetFailures(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		db.age(t, time.Hour)
		if found, err := db.Failures(t.Context(), []string{"a", "b"}, time.Minute); err != nil || len(found) != 0 {
			t.Errorf("%v %v", found, err)
		}
		if found, err := db.Failures(t.Context(), []string{"b"}, 2*time.Hour); err != nil || (found["b"].Ago-time.Hour).Abs() > 10*time.Second {
			t.Errorf("%v %v", found, err)
		}
		if err := db.AddFailures(t.Context(), []string{"c"}, time.Minute); err != nil {
			t.Fatal(err)
		}
		if found, err := db.Failures(t.Context(), []string{"a", "b", "c"}, 24*time.Hour); err != nil || len(found) != 1 {
			t.Errorf("what is old is kept: %v %v", found, err)
		}
	})
}

// age lets the failures be older.
func (db *DB) age(t *testing.T, by time.Duration) {
	t.Helper()
	var rows []failureRow
	if err := db.bun.NewSelect().Model(&rows).Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		row.LastAt = row.LastAt.Add(-by)
		if _, err := db.bun.NewUpdate().Model(&row).WherePK().Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever tries many names does not fill the disk.
func TestFailuresAreBounded(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		for n := range 12 {
			keys := make([]string, 1000)
			for k := range keys {
				keys[k] = fmt.Sprint(n, "-", k)
			}
			if err := db.AddFailures(t.Context(), keys, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if count, err := db.bun.NewSelect().Model((*failureRow)(nil)).Count(t.Context()); err != nil || count > mostFailures {
			t.Errorf("%d rows (%v)", count, err)
		}
		if found, err := db.Failures(t.Context(), []string{"0-0", "11-0"}, time.Hour); err != nil || len(found) != 1 || found["11-0"].Count != 1 {
			t.Errorf("%v %v", found, err)
		}
	})
}

// A provider's user who was deleted stays out until somebody lets them in.
func TestADeletedSubjectStaysOut(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		add := func(subject, name string) error {
			return db.AddSubject(t.Context(), "https://id.example", subject, &auth.User{Username: name, PasswordHash: "x", CreatedAt: time.Now()})
		}
		withUser(t, db, auth.Options{})
		for subject, name := range map[string]string{"1": "one", "2": "two"} {
			if err := add(subject, name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.DeleteUser(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		refused(t, add("1", "one"), auth.ErrBarred)
		refused(t, add("1", "another"), auth.ErrUnauthenticated)
		barred, err := db.BarredUsers(t.Context())
		if err != nil || len(barred) != 1 || barred[0].Username != "one" || barred[0].Subject != "1" || time.Since(barred[0].BarredAt) > time.Minute {
			t.Errorf("%+v %v", barred, err)
		}
		_, err = db.Readmit(t.Context(), "https://other.example", "1")
		refused(t, err, auth.ErrNotFound)
		if again, err := db.Readmit(t.Context(), "https://id.example", "1"); err != nil || again.Username != "one" {
			t.Errorf("%+v %v", again, err)
		}
		if err := add("1", "one"); err != nil {
			t.Errorf("let in again: %v", err)
		}
		if barred, err := db.BarredUsers(t.Context()); err != nil || len(barred) != 0 {
			t.Errorf("%+v %v", barred, err)
		}
	})
}
