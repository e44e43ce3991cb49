package auth

import "errors"

// The refusals of this package. Test for them with errors.Is; each of those
// below the first that say "log in" is an ErrUnauthenticated too.
//
//	error               what it means                            what helps
//	ErrUnauthenticated  nobody is logged in                      log in
//	ErrWrongPassword    no such user, or not their password      try again
//	ErrTokenExpired     a genuine token whose time is over       refreshToken, else log in
//	ErrTokenInvalid     forged, damaged, of the wrong kind, or   log in
//	                    of a session or a user that is gone
//	ErrTokenReused      a refresh token that had been used; its  log in
//	                    session is over (an ErrTokenInvalid)
//	ErrBarred           a provider's user who was deleted here       ask an ADMIN
//	ErrForbidden        logged in, but without the role          ask an ADMIN
//	ErrUserExists       the user name is taken                   choose another
//	ErrLastAdmin        it would leave no ADMIN                  make another ADMIN first
//	ErrTokenExists      the token is another's already           choose another
//	ErrLimit            there are as many as there may be        end one of them
//	ErrNotFound         there is no such user or token           look at the list
var (
	ErrUnauthenticated = errors.New("log in first: send the header Authorization: Bearer with the accessToken of the mutation login")
	ErrForbidden       = errors.New("your role does not allow this")
	ErrUserExists      = errors.New("a user of this name exists already")
	ErrLastAdmin       = errors.New("this is the last ADMIN that can log in: make another one first")
	ErrTokenExists     = errors.New("there is a token with this text already")
	ErrLimit           = errors.New("there are too many already")
	ErrNotFound        = errors.New("there is no such thing")

	errConfined = &refusal{"this token is for single projects, and the account that it belongs to is not its business", ErrForbidden}
	// ErrRightsTaken ends what is open of a caller who may do less than before.
	ErrRightsTaken   error = &refusal{"your rights are less than when this was opened: open it again for what is left of them", ErrForbidden}
	ErrWrongPassword error = &refusal{"the user name or the password is wrong", ErrUnauthenticated}
	ErrTokenExpired  error = &refusal{"the token has expired: use the mutation refreshToken, or log in again", ErrUnauthenticated}
	ErrTokenInvalid  error = &refusal{"the token is not valid here, or it has ended: log in again, or ask for another token", ErrUnauthenticated}
	ErrBarred        error = &refusal{"an administrator has deleted you here: ask one to let you in again (readmitUser)", ErrUnauthenticated}
	ErrTokenReused   error = &refusal{"this refresh token had been used before, so its session is ended: log in again", ErrTokenInvalid}
)

// refusal is an error with a message of its own that is also of another kind.
type refusal struct {
	message string
	kind    error
}

func (r *refusal) Error() string { return r.message }
func (r *refusal) Unwrap() error { return r.kind }

// Forbidden tells a caller who is known, and may not, from one who is not known.
func (r *refusal) Forbidden() bool { return errors.Is(r.kind, ErrForbidden) }

// InputError says which argument of a call breaks a rule, and which rule.
type InputError struct {
	// Argument is the name of the argument: "username", "password" or "role".
	Argument string
	// Message is the rule, for a person to read.
	Message string
}

// Error names the argument and the rule that it breaks.
func (e *InputError) Error() string { return e.Argument + ": " + e.Message }
