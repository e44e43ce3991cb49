package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// longestProvided is far above what providers make, in bytes; nothing longer is parsed.
	longestProvided = 16 << 10
	// askAgain is how long a provider that did not answer is left alone.
	askAgain = 5 * time.Second
	// providerTimeout bounds each request to the provider.
	providerTimeout = 10 * time.Second
)

// Provider is an identity provider (OpenID Connect) whose tokens let callers in.
type Provider struct {
	// Issuer is the provider's address, as it stands in its tokens.
	Issuer string
	// Audience has to be among those of a token: the client's id, or what the
	// provider calls this server.
	Audience string
	// UsernameClaim is the claim that names the user; "" is preferred_username,
	// else email, else the subject.
	UsernameClaim string
	// RolesClaim is the claim whose values Roles knows, a dotted path.
	RolesClaim string
	// Roles are what the values of RolesClaim give.
	Roles []ProvidedRole

	mutex    sync.Mutex
	verifier *oidc.IDTokenVerifier
	failed   time.Time
	adding   sync.Mutex
}

// ProvidedRole is what a value of a claim gives.
type ProvidedRole struct {
	// Value is the claim's: a group or a role of the provider's.
	Value string
	// Role is what it gives, in Project, or everywhere when that is "".
	Role    Role
	Project string
}

// SubjectStore remembers who the users of providers are here.
type SubjectStore interface {
	// UserBySubject returns a provider's user, or ErrNotFound.
	UserBySubject(ctx context.Context, issuer, subject string) (*User, error)
	// AddSubject keeps a new user and whom of a provider it is, both or none, and
	// sets its ID. It is ErrUserExists when the name is taken, or the subject has
	// a user already, and ErrBarred when its user was deleted.
	AddSubject(ctx context.Context, issuer, subject string, user *User) error
	// BarredUsers returns the provider's users that were deleted, the last one first.
	BarredUsers(ctx context.Context) ([]*BarredUser, error)
	// Readmit lets one of them in again; ErrNotFound for none.
	Readmit(ctx context.Context, issuer, subject string) (*BarredUser, error)
}

// ErrProviderAway is the refusal of a token that cannot be checked now.
var ErrProviderAway error = &refusal{"the identity provider does not answer, so its token cannot be checked: try again in a moment", ErrUnauthenticated}

// UseProvider lets a provider's users in. Call it before the first Authenticate.
// The store has to be a SubjectStore.
func (s *Service) UseProvider(provider *Provider) error {
	if _, ok := s.store.(SubjectStore); !ok {
		return errors.New("the store cannot keep users of an identity provider")
	}
	s.provider = provider
	return nil
}

// issued reports whether a token says that it is the provider's, which proves nothing.
func (p *Provider) issued(token string) bool {
	parts := strings.Split(token, ".")
	if p == nil || len(token) > longestProvided || len(parts) != 3 {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Issuer string `json:"iss"`
	}
	return err == nil && json.Unmarshal(payload, &claims) == nil && claims.Issuer == p.Issuer
}

// byProvider tells who a provider's token speaks for. The first log-in makes the
// user, who has no password here. What the token gives adds to what the user
// has here; it ends with the token.
func (s *Service) byProvider(ctx context.Context, token string) (*Identity, error) {
	verified, err := s.provider.verify(ctx, token)
	if err != nil {
		return nil, err
	}
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		return nil, ErrTokenInvalid
	}
	user, err := s.userOf(ctx, verified, claims)
	if err != nil {
		return nil, err
	}
	if !user.Enabled() {
		return nil, ErrTokenInvalid
	}
	return providedIdentity(user, s.provider.given(claims), verified.Expiry.UTC()), nil
}

// verify checks a token by the provider's keys.
func (p *Provider) verify(ctx context.Context, token string) (*oidc.IDToken, error) {
	verifier, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	verified, err := verifier.Verify(ctx, token)
	switch {
	case errors.As(err, new(*oidc.TokenExpiredError)):
		return nil, ErrTokenExpired
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil || verified.Subject == "":
		return nil, ErrTokenInvalid
	}
	return verified, nil
}

// discover asks the provider where its keys are, once it answers.
func (p *Provider) discover(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.verifier != nil {
		return p.verifier, nil
	}
	if time.Since(p.failed) < askAgain {
		return nil, ErrProviderAway
	}
	// The keys are read again when they have changed, long after this request.
	lasting := oidc.ClientContext(context.WithoutCancel(ctx), &http.Client{Timeout: providerTimeout})
	provider, err := oidc.NewProvider(lasting, p.Issuer)
	if err != nil {
		p.failed = time.Now()
		return nil, ErrProviderAway
	}
	p.verifier = provider.VerifierContext(lasting, &oidc.Config{ClientID: p.Audience})
	return p.verifier, nil
}

// userOf is the user here of a provider's subject; the first time it is made.
func (s *Service) userOf(ctx context.Context, token *oidc.IDToken, claims map[string]any) (*User, error) {
	store := s.store.(SubjectStore)
	user, err := store.UserBySubject(ctx, token.Issuer, token.Subject)
	if !errors.Is(err, ErrNotFound) {
		return user, err
	}
	s.provider.adding.Lock()
	defer s.provider.adding.Unlock()
	// A name that is taken is somebody else's, who must not be taken for this one.
	sum := sha256.Sum256([]byte(token.Issuer + "\n" + token.Subject))
	name := s.provider.username(claims, token.Subject)
	for _, free := range []string{name, name + "-" + hex.EncodeToString(sum[:4])} {
		made := &User{Username: free, PasswordHash: s.passwords.nobody, CreatedAt: time.Now().UTC()}
		err = store.AddSubject(ctx, token.Issuer, token.Subject, made)
		if !errors.Is(err, ErrUserExists) {
			return made, err
		}
		if user, known := store.UserBySubject(ctx, token.Issuer, token.Subject); known == nil {
			return user, nil // another request was quicker
		}
	}
	return nil, fmt.Errorf("the name %s of a user of %s: %w", name, token.Issuer, err)
}

var notInUsernames = regexp.MustCompile(`[^A-Za-z0-9._@-]+`)

// username is what the user is called here, made of what names may hold.
func (p *Provider) username(claims map[string]any, subject string) string {
	names := []string{p.UsernameClaim}
	if p.UsernameClaim == "" {
		names = []string{"preferred_username", "email"}
	}
	name := subject
	for _, claim := range names {
		if text, _ := claims[claim].(string); text != "" {
			name = text
			break
		}
	}
	name = strings.Trim(notInUsernames.ReplaceAllString(name, "-"), "-")
	if name == "" {
		name = "user"
	}
	return name[:min(len(name), 50)]
}
