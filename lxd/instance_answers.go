package lxd

// creationError gives what LXD says of a caller's fault in a new instance, all
// of it with status 500, its type.
func creationError(err error) error {
	return told(err, []telling{
		{"Requested profile", asMissing},
		{"Reached maximum", asLimit},
		{"either directly or via a profile", asInput("input.config")}, // the project limits what it does not say
	})
}
