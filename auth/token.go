package auth

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/jwtauth/v5"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// What a token is for. Both kinds carry the same signature, so the claim is
// what keeps a refresh token from being taken for an access token.
const (
	useAccess  = "access"
	useRefresh = "refresh"
)

// longestToken is far above what sign makes, in bytes; nothing longer is parsed.
const longestToken = 4096

// claims are what a token says.
type claims struct {
	use       string
	userID    int64
	sessionID string
	// tokenID is empty in an access token.
	tokenID   string
	expiresAt time.Time
}

// tokens signs and verifies with the keys and one algorithm, whatever the
// token's own header says.
type tokens struct {
	*keyring
}

var errNoKey = errors.New("there is no secret to sign tokens with")

func (t tokens) sign(c claims) (string, error) {
	content := map[string]any{
		jwt.SubjectKey:    strconv.FormatInt(c.userID, 10),
		jwt.ExpirationKey: c.expiresAt,
		"sid":             c.sessionID,
		"use":             c.use,
	}
	if c.tokenID != "" {
		content[jwt.JwtIDKey] = c.tokenID
	}
	keys := t.all()
	if len(keys) == 0 {
		return "", errNoKey
	}
	_, token, err := keys[0].signer.Encode(content)
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return token, nil
}

// isJWT tells a log-in's token from an API token.
func isJWT(token string) bool { return strings.Count(token, ".") == 2 }

// verify returns what a token of the wanted use says. It fails with
// ErrTokenExpired for one that was good once, else with ErrTokenInvalid.
func (t tokens) verify(ctx context.Context, token, use string) (claims, error) {
	// Only the compact form: three parts with dots between.
	if len(token) > longestToken || !isJWT(token) {
		return claims{}, ErrTokenInvalid
	}
	verified, err := t.genuine(ctx, token)
	if err != nil {
		return claims{}, err
	}
	c := claims{tokenID: verified.JwtID(), expiresAt: verified.Expiration()}
	c.userID, err = strconv.ParseInt(verified.Subject(), 10, 64)
	c.sessionID, _ = verified.PrivateClaims()["sid"].(string)
	c.use, _ = verified.PrivateClaims()["use"].(string)
	if err != nil || c.use != use || c.sessionID == "" {
		return claims{}, ErrTokenInvalid
	}
	return c, nil
}

// genuine is a token that one of the keys has signed.
func (t tokens) genuine(ctx context.Context, token string) (jwt.Token, error) {
	for _, key := range t.of(ctx, token) {
		verified, err := jwtauth.VerifyToken(key.signer, token)
		switch {
		case err == nil:
			return verified, nil
		case errors.Is(err, jwtauth.ErrExpired):
			return nil, ErrTokenExpired
		}
	}
	return nil, ErrTokenInvalid
}
