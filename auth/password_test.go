package auth

import (
	"context"
	"testing"

	"github.com/alexedwards/argon2id"
)

// What an unknown user is compared with must cost what a user's hash costs.
func TestNobodysHashCostsAsMuchAsAUsers(t *testing.T) {
	passwords := newPasswords()
	hash, err := passwords.hash(context.Background(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	users, salt, key, err := argon2id.DecodeHash(hash)
	if err != nil {
		t.Fatal(err)
	}
	nobodys, nobodysSalt, nobodysKey, err := argon2id.DecodeHash(passwords.nobody)
	if err != nil {
		t.Fatal(err)
	}
	if *users != *nobodys || len(salt) != len(nobodysSalt) || len(key) != len(nobodysKey) {
		t.Errorf("a user's hash has %+v, nobody's %+v", users, nobodys)
	}
	if users.Memory < 46*1024 {
		t.Errorf("a hash takes %d KiB, which is cheap to guess at", users.Memory)
	}
}

func TestDamagedHashLetsNobodyIn(t *testing.T) {
	same, err := newPasswords().match(context.Background(), "", &User{PasswordHash: ""})
	if same || err == nil {
		t.Errorf("got %v and %v", same, err)
	}
}
