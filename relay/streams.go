// Package relay carries bytes between a caller and LXD: files, exports and
// imports. It holds a buffer of them at most, however many there are, and
// leaves nothing half-done behind, whoever goes away.
package relay

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// Streams serves files, exports and imports over HTTP. The caller is who ctx
// says; what is refused is told by Refuse, once, before any byte. Cut is told
// why an answer that had begun was broken off.
type Streams struct {
	LXD    *lxd.Client
	Work   *work.Manager
	Refuse func(http.ResponseWriter, *http.Request, error)
	Cut    func(*http.Request, error)
	// Quiet is how long a caller may neither send nor take a byte.
	Quiet time.Duration
	// Keep writes into the audit trail what a caller did, or was refused.
	Keep func(ctx context.Context, action, project string, arguments map[string]any, refused error) error
	// CaughtUp returns when lists show everything that has been changed; nil where they ask LXD itself.
	CaughtUp func(context.Context)
}

// Routes adds the paths, all below /api/v1.
func (s *Streams) Routes(router chi.Router) {
	router.Get("/api/v1/instances/{name}/files", s.serve("readInstanceFile", s.readFile))
	router.Get("/api/v1/instances/{name}/files/*", s.serve("readInstanceFile", s.readFile))
	router.Head("/api/v1/instances/{name}/files", s.serve("readInstanceFile", s.readFile))
	router.Head("/api/v1/instances/{name}/files/*", s.serve("readInstanceFile", s.readFile))
	router.Put("/api/v1/instances/{name}/files/*", s.serve("writeInstanceFile", s.writeFile))
	router.Post("/api/v1/instances/{name}/files/*", s.serve("changeInstanceFile", s.changeFile))
	router.Delete("/api/v1/instances/{name}/files/*", s.serve("deleteInstanceFile", s.deleteFile))
	router.Get("/api/v1/instances/{name}/export", s.serve("exportInstance", s.exportInstance))
	router.Get("/api/v1/instances/{name}/backups/{backup}/export", s.serve("readInstanceBackup", s.readInstanceBackup))
	router.Head("/api/v1/instances/{name}/backups/{backup}/export", s.serve("readInstanceBackup", s.readInstanceBackup))
	router.Post("/api/v1/instances/import", s.serve("importInstance", s.importInstance))
	router.Get("/api/v1/storage-pools/{pool}/volumes/{volume}/export", s.serve("exportVolume", s.exportVolume))
	router.Get("/api/v1/storage-pools/{pool}/volumes/{volume}/backups/{backup}/export", s.serve("readVolumeBackup", s.readVolumeBackup))
	router.Head("/api/v1/storage-pools/{pool}/volumes/{volume}/backups/{backup}/export", s.serve("readVolumeBackup", s.readVolumeBackup))
	router.Post("/api/v1/storage-pools/{pool}/volumes/import", s.serve("importVolume", s.importVolume))
	router.Get("/api/v1/images/{fingerprint}/export", s.serve("exportImage", s.exportImage))
	router.Post("/api/v1/images/import", s.serve("importImage", s.importImage))
}

// serve answers with the error of what is served, and keeps in the audit trail
// who did it. After the first byte there is no more to say: the connection
// breaks, so that nobody takes a part for all.
func (s *Streams) serve(action string, handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		told := &begun{ResponseWriter: w}
		err := handle(told, r)
		if r.Method != http.MethodHead {
			if failed := s.keep(r, action, err); err == nil {
				err = failed // done, and nobody could tell who did it: that is not to go unnoticed
			}
		}
		switch {
		case err == nil:
		case told.yes.Load():
			s.Cut(r, err)
			panic(http.ErrAbortHandler)
		default:
			s.Refuse(w, r, err)
		}
	}
}

// keep writes into the audit trail what a request named.
func (s *Streams) keep(r *http.Request, action string, refused error) error {
	arguments := map[string]any{}
	for name, values := range r.URL.Query() {
		arguments[name] = values[0]
	}
	named := chi.RouteContext(r.Context()).URLParams
	for n, name := range named.Keys {
		if name == "*" {
			name = "path"
		}
		arguments[name] = named.Values[n]
	}
	// Of whoever has gone there is the more reason to know.
	return s.Keep(context.WithoutCancel(r.Context()), action, cmp.Or(parameters(r).project(), "default"), arguments, refused)
}

// begun knows whether an answer has begun.
type begun struct {
	http.ResponseWriter
	yes atomic.Bool
}

func (b *begun) WriteHeader(status int) {
	b.yes.CompareAndSwap(false, status >= http.StatusOK)
	b.ResponseWriter.WriteHeader(status)
}

func (b *begun) Write(p []byte) (int, error) {
	b.yes.Store(true)
	return b.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController find deadlines.
func (b *begun) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// scope is the caller.
func scope(r *http.Request) lxd.Scope { return auth.From(r.Context()) }

// asked are the parameters of a request.
type asked struct {
	url.Values
	route *chi.Context
}

func parameters(r *http.Request) asked { return asked{r.URL.Query(), chi.RouteContext(r.Context())} }

func (a asked) project() string { return a.Get("project") }

// part is a piece of the path. chi matches the escaped path where that differs.
func (a asked) part(r *http.Request, name string) (string, error) {
	text := a.route.URLParam(name)
	if r.URL.RawPath == "" {
		return text, nil
	}
	text, err := url.PathUnescape(text)
	if err != nil {
		return "", &lxd.InputError{Argument: name, Message: "the path is not escaped as URLs are"}
	}
	return text, nil
}

// flag is a parameter that is true or false.
func (a asked) flag(name string, without bool) (bool, error) {
	if !a.Has(name) {
		return without, nil
	}
	switch a.Get(name) {
	case "true", "1", "":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, &lxd.InputError{Argument: name, Message: name + " is true or false"}
}

// number is a parameter of a base, nil when it is not given.
func (a asked) number(name string, base int, most uint64) (*int, error) {
	if !a.Has(name) {
		return nil, nil
	}
	return numeral(name, a.Get(name), base, most)
}

func numeral(name, text string, base int, most uint64) (*int, error) {
	number, err := strconv.ParseUint(text, base, 32)
	if err != nil || number > most {
		return nil, &lxd.InputError{Argument: name, Message: name + " is a number from 0 to " + strconv.FormatUint(most, base)}
	}
	found := int(number)
	return &found, nil
}

// file is the instance and the path of a file.
func (a asked) file(r *http.Request) (name, path string, err error) {
	name, err = a.part(r, "name")
	if err != nil {
		return "", "", err
	}
	rest, err := a.part(r, "*")
	if err != nil {
		return "", "", err
	}
	path, err = lxd.CheckFilePath("/" + rest)
	return name, path, err
}

// plain is a header's value without what would end it.
func plain(text string) string {
	return strings.Map(func(letter rune) rune {
		if letter < ' ' || letter > '~' || letter == '"' || letter == '\\' {
			return '_'
		}
		return letter
	}, text)
}
