package db

import (
	"testing"

	"github.com/lxdql/lxdql/auth"
)

// Every request pays for this.
func BenchmarkAuthenticate(b *testing.B) {
	db, err := Open(b.Context(), "sqlite:///"+b.TempDir()+"/x.db")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	service := auth.New(db, auth.Options{Secret: []byte("5d41402abc4b2a76b9719d911017c592")})
	if _, _, err := auth.Seed(b.Context(), service, "ann", thePassword); err != nil {
		b.Fatal(err)
	}
	payload, err := service.Login(b.Context(), "ann", thePassword)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := service.Authenticate(b.Context(), payload.AccessToken); err != nil {
			b.Fatal(err)
		}
	}
}
