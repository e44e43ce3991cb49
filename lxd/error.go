package lxd

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Error is an answer of LXD of type "error".
type Error struct {
	// Status is LXD's error_code, an HTTP status. LXD answers many faults of
	// the caller with 500.
	Status int
	// Message is LXD's own text.
	Message string
}

func (e *Error) Error() string { return e.Message }

// IsNotFound reports whether LXD said, or we say for it, that a thing is not there.
func IsNotFound(err error) bool {
	var lxdError *Error
	return errors.As(err, &lxdError) && lxdError.Status == http.StatusNotFound
}

// UnavailableError says that LXD could not be reached or is starting or stopping.
type UnavailableError struct {
	// URL is the address of LXD.
	URL string
	// Cause is what the connection said.
	Cause error
}

func (e *UnavailableError) Error() string {
	hint := "it is stopped or starting; try again in a moment"
	if remote := strings.HasPrefix(e.URL, "https://"); remote && errors.Is(e.Cause, syscall.ECONNREFUSED) {
		hint = "nothing listens there; on LXD's host say `lxc config set core.https_address :8443`, and look whether LXD runs"
	} else if remote && (errors.As(e.Cause, new(tls.RecordHeaderError)) || errors.As(e.Cause, new(tls.AlertError)) || strings.Contains(fmt.Sprint(e.Cause), "protocol version")) {
		hint = "what listens there does not speak TLS 1.3, which every LXD does"
	}
	return fmt.Sprintf("LXD cannot be reached at %s: %s", e.URL, hint)
}

func (e *UnavailableError) Unwrap() error { return e.Cause }

// NotTrustedError says that LXD does not accept our client certificate (any more).
type NotTrustedError struct {
	// Fingerprint is the SHA-256 of our certificate, hexadecimal.
	Fingerprint string
	// Revoked is whether LXD trusted it before.
	Revoked bool
	// Expired is when our certificate has ended; zero when it has not.
	Expired time.Time
}

func (e *NotTrustedError) Error() string {
	if !e.Expired.IsZero() {
		return fmt.Sprintf("LXD does not trust the certificate of lxdql (SHA-256 %s), which expired at %s: remove it and its key, make new ones with `lxdql cert`, and add the certificate on LXD's host with `lxc config trust add <file>`", e.Fingerprint, e.Expired.UTC().Format(time.RFC3339))
	}
	const add = "add it on LXD's host with `lxc config trust add <file>`, or make a token there with `lxc config trust add --name lxdql` and give it to `lxdql trust` or to the mutation enrolServer"
	if e.Revoked {
		return "LXD has withdrawn its trust in the certificate of lxdql (SHA-256 " + e.Fingerprint + "): if that was not meant, " + add
	}
	return "LXD does not trust the certificate of lxdql (SHA-256 " + e.Fingerprint + "): " + add
}

// TokenError says that LXD does not take the trust token.
type TokenError struct{ Message string }

func (e *TokenError) Error() string { return e.Message }

// CertificateError says that the server does not show the certificate that it
// should: it may be another server than the one that was configured.
type CertificateError struct {
	// Expected is the SHA-256 that is trusted, hexadecimal; empty when it is not
	// the fingerprint that is wrong.
	Expected string
	// Seen is the SHA-256 of the certificate that was shown, hexadecimal.
	Seen string
	// Cause is what is wrong with the certificate; nil when it is the fingerprint.
	Cause error
}

func (e *CertificateError) Error() string {
	if e.Expected == "" {
		return fmt.Sprintf("LXD shows the certificate %s, which is not trusted: %v", e.Seen, e.Cause)
	}
	if e.Cause != nil {
		return fmt.Sprintf("LXD shows the certificate %s instead of %s: %v", e.Seen, e.Expected, e.Cause)
	}
	return fmt.Sprintf("LXD shows the certificate %s instead of %s, and lxdql does not speak to it: it may be another server. Compare it with `lxc info | grep fingerprint` on LXD's host; if it was renewed on purpose, an administrator accepts it with acceptServerCertificate(fingerprint: \"%s\")", e.Seen, e.Expected, e.Seen)
}

func (e *CertificateError) Unwrap() error { return e.Cause }

// ForbiddenError says that the caller's scope does not allow a change.
type ForbiddenError struct {
	// Project is where the change was to be made; empty for the server itself.
	Project string
	// Argument is the dotted path of the argument that asks for too much; empty
	// when it is the whole call.
	Argument string
	// Reason says what is not allowed.
	Reason string
}

func (e *ForbiddenError) Error() string {
	if e.Reason != "" {
		return e.Reason
	}
	if e.Project == "" {
		return "this is for an ADMIN of the whole server"
	}
	return fmt.Sprintf("you may not change anything in the project %q: ask an administrator for the role OPERATOR there", e.Project)
}

// ConflictError says that an object's state does not fit what was asked.
type ConflictError struct{ Message string }

func (e *ConflictError) Error() string { return e.Message }

// InUseError is a [ConflictError]: something else needs the object.
type InUseError struct{ Message string }

func (e *InUseError) Error() string { return e.Message }

func (e *InUseError) Unwrap() error { return &ConflictError{e.Message} }

// ExistsError says that a name is taken.
type ExistsError struct{ Message string }

func (e *ExistsError) Error() string { return e.Message }

// InputError says which argument LXD would not accept, before LXD is asked.
type InputError struct {
	// Argument is a dotted path: "input.name"; empty when the place of the
	// error in the query says it.
	Argument string
	// Message says what is wrong and what would be right.
	Message string
}

func (e *InputError) Error() string { return e.Message }

// OperationError says that an operation that was waited for did not succeed.
type OperationError struct{ Operation *Operation }

func (e *OperationError) Error() string {
	if e.Operation.Status() == OperationCancelled {
		return fmt.Sprintf("%s: the operation was cancelled", e.Operation.Description)
	}
	return e.Operation.Err
}

// LaggedError ends the stream of a subscriber that did not keep up.
type LaggedError struct {
	// Cursor is the last event that the subscriber was given; empty for none.
	Cursor string
}

func (e *LaggedError) Error() string {
	return "the subscription did not keep up with the events and was ended: subscribe again and read again what matters"
}

// ErrHubClosed ends the streams of all subscribers when the server stops.
var ErrHubClosed = errors.New("the server is shutting down: subscribe again in a moment")

func isStatus(err error, status int) bool {
	var lxdError *Error
	return errors.As(err, &lxdError) && lxdError.Status == status
}

// NotFound is LXD's own words for a thing that is not there: "Project not found".
func NotFound(kind string) error { return hidden(kind) }

func isMessage(err error, message string) bool {
	var lxdError *Error
	return errors.As(err, &lxdError) && lxdError.Message == message
}

// ExtensionError says that LXD's release lacks what was asked for.
type ExtensionError struct {
	// Extension is LXD's name for it, as in api_extensions.
	Extension string
}

func (e *ExtensionError) Error() string {
	return fmt.Sprintf("this LXD cannot do that: it lacks the API extension %q, which a newer release has", e.Extension)
}
