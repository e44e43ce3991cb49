package lxd

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// onMember is the parameter that says which cluster member is meant.
func onMember(member string) string { return url.Values{"target": {member}}.Encode() }

// isAnswer reads the message of an answer of LXD that is an error, other than
// that something is not there.
func isAnswer(err error, message *string) bool {
	var answer *Error
	if !errors.As(err, &answer) || answer.Status == http.StatusNotFound {
		return false
	}
	*message = answer.Message
	return true
}

// orInput is err, or where there is none that an argument is wrong.
func orInput(err error, argument, message string) error {
	if err != nil {
		return err
	}
	return &InputError{argument, message}
}

// atTarget is what a create answers: a target that is no cluster member, as
// outside a cluster none is, is LXD's 404.
func atTarget(target *string, err error) error {
	if target != nil && isMessage(err, "Cluster member not found") {
		return &InputError{"input.target", "there is no cluster member " + *target}
	}
	return err
}

// telling is a part of a message of LXD's, and the error that it is.
type telling struct {
	part string
	make func(message string) error
}

// told is the first error that an answer of LXD's fits; else the answer itself.
func told(err error, tellings []telling) error {
	message := ""
	if !isAnswer(err, &message) {
		return err
	}
	for _, one := range tellings {
		if strings.Contains(message, one.part) {
			return one.make(message)
		}
	}
	return err
}

func asInput(argument string) func(string) error {
	return func(message string) error { return &InputError{argument, message} }
}

func asInUse(message string) error { return &InUseError{message} }

func asConflict(message string) error { return &ConflictError{message} }

func asLimit(message string) error { return &LimitError{message} }

func asMissing(message string) error { return &Error{http.StatusNotFound, message} }

func asExists(message string) error { return &ExistsError{message} }
