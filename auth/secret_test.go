package auth_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/auth"
)

func TestSecretRefusesWhatOthersKnow(t *testing.T) {
	for _, secret := range []string{
		"change-me", "changeme", "Change Me", "CHANGE_ME", "<change me>", "secret", "your-secret-key", "short", "x",
		"change-me-to-a-long-random-string-in-production",
		"your-secret-key-change-in-production-0123456789",
		"please-CHANGE-THIS-to-something-of-your-own-soon",
		strings.Repeat("a", 64), strings.Repeat("é", 64), strings.Repeat("secret", 10),
		"0123456789012345678901234567890", // 31 bytes
	} {
		store := newMemory()
		kept, err := auth.Secret(t.Context(), store, secret)
		if err == nil || kept != nil {
			t.Errorf("%q was taken", secret)
			continue
		}
		if !strings.Contains(err.Error(), "openssl rand -hex 32") || strings.Contains(err.Error(), "0123456789012") {
			t.Errorf("%q: the message is %q", secret, err)
		}
	}
}

func TestSecretTakesARealOneAndDoesNotKeepIt(t *testing.T) {
	store := newMemory()
	secret, err := auth.Secret(t.Context(), store, theSecret)
	if err != nil || string(secret) != theSecret || len(store.settings) != 0 {
		t.Errorf("got %q and %v, kept %v", secret, err, store.settings)
	}
}

func TestSecretIsMadeOnce(t *testing.T) {
	store := newMemory()
	first, err := auth.Secret(t.Context(), store, "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := auth.Secret(t.Context(), store, "")
	if err != nil || !bytes.Equal(first, second) || len(first) != 32 {
		t.Errorf("got %x, then %x and %v", first, second, err)
	}
	other, err := auth.Secret(t.Context(), newMemory(), "")
	if err != nil || bytes.Equal(first, other) {
		t.Errorf("two databases share the secret %x (%v)", other, err)
	}
	store.settings["jwt_secret"] = "abcd"
	if _, err := auth.Secret(t.Context(), store, ""); err == nil {
		t.Error("a damaged secret was taken")
	}
}
