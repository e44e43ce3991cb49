package lxd

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Cursor is an event's place in the stream of one server. Its text is opaque to
// callers; later events have larger sequences.
type Cursor struct {
	// Server is lxdql's name for the LXD server.
	Server string
	// Journal is where sequences are counted: those of another are no places here.
	Journal string
	// Sequence counts events, with holes after a restart.
	Sequence uint64
}

// String is the cursor's text: URL-safe letters only.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.Server + "\n" + c.Journal + "\n" + strconv.FormatUint(c.Sequence, 36)))
}

// ParseCursor reads what String wrote; anything else is an *InputError about
// the argument after.
func ParseCursor(text string) (Cursor, error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.Split(string(data), "\n")
	if err == nil && len(parts) == 3 {
		if sequence, err := strconv.ParseUint(parts[2], 36, 63); err == nil {
			return Cursor{parts[0], parts[1], sequence}, nil
		}
	}
	return Cursor{}, &InputError{"after", "this is not the cursor of an event: take it from the field `cursor` of one"}
}

// CursorExpiredError says that events after a cursor are not known any more.
type CursorExpiredError struct {
	// Oldest is the oldest cursor that events are known after.
	Oldest string
}

func (e *CursorExpiredError) Error() string {
	return "the events after this cursor are not kept any more: read again what matters, and go on after oldestCursor"
}
