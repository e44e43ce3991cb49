package lxd

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

// Tokens as people paste them.
func TestTokens(t *testing.T) {
	good := base64.StdEncoding.EncodeToString([]byte(`{"client_name":"x","fingerprint":"` + strings.Repeat("a", 64) + `","addresses":["127.0.0.1:8443"],"secret":"s","expires_at":"0001-01-01T00:00:00Z"}`))
	ended := base64.StdEncoding.EncodeToString([]byte(`{"fingerprint":"` + strings.Repeat("a", 64) + `","secret":"s","expires_at":"2020-01-01T00:00:00Z"}`))
	token, err := ReadToken(" " + good[:40] + "\n" + good[40:] + "\n")
	if err != nil || token.Fingerprint != strings.Repeat("a", 64) || token.text != good {
		t.Errorf("%+v %v", token, err)
	}
	var rejected *TokenError
	if _, err := ReadToken(ended); !errors.As(err, &rejected) {
		t.Errorf("one that has ended: %v", err)
	}
	for _, bad := range []string{"", "abc", good[:40], "e30="} {
		if _, err := ReadToken(bad); err == nil {
			t.Errorf("%q is a token", bad)
		}
	}
}
