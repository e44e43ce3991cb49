package transport

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// words are what a protocol calls the messages.
type words struct {
	subscribe, stop, next string
	legacy                bool
}

var (
	modern = words{subscribe: "subscribe", stop: "complete", next: "next"}
	legacy = words{subscribe: "start", stop: "stop", next: "data", legacy: true}
)

// message is one text frame.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func readMessage(data []byte) (message, bool) {
	var received message
	err := json.Unmarshal(data, &received)
	return received, err == nil && received.Type != ""
}

// params are what a subscribe message asks; false when they are malformed.
func (m message) params() (*graphql.RawParams, bool) {
	var fields map[string]json.RawMessage
	if m.ID == "" || json.Unmarshal(m.Payload, &fields) != nil || fields == nil {
		return nil, false
	}
	params, refused := parse(fields)
	return params, refused == nil
}

// authorization is the credential of a payload: the key of that name in any
// case, for clients write "Authorization" as well, or else "apiKey", which is
// told as a bearer's token; "" for none. It is false when the payload is no object.
func (m message) authorization() (string, bool) {
	if len(m.Payload) == 0 || string(m.Payload) == "null" {
		return "", true
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(m.Payload, &fields) != nil {
		return "", false
	}
	for _, wanted := range []struct{ name, scheme string }{{"authorization", ""}, {"apikey", "Bearer "}} {
		for _, key := range slices.Backward(slices.Sorted(maps.Keys(fields))) { // lower case first
			if value := fields[key]; strings.EqualFold(key, wanted.name) && string(value) != "null" {
				return wanted.scheme + text(value), true
			}
		}
	}
	return "", true
}

// text is a JSON string's content. What is no string stays JSON, so that it is
// refused as a credential instead of passed over.
func text(value json.RawMessage) string {
	var content string
	if json.Unmarshal(value, &content) != nil {
		return string(value)
	}
	return content
}

// frame encodes a message around a payload that is JSON already.
func frame(id, kind string, payload func(*bytes.Buffer)) []byte {
	buffer := new(bytes.Buffer)
	buffer.WriteByte('{')
	if id != "" {
		buffer.WriteString(`"id":`)
		buffer.Write(marshal(id, `""`)) // a string always marshals
		buffer.WriteByte(',')
	}
	buffer.WriteString(`"type":"` + kind + `"`)
	if payload != nil {
		buffer.WriteString(`,"payload":`)
		payload(buffer)
	}
	buffer.WriteByte('}')
	return buffer.Bytes()
}

// errorFrame tells the end of an operation by errors. The older protocol has
// one error where the newer has a list.
func (w words) errorFrame(id string, errs gqlerror.List) []byte {
	return frame(id, "error", func(buffer *bytes.Buffer) {
		const otherwise = `{"message":"the error cannot be encoded","extensions":{"code":"INTERNAL"}}`
		if w.legacy {
			buffer.Write(marshal(errs[0], otherwise))
		} else {
			buffer.Write(marshal(errs, "["+otherwise+"]"))
		}
	})
}
