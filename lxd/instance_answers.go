package lxd

import "strings"

// creationError gives what LXD says of a caller's fault in a new instance, all
// of it with status 500, its type.
func creationError(err error) error {
	return told(err, []telling{
		{"Requested profile", asMissing},
		{"Reached maximum", asLimit},
		{"either directly or via a profile", asInput("input.config")}, // the project limits what it does not say
	})
}

// profileError gives what LXD says of a caller's fault in a profile its type:
// of a new one with status 400, of a change with 500. A change that stays though
// an instance could not follow is no fault of what was given.
func profileError(err error) error {
	if err == nil || strings.Contains(err.Error(), "instances failed to update") {
		return err
	}
	config := asInput("input.config")
	return told(err, []telling{
		{"Network not found", asMissing},
		{"relies on this profile's root disk device", asConflict},
		{"Device validation failed", asInput("input.devices")},
		{"Reached maximum", asLimit},
		{"Unknown configuration key", config},
		{"Invalid ", config},
		{"mutually exclusive", config},
		{"can only be set on instances", config},
		{"Schedule must be", config},
	})
}
