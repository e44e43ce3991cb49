// Package oidctest gives tests an identity provider of their own on 127.0.0.1.
package oidctest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// Provider is a small identity provider: its address, and the key that signs its
// tokens.
type Provider struct {
	URL string
	Key jwk.Key
}

// New starts a provider, which ends with the test.
func New(t *testing.T) *Provider {
	t.Helper()
	p := &Provider{Key: SigningKey(t)}
	public, err := p.Key.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	answers := http.NewServeMux()
	server := httptest.NewServer(answers)
	t.Cleanup(server.Close)
	p.URL = server.URL
	answers.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "jwks_uri": p.URL + "/keys", "authorization_endpoint": p.URL, "token_endpoint": p.URL, "id_token_signing_alg_values_supported": []string{"ES256"}})
	})
	answers.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{public}})
	})
	return p
}

// SigningKey is a new key, which no provider tells of.
func SigningKey(t *testing.T) jwk.Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwk.FromRaw(private)
	if err != nil {
		t.Fatal(err)
	}
	key.Set(jwk.KeyIDKey, "one")
	return key
}

// Token is one of the provider's, of ann in the group web for an hour, with some
// claims changed.
func (p *Provider) Token(t *testing.T, key jwk.Key, change map[string]any) string {
	t.Helper()
	token := jwt.New()
	claims := map[string]any{"iss": p.URL, "aud": "lxdql", "sub": "42", "preferred_username": "ann", "exp": time.Now().Add(time.Hour), "groups": []string{"web"}}
	for name, value := range change {
		claims[name] = value
	}
	for name, value := range claims {
		if err := token.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.ES256, key))
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}
