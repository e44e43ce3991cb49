package db

import (
	"testing"
	"time"
)

// That a project was made is known for a while, whoever made it, and the newest time counts.
func TestMadeProjects(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		at := time.Now().UTC()
		made := func(name string, since time.Time, want bool) {
			t.Helper()
			if is, err := db.Made(t.Context(), name, since); err != nil || is != want {
				t.Errorf("%s since %v: %v %v", name, since, is, err)
			}
		}
		made("web", at.Add(-time.Hour), false)
		for _, ago := range []time.Duration{time.Minute, 0} {
			if err := db.AddMade(t.Context(), "web", at.Add(-ago)); err != nil {
				t.Fatal(err)
			}
		}
		made("web", at.Add(-time.Second), true)
		made("web", at.Add(time.Second), false)
		made("Web", at.Add(-time.Second), false)
		if err := db.AddMade(t.Context(), "other", at.Add(2*madeLife)); err != nil {
			t.Fatal(err)
		}
		made("web", at.Add(-time.Second), false) // forgotten
	})
}
