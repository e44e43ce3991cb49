package auth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// shortestSecret is the length of an HMAC-SHA256 key, in bytes.
const shortestSecret = 32

const (
	secretSetting   = "jwt_secret"
	previousSetting = "jwt_secret_previous"
)

// Secret returns the secret that signs tokens. A configured one is refused
// when it is a placeholder or shorter than 32 bytes. With none configured
// (""), 32 random bytes are made once and kept in the store, so that tokens
// outlive a restart; a configured one is never stored.
func Secret(ctx context.Context, store Store, configured string) ([]byte, error) {
	if configured != "" {
		if err := checkSecret(configured); err != nil {
			return nil, err
		}
		return []byte(configured), nil
	}
	secrets, err := KeptSecrets(ctx, store)
	if err != nil {
		return nil, err
	}
	return secrets[0], nil
}

// KeptSecrets reads the secrets that the store keeps: the one that signs, which
// is made where there is none, and where there is one the one before.
func KeptSecrets(ctx context.Context, store Store) ([][]byte, error) {
	made, err := makeSecret()
	if err != nil {
		return nil, err
	}
	var secrets [][]byte
	for key, otherwise := range map[string]string{secretSetting: made, previousSetting: ""} {
		kept, err := store.SettingOr(ctx, key, otherwise)
		if err != nil {
			return nil, fmt.Errorf("keeping the secret: %w", err)
		}
		if kept == "" && key == previousSetting {
			continue
		}
		secret, err := hex.DecodeString(kept)
		if err != nil || len(secret) < shortestSecret {
			return nil, fmt.Errorf("the database's setting %s is damaged: delete it and start again, which logs everybody out", key)
		}
		if key == secretSetting {
			secrets = append([][]byte{secret}, secrets...)
		} else {
			secrets = append(secrets, secret)
		}
	}
	return secrets, nil
}

// RotateSecret makes a new secret. Tokens of the one before still work, those of
// the one before that do not.
func RotateSecret(ctx context.Context, store Store) error {
	made, err := makeSecret()
	if err != nil {
		return err
	}
	return store.RotateSetting(ctx, secretSetting, previousSetting, made)
}

func makeSecret() (string, error) {
	made := make([]byte, shortestSecret)
	if _, err := rand.Read(made); err != nil {
		return "", fmt.Errorf("making a secret: %w", err)
	}
	return hex.EncodeToString(made), nil
}

// PreviousSecret checks a secret that only verifies; "" is none.
func PreviousSecret(configured string) ([]byte, error) {
	if configured == "" {
		return nil, nil
	}
	if err := checkSecret(configured); err != nil {
		return nil, fmt.Errorf("JWT_SECRET_PREVIOUS, read as %w", err)
	}
	return []byte(configured), nil
}

func checkSecret(secret string) error {
	const remedy = ": make one with `openssl rand -hex 32`, or leave JWT_SECRET empty to have one made and kept in the database"
	if isPlaceholder(secret) {
		return errors.New("JWT_SECRET is a placeholder, with which anybody could forge a token" + remedy)
	}
	if len(secret) < shortestSecret {
		return fmt.Errorf("JWT_SECRET has %d bytes, fewer than %d, and could be guessed"+remedy, len(secret), shortestSecret)
	}
	return nil
}

// isPlaceholder recognises what examples write where a secret should stand,
// however it is spelt and however long: what hides behind it is public.
func isPlaceholder(secret string) bool {
	first, _ := utf8.DecodeRuneInString(secret)
	if strings.Trim(secret, string(first)) == "" {
		return true
	}
	bare := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -_.<>[]{}'\"!", r) {
			return -1
		}
		return r
	}, strings.ToLower(secret))
	for _, start := range []string{"secret", "yoursecret", "mysecret", "supersecret", "yourjwtsecret", "yoursupersecret", "jwtsecret", "placeholder"} {
		if strings.HasPrefix(bare, start) {
			return true
		}
	}
	for _, part := range []string{"changeme", "changethis", "changeit", "changein", "replaceme", "replacethis"} {
		if strings.Contains(bare, part) {
			return true
		}
	}
	return false
}
