package auth

import (
	"context"
	"regexp"
	"time"
)

// User is somebody who can log in.
type User struct {
	// ID is unique for good: the id of a deleted user is not given out again.
	ID int64
	// Username is the name to log in with: 1 to 64 letters, digits and . _ - @
	Username string
	// Role holds in every project; nil leaves what is granted per project.
	Role *Role
	// PasswordHash is in argon2id's own format.
	PasswordHash string `json:"-"`
	// CreatedAt is when the user was made, in UTC.
	CreatedAt time.Time
}

const (
	shortestPassword = 8
	longestPassword  = 256
)

// IsNode marks that a user has an id.
func (*User) IsNode() {}

// CreateUser makes a user. A nil role is a user with no rights outside of
// grants. The password is 8 to 256 bytes long. It fails with an *InputError
// for an argument that breaks a rule, and with ErrUserExists for a taken name.
func (s *Service) CreateUser(ctx context.Context, username, password string, role *Role) (*User, error) {
	if err := checkUser(username, password, role); err != nil {
		return nil, err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	user := &User{Username: username, Role: role, PasswordHash: hash, CreatedAt: time.Now().UTC()}
	if err := s.store.AddUser(ctx, user); err != nil {
		return nil, err
	}
	return user, nil
}

func checkUser(username, password string, role *Role) error {
	if !regexp.MustCompile(`\A[A-Za-z0-9._@-]{1,64}\z`).MatchString(username) {
		return &InputError{"username", "must be 1 to 64 characters out of a-z A-Z 0-9 . _ - @"}
	}
	if len(password) < shortestPassword || len(password) > longestPassword {
		return &InputError{"password", "must be 8 to 256 bytes long"}
	}
	if role != nil && role.rank() == 0 {
		return &InputError{"role", "must be VIEWER, OPERATOR or ADMIN"}
	}
	return nil
}
