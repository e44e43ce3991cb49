package lxd

import (
	"errors"
	"net/http"
	"strings"
)

// checkFilter refuses an expression that would break LXD, or would tell a
// caller the secrets of a configuration by trying values.
func checkFilter(as Scope, project string, all bool, filter string) error {
	for _, unsafe := range []string{"state.", "snapshots.", "backups."} {
		if strings.Contains(filter, unsafe) {
			return &InputError{Argument: "filter", Message: "LXD cannot filter by " + unsafe + "*: use `where`"}
		}
	}
	in := projectOrDefault(project)
	if all {
		in = ""
	}
	if strings.Contains(strings.ToLower(filter), "config") && !SeesSecrets(as, in) {
		return &ForbiddenError{Argument: "filter", Reason: "a filter by configuration could ask for secrets that are hidden from you: use `where`"}
	}
	return nil
}

// filterError is LXD's refusal of an expression: 5.0.2 says it with status 500.
func filterError(filter string, err error) error {
	var refused *Error
	if filter != "" && errors.As(err, &refused) && (refused.Status == http.StatusBadRequest || strings.Contains(refused.Message, "filter")) {
		return &InputError{Argument: "filter", Message: refused.Message + `: an expression is like: name eq web1 and status eq Running`}
	}
	return err
}
