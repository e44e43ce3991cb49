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
	// Grants are the roles that hold in one project, by project name.
	Grants []*Grant
	// DisabledAt is since when the user can do nothing; nil for one that can.
	DisabledAt *time.Time
	// PasswordHash is in argon2id's own format.
	PasswordHash string `json:"-"`
	// CreatedAt is when the user was made, in UTC.
	CreatedAt time.Time
}

// Grant is a role in one project.
type Grant struct {
	// ProjectName is the project, by its name.
	ProjectName string
	// Role is what the user may do there, if the global role is lower.
	Role Role
}

// IsNode marks that a user has an id.
func (*User) IsNode() {}

// Enabled says whether the user can log in.
func (u *User) Enabled() bool { return u.DisabledAt == nil }

// administers says whether the user can still do what an ADMIN can.
func (u *User) administers() bool { return u.Enabled() && u.Role != nil && *u.Role == RoleAdmin }

// LeavesNoAdmin says whether a change from before to after takes an ADMIN away:
// a Store then has to look for another one. A nil after is a deleted user.
func LeavesNoAdmin(before, after *User) bool {
	return before.administers() && (after == nil || !after.administers())
}

// grants are the user's, by project.
func (u *User) grants() map[string]Role {
	roles := make(map[string]Role, len(u.Grants))
	for _, grant := range u.Grants {
		roles[grant.ProjectName] = grant.Role
	}
	return roles
}

// CreateUser makes a user, whoever asks. A nil role is a user with no rights
// outside of grants. It fails with an *InputError for an argument that breaks a
// rule, and with ErrUserExists for a taken name.
func (s *Service) CreateUser(ctx context.Context, username, password string, role *Role) (*User, error) {
	if err := checkUsername(username); err != nil {
		return nil, err
	}
	if err := checkPassword(username, password); err != nil {
		return nil, err
	}
	if role != nil && role.rank() == 0 {
		return nil, &InputError{"role", "must be VIEWER, OPERATOR or ADMIN"}
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

var usernames = regexp.MustCompile(`\A[A-Za-z0-9._@-]{1,64}\z`)

func checkUsername(username string) error {
	if !usernames.MatchString(username) {
		return &InputError{"username", "must be 1 to 64 characters out of a-z A-Z 0-9 . _ - @"}
	}
	return nil
}
