package auth

import (
	"context"
	"time"
)

// Store is what a Service remembers. All methods may be called at the same
// time, from several processes too, and stop when ctx ends.
type Store interface {
	// HasUsers says whether there is any user.
	HasUsers(ctx context.Context) (bool, error)
	// AddUser keeps a new user and sets its ID; ErrUserExists if the name is taken.
	AddUser(ctx context.Context, user *User) error
	// UserByName returns a user that the caller owns, or ErrNotFound.
	UserByName(ctx context.Context, username string) (*User, error)
	// User returns a user by its id, or ErrNotFound; the caller owns it.
	User(ctx context.Context, id int64) (*User, error)
	// Users returns all users, by name.
	Users(ctx context.Context) ([]*User, error)
	// ChangeUser reads a user, has it changed, grants too, and keeps what it is
	// then, as one: of two changes at once, the second sees the first. It keeps
	// nothing when change fails, with ErrUserExists for a name that is taken,
	// with ErrLastAdmin when no ADMIN that is enabled would be left, and with
	// ErrNotFound.
	ChangeUser(ctx context.Context, username string, change func(*User) error) (*User, error)
	// DeleteUser forgets a user with sessions, tokens and grants, and returns
	// it; ErrLastAdmin and ErrNotFound as ChangeUser.
	DeleteUser(ctx context.Context, username string) (*User, error)
	// MoveProject gives the roles in a project, and the tokens for it, to another
	// name instead of those there; "" takes them away, with the tokens that are
	// for nothing else. It is false where there was nothing to change.
	MoveProject(ctx context.Context, name, newName string) (changed bool, err error)
	// AddMade remembers that a project is made now; Made is whether it was made
	// within a time that has just ended. It is forgotten some time later.
	AddMade(ctx context.Context, name string) error
	Made(ctx context.Context, name string, within time.Duration) (bool, error)
	// GrantedProjects are the names of projects that users have roles in or
	// tokens are for.
	GrantedProjects(ctx context.Context) ([]string, error)
	// Generation is a number that another change of users, grants and tokens
	// has made larger, and an end of a session that is not its time's.
	Generation(ctx context.Context) (int64, error)

	// AddSession keeps a new session.
	AddSession(ctx context.Context, session *Session) error
	// Session returns a session with its User, both owned by the caller, or
	// ErrNotFound when the session has ended, or its user is gone.
	Session(ctx context.Context, id string) (*Session, error)
	// Sessions returns the sessions of a user that have not ended, or with 0 those
	// of all, newest first.
	Sessions(ctx context.Context, userID int64) ([]*Session, error)
	// RotateSession replaces the refresh token `from` by `to` and sets the new
	// end of the session. It is false, and changes nothing, when `from` is not
	// the session's current token or the session has ended. Of several calls
	// with the same `from`, one is true.
	RotateSession(ctx context.Context, id, from, to string, expiresAt time.Time) (bool, error)
	// ExtendSession sets the end of a session that has not ended.
	ExtendSession(ctx context.Context, id string, expiresAt time.Time) error
	// EndSession forgets a session; one that is gone already is no error.
	EndSession(ctx context.Context, id string) error
	// EndSessions forgets all sessions of a user but one ("" for none).
	EndSessions(ctx context.Context, userID int64, kept string) error
	// PruneSessions forgets the sessions that ended before the given time.
	PruneSessions(ctx context.Context, before time.Time) error

	// AddToken keeps a new API token; ErrTokenExists when one has its hash.
	AddToken(ctx context.Context, token *ApiToken) error
	// Token returns a token with its User, both owned by the caller, or ErrNotFound.
	Token(ctx context.Context, id string) (*ApiToken, error)
	// TokenByHash is Token for who knows the text.
	TokenByHash(ctx context.Context, hash string) (*ApiToken, error)
	// Tokens returns the tokens of a user, or with 0 those of all, newest first.
	Tokens(ctx context.Context, userID int64) ([]*ApiToken, error)
	// RevokeToken forgets a token, or is ErrNotFound.
	RevokeToken(ctx context.Context, id string) error
	// TouchToken notes that a token was used.
	TouchToken(ctx context.Context, id string, at time.Time) error

	// Failures returns the failed attempts of keys that failed within a time, by
	// key; those that did not are missing.
	Failures(ctx context.Context, keys []string, within time.Duration) (map[string]Failures, error)
	// AddFailures counts another failure of each key. What failed last longer ago
	// than that is forgotten, and beyond 10 000 keys what failed longest ago.
	AddFailures(ctx context.Context, keys []string, within time.Duration) error
	// ForgetFailures forgets those of a key.
	ForgetFailures(ctx context.Context, key string) error

	// SettingOr returns the value kept under a key. Where there is none it
	// keeps and returns `value`; of several first calls one value wins, and
	// all return that one.
	SettingOr(ctx context.Context, key, value string) (string, error)
	// RotateSetting keeps a value under a key and the one that it had under
	// another, as one.
	RotateSetting(ctx context.Context, key, previous, value string) error
}
