package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/jwtauth/v5"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jwt"
)

// key is a secret that signs, under the name that its tokens carry as kid.
type key struct {
	id     string
	signer *jwtauth.JWTAuth
}

// newKey names a secret after its hash. A secret that cannot sign has no signer.
func newKey(secret []byte) key {
	sum := sha256.Sum256(append([]byte("lxdql kid "), secret...))
	made, err := jwk.FromRaw(secret)
	id := hex.EncodeToString(sum[:8])
	if err != nil || made.Set(jwk.KeyIDKey, id) != nil {
		return key{id: id}
	}
	return key{id, jwtauth.New("HS256", made, nil, jwt.WithRequiredClaim(jwt.ExpirationKey))}
}

// keyring are the keys: the first signs, all verify. It is read again where
// somebody else may have changed it.
type keyring struct {
	mutex sync.Mutex
	keys  []key
	read  func(context.Context) ([][]byte, error) // nil: they never change
	at    time.Time
}

func (k *keyring) set(secrets [][]byte) {
	keys := make([]key, 0, len(secrets))
	for _, secret := range secrets {
		if made := newKey(secret); made.signer != nil {
			keys = append(keys, made)
		}
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.keys = keys
}

func (k *keyring) all() []key {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.keys
}

// reload reads the keys again.
func (k *keyring) reload(ctx context.Context) error {
	if k.read == nil {
		return nil
	}
	secrets, err := k.read(ctx)
	if err == nil {
		k.set(secrets)
	}
	return err
}

// of are the keys that a token may be signed by. For a key that is not known
// they are read again, at most once a second: anybody can invent one.
func (k *keyring) of(ctx context.Context, token string) []key {
	id := keyID(token)
	if id == "" { // signed before keys had names
		return k.all()
	}
	if found := named(k.all(), id); found != nil || !k.due() || k.reload(ctx) != nil {
		return found
	}
	return named(k.all(), id)
}

func (k *keyring) due() bool {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.read == nil || time.Since(k.at) < time.Second {
		return false
	}
	k.at = time.Now()
	return true
}

func named(keys []key, id string) []key {
	for _, one := range keys {
		if one.id == id {
			return []key{one}
		}
	}
	return nil
}

// keyID is the kid of a token's header; "" for none.
func keyID(token string) string {
	header, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(header)
	var fields struct {
		KeyID string `json:"kid"`
	}
	if err != nil || json.Unmarshal(text, &fields) != nil {
		return ""
	}
	return fields.KeyID
}
