package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// tokenPrefix is what scanners for secrets know our tokens by.
	tokenPrefix = "lxdql_"
	// mostTokens bounds the tokens of one user.
	mostTokens = 100
	// usedEvery is how often a use is written down: a token may be used many times a second.
	usedEvery = time.Minute
	// longestDescription is in bytes.
	longestDescription = 256
)

// ApiToken lets a program in as a user, with no more rights than the user has.
type ApiToken struct {
	// ID is random, unique and no secret.
	ID string
	// UserID is whose token it is; it goes when the user is deleted.
	UserID int64
	// User is filled in by the Store, and ignored by Store.AddToken.
	User *User
	// Hash is what the token is recognised by; the token itself is kept nowhere.
	Hash string `json:"-"`
	// Description says what it is for.
	Description string
	// Role is the highest role that it has; nil is the user's.
	Role *Role
	// Projects are the only ones that it is for; nil is all that the user has.
	Projects []string
	// ReadOnly says that it changes nothing, whatever its role.
	ReadOnly bool
	// FromEnvironment says that it is the one of API_KEY.
	FromEnvironment bool
	// ExpiresAt is when it ends; nil is never.
	ExpiresAt *time.Time
	// CreatedAt is when it was made; LastUsedAt when it was used, to a minute.
	CreatedAt  time.Time
	LastUsedAt *time.Time
}

// IsNode marks that a token has an id.
func (*ApiToken) IsNode() {}

// CreateApiTokenInput is a token to make.
type CreateApiTokenInput struct {
	// Description says what it is for.
	Description string
	// Role is the highest role that it has; nil is the user's.
	Role *Role
	// Projects are the only ones that it is for; nil is all that the user has.
	Projects []string
	// ExpiresAt is when it ends; nil is never.
	ExpiresAt *time.Time
	// ReadOnly says that it changes nothing.
	ReadOnly *bool
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// CreateToken makes a token for the caller, and returns it with its text, which
// is shown this once. What a token makes can do no more, and lives no longer,
// than itself.
func (s *Service) CreateToken(ctx context.Context, input CreateApiTokenInput) (*ApiToken, string, error) {
	caller := From(ctx)
	if caller == nil {
		return nil, "", ErrUnauthenticated
	}
	if err := caller.inherit(&input); err != nil {
		return nil, "", err
	}
	token, text, err := s.TokenFor(ctx, caller.User.ID, input, "")
	if err != nil {
		return nil, "", below("input", err)
	}
	token.User = caller.User
	return token, text, nil
}

// inherit refuses what the caller cannot give, and fills in what a token that
// calls hands on.
func (i *Identity) inherit(input *CreateApiTokenInput) error {
	if input.Role != nil && !i.Has(*input.Role) {
		return &refusal{fmt.Sprintf("the token cannot have the role %s, which you have in no project", *input.Role), ErrForbidden}
	}
	for _, project := range input.Projects {
		if !i.Allows(project, false) || project == "" {
			return &refusal{fmt.Sprintf("Project %q not found", project), ErrNotFound}
		}
	}
	if i.Token == nil {
		return nil
	}
	if input.Role == nil {
		input.Role = i.Token.Role
	}
	if input.Projects == nil {
		input.Projects = i.Token.Projects
	}
	if end := i.Token.ExpiresAt; end != nil && (input.ExpiresAt == nil || input.ExpiresAt.After(*end)) {
		input.ExpiresAt = end
	}
	return nil
}

// TokenFor makes a token for a user, whoever asks. A text that was chosen
// elsewhere is taken over; "" makes one.
func (s *Service) TokenFor(ctx context.Context, userID int64, input CreateApiTokenInput, text string) (*ApiToken, string, error) {
	if err := checkToken(input); err != nil {
		return nil, "", err
	}
	existing, err := s.store.Tokens(ctx, userID)
	if err != nil {
		return nil, "", fmt.Errorf("reading the tokens: %w", err)
	}
	if len(existing) >= mostTokens {
		return nil, "", &refusal{fmt.Sprintf("a user has at most %d tokens: revoke one that is not used any more", mostTokens), ErrLimit}
	}
	if text == "" {
		text = tokenPrefix + rand.Text() + rand.Text()
	} else if err := checkImported(text); err != nil {
		return nil, "", err
	}
	token, err := s.importToken(ctx, &ApiToken{
		UserID: userID, Description: input.Description, Role: input.Role, Projects: input.Projects,
		ReadOnly: input.ReadOnly != nil && *input.ReadOnly, ExpiresAt: input.ExpiresAt,
	}, text)
	return token, text, err
}

// importToken keeps a token by its text.
func (s *Service) importToken(ctx context.Context, token *ApiToken, text string) (*ApiToken, error) {
	user, err := s.store.User(ctx, token.UserID)
	if err != nil {
		return nil, fmt.Errorf("reading the user: %w", err)
	}
	token.ID, token.Hash, token.CreatedAt, token.User = rand.Text(), hashToken(text), time.Now().UTC(), user
	if err := s.store.AddToken(ctx, token); err != nil {
		return nil, fmt.Errorf("keeping the token: %w", err)
	}
	return token, nil
}

func checkToken(input CreateApiTokenInput) error {
	switch {
	case len(input.Description) > longestDescription || strings.ContainsAny(input.Description, "\r\n"):
		return &InputError{"description", fmt.Sprintf("must be one line of at most %d bytes", longestDescription)}
	case input.ExpiresAt != nil && !input.ExpiresAt.After(time.Now()):
		return &InputError{"expiresAt", "must be in the future"}
	case input.Role != nil && input.Role.rank() == 0:
		return &InputError{"role", "must be VIEWER, OPERATOR or ADMIN"}
	case input.Projects != nil && len(input.Projects) == 0:
		return &InputError{"projects", "must name a project, or be left out for all"}
	}
	return nil
}

// checkImported refuses a token that could be guessed, and one that would be
// taken for a JWT.
func checkImported(text string) error {
	printable := !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
	switch {
	case len(text) < 16 || len(text) > 512 || !printable:
		return &InputError{"token", "must be 16 to 512 letters, digits and signs without spaces"}
	case isPlaceholder(text):
		return &InputError{"token", "is a placeholder, which anybody could guess: make one with `openssl rand -hex 32`"}
	case isJWT(text):
		return &InputError{"token", "must not have two dots, which would make it look like a log-in's"}
	}
	return nil
}

// Tokens are the caller's tokens, or for an ADMIN with all those of everybody.
func (s *Service) Tokens(ctx context.Context, all bool) ([]*ApiToken, error) {
	return ofCaller(ctx, all, s.store.Tokens)
}

// TokenByID is a token of the caller, or for an ADMIN of anybody; nil where there
// is none, and for others'.
func (s *Service) TokenByID(ctx context.Context, id string) (*ApiToken, error) {
	token, err := s.store.Token(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !From(ctx).mayKnowOf(token.UserID) {
		return nil, nil
	}
	return token, nil
}

// RevokeToken revokes a token of the caller, or for an ADMIN of anybody: what is
// open with it ends at once. One that is not there, or is another's, is ErrNotFound.
func (s *Service) RevokeToken(ctx context.Context, id string) error {
	token, err := s.TokenByID(ctx, id)
	if err != nil {
		return err
	}
	if token == nil {
		return &refusal{"there is no such token", ErrNotFound}
	}
	return s.ForgetToken(ctx, id)
}

// ForgetToken revokes a token, whoever asks; ErrNotFound for none.
func (s *Service) ForgetToken(ctx context.Context, id string) error {
	err := s.store.RevokeToken(ctx, id)
	s.changed()
	return err
}
