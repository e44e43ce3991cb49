package lxd

import (
	"context"
	"net/http"
)

// administer is the gate in front of every change of what belongs to the
// server itself: a role in one project does not open it.
func administer(as Scope) error {
	if as.Allows("", true) {
		return nil
	}
	return &ForbiddenError{Reason: "only an ADMIN of the whole server may do that: a role in a project does not suffice"}
}

// administerWith is administer for what LXD has since an API extension.
func (c *Client) administerWith(ctx context.Context, as Scope, extension string) error {
	if err := administer(as); err != nil {
		return err
	}
	return c.need(ctx, extension)
}

// setGiven writes what a patch gives; nil leaves what is there.
func setGiven[T any](into object, key string, given *T) error {
	if given == nil {
		return nil
	}
	return into.write(key, *given)
}

// setList writes a list that a patch gives; nil leaves what is there.
func setList[T any](into object, key string, given []T) error {
	if given == nil {
		return nil
	}
	return into.write(key, given)
}

// setConfig changes the keys of a configuration that a patch gives.
func setConfig(into object, patch StringMapPatch) error {
	if len(patch) == 0 {
		return nil
	}
	config := StringMap{}
	if err := into.read("config", &config); err != nil {
		return err
	}
	if config == nil {
		config = StringMap{}
	}
	patch.apply(config)
	return into.write("config", config)
}

// nameTaken is what a name that is taken is told as, in whatever form LXD says it.
func nameTaken(err error, message string) error {
	if taken(err) || isStatus(err, http.StatusConflict) {
		return &ExistsError{message}
	}
	return err
}
