package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// buffers are used again: an answer of a thousand objects is some hundred kilobytes.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestKept bounds what a buffer keeps of the memory of a large answer, in bytes.
const largestKept = 4 << 20

func release(buffer *bytes.Buffer) {
	if buffer.Cap() <= largestKept {
		buffer.Reset()
		buffers.Put(buffer)
	}
}

// encode writes a response. Its data is JSON already and is copied, not
// encoded again. A request that was refused has no data at all.
func encode(buffer *bytes.Buffer, response *graphql.Response) {
	buffer.WriteByte('{')
	separator := ""
	field := func(name string, value []byte) {
		buffer.WriteString(separator + `"` + name + `":`)
		buffer.Write(value)
		separator = ","
	}
	if len(response.Errors) > 0 {
		field("errors", marshal(response.Errors, `[{"message":"the errors cannot be encoded","extensions":{"code":"INTERNAL"}}]`))
	}
	if after := retryAfter(response); after != nil {
		field("status", []byte(`"error"`))
		field("error", []byte(`"Rate limit exceeded"`))
		field("retry_after_seconds", marshal(after, "0"))
		for name, extension := range map[string]string{"limit": "limit", "window_seconds": "windowSeconds"} {
			if value, ok := response.Errors[0].Extensions[extension]; ok {
				field(name, marshal(value, "0"))
			}
		}
	}
	if len(response.Data) > 0 {
		field("data", response.Data)
	}
	if len(response.Extensions) > 0 {
		field("extensions", marshal(response.Extensions, `{}`))
	}
	buffer.WriteByte('}')
}

// marshal encodes what is not data. Somebody may have put what is no JSON into
// an error's extensions: then it is told otherwise.
func marshal(value any, otherwise string) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		return []byte(otherwise)
	}
	return data
}

// write answers with JSON.
func (f format) write(w http.ResponseWriter, status int, response *graphql.Response) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer release(buffer)
	encode(buffer, response)
	buffer.WriteByte('\n') // for people with a terminal
	contentType := f.contentType
	if contentType == "" {
		contentType = typeJSON
	}
	w.Header().Set("Content-Type", contentType+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(buffer.Len()))
	if w.Header().Get("ETag") == "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(buffer.Bytes())
}
