package lxd

import (
	"encoding/json"
	"fmt"
	"io"
)

// JSON is any JSON value, kept as the bytes that LXD sent; nil is null.
type JSON json.RawMessage

// MarshalJSON writes the bytes as they are.
func (j JSON) MarshalJSON() ([]byte, error) {
	if len(j) == 0 {
		return []byte("null"), nil
	}
	return j, nil
}

// UnmarshalJSON keeps a copy of the bytes.
func (j *JSON) UnmarshalJSON(data []byte) error {
	*j = append((*j)[:0], data...)
	return nil
}

// MarshalGQL writes the bytes as they are.
func (j JSON) MarshalGQL(w io.Writer) {
	if len(j) == 0 {
		io.WriteString(w, "null")
		return
	}
	w.Write(j)
}

// UnmarshalGQL takes any value.
func (j *JSON) UnmarshalGQL(value any) error {
	data, err := json.Marshal(value)
	*j = data
	return err
}

// StringMap is LXD's form of configuration: every value is a string.
type StringMap map[string]string

// MarshalGQL writes a JSON object, its keys in order.
func (m StringMap) MarshalGQL(w io.Writer) {
	if m == nil {
		m = StringMap{}
	}
	writeJSON(w, m)
}

// UnmarshalGQL reads a JSON object. Numbers and booleans are taken as what
// they look like, because LXD's keys hold both: {"limits.cpu": 2}.
func (m *StringMap) UnmarshalGQL(value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return inputError(`a StringMap is a JSON object such as {"limits.cpu": "2"}, not %s`, jsonKind(value))
	}
	*m = make(StringMap, len(object))
	for key, entry := range object {
		if err := checkKey(key); err != nil {
			return err
		}
		text, err := stringOf(entry)
		if err != nil {
			return inputError("the value of %q %w", key, err)
		}
		(*m)[key] = text
	}
	return nil
}

func stringOf(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool, int64, int, float64, json.Number:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("has to be a string, not %s", jsonKind(value))
}

func jsonKind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	}
	return "a number"
}

func writeJSON(w io.Writer, value any) {
	data, err := json.Marshal(value)
	if err != nil { // maps of strings always marshal
		data = []byte("null")
	}
	w.Write(data)
}

// inputError is about the argument that is being read, whose path the caller knows.
func inputError(format string, arguments ...any) error {
	return &InputError{Message: fmt.Errorf(format, arguments...).Error()}
}
