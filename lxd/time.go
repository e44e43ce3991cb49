package lxd

import (
	"io"
	"strconv"
	"strings"
	"time"
)

// Time is a moment as LXD writes it. LXD says "never" as the year 1 and as
// Unix 0 (seen on 5.0.2): both are the zero Time, which GraphQL shows as null.
type Time struct{ time.Time }

// UnmarshalJSON reads RFC 3339.
func (t *Time) UnmarshalJSON(data []byte) error {
	text := strings.Trim(string(data), `"`)
	if text == "" || text == "null" {
		*t = Time{}
		return nil
	}
	parsed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return err
	}
	if parsed.Year() <= 1 || parsed.Unix() == 0 {
		parsed = time.Time{}
	}
	t.Time = parsed.UTC()
	return nil
}

// MarshalGQL writes RFC 3339 in UTC, or null for never.
func (t Time) MarshalGQL(w io.Writer) {
	if t.IsZero() {
		io.WriteString(w, "null")
		return
	}
	io.WriteString(w, strconv.Quote(t.UTC().Format(time.RFC3339Nano)))
}

// UnmarshalGQL reads RFC 3339.
func (t *Time) UnmarshalGQL(value any) error {
	text, ok := value.(string)
	if !ok {
		return inputError("a Time is a string such as 2026-11-20T23:28:36Z, not %T", value)
	}
	parsed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return inputError("%q is not a Time such as 2026-11-20T23:28:36Z", text)
	}
	t.Time = parsed.UTC()
	return nil
}
