package lxd

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// longestFilter bounds what LXD evaluates for each object, in bytes.
const longestFilter = 4096

// checkFilter refuses an expression that would break LXD, or would tell a
// caller the secrets of a configuration by trying values.
func checkFilter(as Scope, project string, all bool, filter string) error {
	if len(filter) > longestFilter {
		return &InputError{Argument: "filter", Message: fmt.Sprintf("a filter has at most %d bytes: use `where`", longestFilter)}
	}
	for _, unsafe := range []string{"state.", "snapshots.", "backups."} {
		if strings.Contains(filter, unsafe) {
			return &InputError{Argument: "filter", Message: "LXD cannot filter by " + unsafe + "*: use `where`"}
		}
	}
	if field := fieldInto(filter); field != "" {
		return &InputError{Argument: "filter", Message: "LXD cannot filter by " + field + ": only config, expanded_config, devices, expanded_devices and properties have fields below them"}
	}
	in := projectOrDefault(project)
	if all {
		in = ""
	}
	if strings.Contains(strings.ToLower(filter), "config") && !SeesSecrets(as, in) {
		return &ForbiddenError{Argument: "filter", Reason: "a filter by configuration could ask for secrets that are hidden from you: use `where`"}
	}
	if field := secretField(filter); field != "" && !SeesSecrets(as, in) {
		return &ForbiddenError{Argument: "filter", Reason: "a filter by " + field + " could ask for secrets that are hidden from you"}
	}
	if strings.Contains(filter, "used_by") && !as.Allows("", true) {
		return &ForbiddenError{Argument: "filter", Reason: "a filter by what uses an object could ask for what is hidden from you: use `where`"}
	}
	return nil
}

// filterMaps are the only values of LXD's objects that a filter may look into: the
// handler of 5.0.2 breaks off without an answer where it is asked for a field
// of a text, a time or a list, whatever the operator is (seen: "name.x eq y").
var filterMaps = []string{"config", "expanded_config", "devices", "expanded_devices", "properties"}

// fieldInto is the first field of an expression that looks into something else
// than a map; "" for none. However a release reads quotes, a field stands at
// the beginning or behind one of three words.
func fieldInto(filter string) string {
	before := "and"
	for word := range strings.FieldsSeq(filter) {
		parent, _, nested := strings.Cut(word, ".")
		if nested && isOneOf(before, "and", "or", "not") && !slices.Contains(filterMaps, parent) {
			return word
		}
		before = word
	}
	return ""
}

// secretField is the first option of a device that may be secret and that an
// expression names; "" for none.
func secretField(filter string) string {
	for word := range strings.FieldsSeq(filter) {
		parts := strings.SplitN(word, ".", 3)
		if len(parts) == 3 && strings.HasSuffix(parts[0], "devices") && IsSecretKey(parts[2]) {
			return word
		}
	}
	return ""
}

func isOneOf(word string, those ...string) bool {
	return slices.ContainsFunc(those, func(one string) bool { return strings.EqualFold(word, one) })
}

// filterError is LXD's refusal of an expression: 5.0.2 says it with status 500.
func filterError(filter string, err error) error {
	var refused *Error
	if filter != "" && errors.As(err, &refused) && (refused.Status == http.StatusBadRequest || strings.Contains(refused.Message, "filter")) {
		return &InputError{Argument: "filter", Message: refused.Message + `: an expression is like: name eq web1 and status eq Running`}
	}
	return err
}
