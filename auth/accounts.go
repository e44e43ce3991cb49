package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// CreateUserInput is a user to make.
type CreateUserInput struct {
	// Username is the name to log in with.
	Username string
	// Password is a first password.
	Password string
	// Role is the global one; nil for none.
	Role *Role
}

// UpdateUserInput is a change of a user: what is not given stays as it is.
type UpdateUserInput struct {
	// Username is a new name.
	Username *string
	// Role is the global one; given as nil it is taken away.
	Role graphql.Omittable[*Role]
	// Disabled is whether the user can do nothing.
	Disabled *bool
}

// administration returns the caller, who has to be an ADMIN of the server: one
// of a project has no say over users.
func administration(ctx context.Context) (*Identity, error) {
	caller := From(ctx)
	switch {
	case caller == nil:
		return nil, ErrUnauthenticated
	case !caller.IsAdmin():
		return nil, &refusal{"users are for an ADMIN of the whole server", ErrForbidden}
	}
	return caller, nil
}

// Users are all users, by name, for an ADMIN.
func (s *Service) Users(ctx context.Context) ([]*User, error) {
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	return s.store.Users(ctx)
}

// UserByID is the caller, or for an ADMIN any user; nil where there is none, and
// for others than the caller's to others than an ADMIN.
func (s *Service) UserByID(ctx context.Context, id int64) (*User, error) {
	caller := From(ctx)
	if caller == nil {
		return nil, nil
	}
	if caller.User.ID == id {
		return caller.User, nil
	}
	if !caller.IsAdmin() {
		return nil, nil
	}
	user, err := s.store.User(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return user, err
}

// AddUser makes a user, for an ADMIN.
func (s *Service) AddUser(ctx context.Context, input CreateUserInput) (*User, error) {
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	user, err := s.CreateUser(ctx, input.Username, input.Password, input.Role)
	return user, below("input", err)
}

// UpdateUser changes a user, for an ADMIN; the last ADMIN stays one. What the
// user has open ends when the user is disabled.
func (s *Service) UpdateUser(ctx context.Context, username string, input UpdateUserInput) (*User, error) {
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	if input.Username != nil {
		if err := checkUsername(*input.Username); err != nil {
			return nil, below("input", err)
		}
	}
	return s.change(ctx, username, func(user *User) error {
		if input.Username != nil {
			user.Username = *input.Username
		}
		if role, given := input.Role.ValueOK(); given {
			user.Role = role
		}
		if input.Disabled != nil && *input.Disabled == user.Enabled() {
			user.DisabledAt = nil
			if *input.Disabled {
				now := time.Now().UTC()
				user.DisabledAt = &now
			}
		}
		return nil
	})
}

// GrantRole gives a user a role in a project instead of the one there, for an ADMIN.
func (s *Service) GrantRole(ctx context.Context, username, project string, role Role) (*User, error) {
	if project == "" {
		return nil, &InputError{"project", "must be the name of a project: the role everywhere is updateUser's"}
	}
	return s.regrant(ctx, username, project, &Grant{project, role})
}

// RevokeRole takes a user's role in a project away, for an ADMIN; it is no error
// where there is none. The global role stays.
func (s *Service) RevokeRole(ctx context.Context, username, project string) (*User, error) {
	return s.regrant(ctx, username, project, nil)
}

func (s *Service) regrant(ctx context.Context, username, project string, grant *Grant) (*User, error) {
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	return s.change(ctx, username, func(user *User) error {
		user.Grants = slices.DeleteFunc(user.Grants, func(old *Grant) bool { return old.ProjectName == project })
		if grant != nil {
			user.Grants = append(user.Grants, grant)
		}
		return nil
	})
}

// DeleteUser deletes a user with all sessions and tokens, for an ADMIN; not the
// last ADMIN.
func (s *Service) DeleteUser(ctx context.Context, username string) (*User, error) {
	if _, err := administration(ctx); err != nil {
		return nil, err
	}
	user, err := s.store.DeleteUser(ctx, username)
	s.changed()
	return user, known(err, username)
}

// IsLastAdmin reports whether a user is the last ADMIN that can log in, who
// cannot be deleted.
func (s *Service) IsLastAdmin(ctx context.Context, user *User) (bool, error) {
	if !user.administers() {
		return false, nil
	}
	users, err := s.store.Users(ctx)
	return err == nil && !slices.ContainsFunc(users, func(other *User) bool { return other.ID != user.ID && other.administers() }), err
}

// SetPassword gives the caller a new password for the old one, or, for an
// ADMIN, another user. All other sessions of the user end.
func (s *Service) SetPassword(ctx context.Context, username, old *string, password string) (*User, error) {
	caller := From(ctx)
	if caller == nil {
		return nil, ErrUnauthenticated
	}
	own := username == nil || *username == caller.User.Username
	name := caller.User.Username
	if !own {
		if _, err := administration(ctx); err != nil {
			return nil, err
		}
		name = *username
	} else if err := s.provePassword(ctx, name, old); err != nil {
		return nil, err
	}
	kept := ""
	if own {
		kept = caller.SessionID
	}
	return s.ReplacePassword(ctx, name, password, kept)
}

// provePassword refuses an old password that is not the user's.
func (s *Service) provePassword(ctx context.Context, username string, old *string) error {
	if old == nil {
		return &InputError{"oldPassword", "is needed for a password of one's own"}
	}
	if _, err := s.prove(ctx, username, *old); err != nil {
		if errors.Is(err, ErrWrongPassword) {
			return &InputError{"oldPassword", "is not your password"}
		}
		return err
	}
	return nil
}

// ReplacePassword gives a user a new password, whoever asks, and ends the user's
// sessions but the kept one ("" for none).
func (s *Service) ReplacePassword(ctx context.Context, username, password, kept string) (*User, error) {
	if err := checkPassword(username, password); err != nil {
		var input *InputError
		if errors.As(err, &input) {
			return nil, &InputError{"newPassword", input.Message}
		}
		return nil, err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	user, err := s.change(ctx, username, func(user *User) error { user.PasswordHash = hash; return nil })
	if err != nil {
		return nil, err
	}
	if err := s.store.EndSessions(ctx, user.ID, kept); err != nil {
		return nil, fmt.Errorf("ending the sessions: %w", err)
	}
	s.changed()
	return user, nil
}

// change reads, changes and writes a user as one.
func (s *Service) change(ctx context.Context, username string, change func(*User) error) (*User, error) {
	user, err := s.store.ChangeUser(ctx, username, change)
	s.changed()
	return user, known(err, username)
}

// known says which user it is that there is not.
func known(err error, username string) error {
	if errors.Is(err, ErrNotFound) {
		return &refusal{fmt.Sprintf("there is no user %q", username), ErrNotFound}
	}
	return err
}

// below puts an argument's name in front of what is wrong in it.
func below(argument string, err error) error {
	var input *InputError
	if errors.As(err, &input) {
		return &InputError{argument + "." + input.Argument, input.Message}
	}
	return err
}
