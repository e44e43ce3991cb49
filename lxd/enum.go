package lxd

// An enum's Go values are the names that GraphQL shows. What LXD calls them is
// read where the wire type is decoded, and an unknown word becomes UNKNOWN: a
// newer LXD never fails a query.

// known is the name among names that equals text, or UNKNOWN.
func known[E ~string](text string, names ...E) E {
	for _, name := range names {
		if string(name) == text {
			return name
		}
	}
	return "UNKNOWN"
}
