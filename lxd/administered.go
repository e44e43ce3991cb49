package lxd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// administered is the project that owns what a project shows of a kind. The
// scope has to allow its change: for what is an ADMIN's it is an
// administrator's. One that is hidden looks like one that does not exist.
func (c *Client) administered(ctx context.Context, as Scope, project string, feature Feature) (string, error) {
	shown, err := c.Project(ctx, as, project)
	if err != nil {
		return "", err
	}
	owner := shown.Effective(feature)
	if err := enter(as, owner, false); err != nil {
		return "", err
	}
	if !as.Allows(owner, true) {
		return "", &ForbiddenError{Project: owner, Reason: fmt.Sprintf("only an ADMIN of the project %q may change that", owner)}
	}
	return owner, nil
}

// usedByError says what needs an object; of what the caller may not see, only
// how much it is.
func (c *Client) usedByError(as Scope, object string, users []string) error {
	if len(users) == 0 {
		return nil
	}
	const mostTold = 5
	var told []string
	for _, address := range users {
		id, ok := c.Reference(address)
		if ok && len(told) < mostTold && as.Allows(id.Project, false) {
			told = append(told, strings.ToLower(id.Kind)+" "+id.Name)
		}
	}
	slices.Sort(told)
	if rest := len(users) - len(told); rest > 0 {
		told = append(told, fmt.Sprintf("%d more", rest))
	}
	return &InUseError{object + " is in use: " + strings.Join(told, ", ")}
}

// taken reports whether LXD refused a name because something has it already.
func taken(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "already exists") || strings.Contains(err.Error(), "already in use"))
}

// hasControl reports whether a name has a line break or another control
// character. LXD takes them, and writes names into files of several lines.
func hasControl(name string) bool { return strings.ContainsFunc(name, unicode.IsControl) }
