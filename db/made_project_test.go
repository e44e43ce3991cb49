package db

import (
	"testing"
	"time"
)

// That a project was made is known for a while, whoever made it, and the newest time counts.
func TestMadeProjects(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		made := func(name string, want bool) {
			t.Helper()
			if is, err := db.Made(t.Context(), name, time.Minute); err != nil || is != want {
				t.Errorf("%s: %v %v", name, is, err)
			}
		}
		back := func(name string, by time.Duration) {
			t.Helper()
			if _, err := db.bun.NewUpdate().Model((*madeRow)(nil)).Set("made_at = ?", time.Now().UTC().Add(-by)).Where("name = ?", name).Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		made("web", false)
		for range 2 {
			if err := db.AddMade(t.Context(), "web"); err != nil {
				t.Fatal(err)
			}
			made("web", true)
			made("Web", false)
			back("web", 2*time.Minute)
			made("web", false)
		}
		back("web", 2*madeLife)
		if err := db.AddMade(t.Context(), "other"); err != nil {
			t.Fatal(err)
		}
		if count, err := db.bun.NewSelect().Model((*madeRow)(nil)).Count(t.Context()); err != nil || count != 1 {
			t.Errorf("%d are remembered: %v", count, err)
		}
	})
}
