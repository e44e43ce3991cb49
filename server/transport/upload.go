package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

const (
	// mostFiles is how many files a request may bring.
	mostFiles = 10
	// framing is what multipart/form-data may take besides operations and files.
	framing = 64 << 10
)

// preflighted are headers that a page of another origin cannot send without
// asking first: a form of its own, which needs no leave, has none of them.
var preflighted = []string{"Authorization", "X-API-Key", "PRIVATE-TOKEN", "X-CSRF-Token", "Apollo-Require-Preflight", "GraphQL-Require-Preflight"}

// Uploads takes requests that bring files, as the GraphQL multipart request
// specification says.
type Uploads struct {
	// MaxBytes bounds the files of a request together.
	MaxBytes int64
	// Quiet is how long nothing may come.
	Quiet time.Duration
	// Known says whether somebody has logged in: nobody else may send files.
	Known func(context.Context) bool
	// At bounds how many requests hold files at once: each takes a place in it until its end.
	At chan struct{}
}

// read takes a request: its files go into one temporary file, which has no name
// any more, so that nothing of it stays whatever happens. It is closed when the
// request ends.
func (u *Uploads) read(w http.ResponseWriter, r *http.Request, limit int64) (*graphql.RawParams, *refusal) {
	switch {
	case !slices.ContainsFunc(preflighted, func(name string) bool { return r.Header.Get(name) != "" }):
		return nil, &refusal{status: http.StatusForbidden, code: "FORBIDDEN", message: "multipart/form-data needs a header that browsers do not let other pages send: Authorization, or with the cookie X-CSRF-Token (any value)"}
	case !u.Known(r.Context()):
		return nil, &refusal{status: http.StatusUnauthorized, code: "UNAUTHENTICATED", message: "files are not taken from anonymous callers: log in first and send the token as `Authorization: Bearer …`"}
	case r.ContentLength > u.MaxBytes+limit+framing:
		return nil, u.tooLarge()
	}
	select {
	case u.At <- struct{}{}:
	default:
		return nil, &refusal{status: http.StatusTooManyRequests, code: "RATE_LIMITED", message: fmt.Sprintf("%d requests bring files already, the most that this server takes: try again in a moment, or send the bytes to /api/v1", cap(u.At))}
	}
	context.AfterFunc(r.Context(), func() { <-u.At })
	control := http.NewResponseController(w)
	defer control.SetReadDeadline(time.Time{})
	r.Body = http.MaxBytesReader(w, &hurried{r.Body, control, u.Quiet, time.Now().Add(u.Quiet)}, u.MaxBytes+limit+framing)
	form, err := r.MultipartReader()
	if err != nil {
		return nil, badRequest("the body is no multipart/form-data with a boundary")
	}
	params, err := u.form(r.Context(), form, limit)
	if err != nil {
		w.Header().Set("Connection", "close") // what comes of the body after this is nobody's
		return nil, u.refused(err)
	}
	return params, nil
}

// slowest is how many bytes have to come in a second, all in all: places for
// files are few, and a drop now and then would hold one for days.
const slowest = 16 << 10

// hurried is a body whose sender may neither pause for long nor drip.
type hurried struct {
	io.ReadCloser
	control *http.ResponseController
	quiet   time.Duration
	end     time.Time // moves with what has come
}

func (h *hurried) Read(p []byte) (int, error) {
	until := time.Now().Add(h.quiet)
	if h.end.Before(until) {
		until = h.end
	}
	_ = h.control.SetReadDeadline(until) // where the server can
	n, err := h.ReadCloser.Read(p)
	h.end = h.end.Add(time.Duration(n) * time.Second / slowest)
	return n, err
}

func (u *Uploads) tooLarge() *refusal {
	return &refusal{status: http.StatusRequestEntityTooLarge, code: "LIMIT_EXCEEDED", message: fmt.Sprintf("the files are larger than %d bytes: send larger ones to /api/v1, where there is no limit", u.MaxBytes)}
}

// refused says what was wrong with a body.
func (u *Uploads) refused(err error) *refusal {
	var wrong *refusedError
	switch {
	case errors.As(err, &wrong):
		return wrong.refusal
	case errors.As(err, new(*http.MaxBytesError)), errors.Is(err, errFilesTooLarge):
		return u.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{status: http.StatusRequestTimeout, code: "TIMEOUT", message: fmt.Sprintf("nothing came for %s, or all came too slowly, so that the upload was given up", u.Quiet)}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &refusal{status: http.StatusInsufficientStorage, code: "LIMIT_EXCEEDED", message: "the server has no room for the files now: try again later, or send them to /api/v1, which needs none"}
	case errors.As(err, new(*os.PathError)):
		return &refusal{status: http.StatusInternalServerError, code: "INTERNAL", message: "internal error: the files could not be kept while they came"}
	}
	return badRequest("the upload was cut off or is no multipart/form-data: send it again")
}

var errFilesTooLarge = errors.New("the files are too large")

// refusedError is a refusal on its way out of what reads.
type refusedError struct{ *refusal }

func (e *refusedError) Error() string { return e.message }

func wrong(format string, about ...any) error {
	return &refusedError{badRequest(fmt.Sprintf(format, about...))}
}

// form reads operations, map and files, which come in this order.
func (u *Uploads) form(ctx context.Context, form *multipart.Reader, limit int64) (*graphql.RawParams, error) {
	var operations map[string]json.RawMessage
	if err := field(form, "operations", limit, &operations); err != nil {
		return nil, err
	}
	params, refused := parse(operations)
	if refused != nil {
		return nil, &refusedError{refused}
	}
	var places map[string][]string
	if err := field(form, "map", framing, &places); err != nil {
		return nil, err
	}
	if len(places) > mostFiles {
		return nil, wrong("a request brings at most %d files", mostFiles)
	}
	spool, err := os.CreateTemp("", "lxdql-upload-")
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { spool.Close() })
	if err := os.Remove(spool.Name()); err != nil {
		return nil, err
	}
	for at := int64(0); ; {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		key := part.FormName()
		if len(places[key]) == 0 {
			return nil, wrong("the part %.40q is not in map, or comes twice", key)
		}
		size, err := io.Copy(spool, &io.LimitedReader{R: part, N: u.MaxBytes - at + 1})
		if err != nil {
			return nil, err
		}
		if at+size > u.MaxBytes {
			return nil, errFilesTooLarge
		}
		for _, path := range places[key] {
			file := graphql.Upload{File: io.NewSectionReader(spool, at, size), Filename: part.FileName(), Size: size, ContentType: part.Header.Get("Content-Type")}
			if err := put(params.Variables, path, file); err != nil {
				return nil, err
			}
		}
		delete(places, key)
		at += size
	}
	for key := range places {
		return nil, wrong("map names the part %.40q, which did not come", key)
	}
	return params, nil
}

// field reads a part that is JSON.
func field(form *multipart.Reader, name string, limit int64, into any) error {
	part, err := form.NextRawPart()
	if errors.Is(err, io.EOF) || (err == nil && part.FormName() != name) {
		return wrong("the parts are operations, map and then the files, in this order: here has to be %s", name)
	}
	if err != nil {
		return err
	}
	text, err := io.ReadAll(&io.LimitedReader{R: part, N: limit + 1})
	switch {
	case err != nil:
		return err
	case int64(len(text)) > limit:
		return &refusedError{&refusal{status: http.StatusRequestEntityTooLarge, code: "LIMIT_EXCEEDED", message: fmt.Sprintf("the part %s is larger than %d bytes", name, limit)}}
	case json.Unmarshal(text, into) != nil:
		return wrong("the part %s is not JSON as it has to be: an object; several requests in one are not served", name)
	}
	return nil
}

// put sets a file into the variables, where a null stands for it.
func put(variables map[string]any, path string, file graphql.Upload) error {
	names := strings.Split(path, ".")
	if names[0] != "variables" || len(names) < 2 || len(names) > 10 {
		return wrong("map names %.80q: a file stands in a variable, as variables.input.archive does", path)
	}
	var at any = variables
	for n, name := range names[1:] {
		last := n == len(names)-2
		var found any
		var set func()
		switch inside := at.(type) {
		case map[string]any:
			value, ok := inside[name]
			if !ok {
				return wrong("map names %.80q, which operations does not have: null stands there for the file", path)
			}
			found, set = value, func() { inside[name] = file }
		case []any:
			index, err := strconv.Atoi(name)
			if err != nil || index < 0 || index >= len(inside) {
				return wrong("map names %.80q, which operations does not have: null stands there for the file", path)
			}
			found, set = inside[index], func() { inside[index] = file }
		default:
			return wrong("map names %.80q, which operations does not have: null stands there for the file", path)
		}
		if !last {
			at = found
			continue
		}
		if found != nil {
			return wrong("map names %.80q, where something stands already: null stands there for the file", path)
		}
		set()
	}
	return nil
}
