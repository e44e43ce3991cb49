// Package web is what a browser loads: GraphiQL, built by make from the
// sources in web/graphiql and embedded as gzip files. Nothing of it is loaded
// from another origin, and its Content-Security-Policy says so.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// policy allows this origin only. The editor sets styles on elements, and its
// fonts and icons are data.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
	"img-src 'self' data:; connect-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// file is one built file.
type file struct {
	name       string
	compressed []byte
	etag       string
}

// terminal is the built page of /terminal/{project}/{instance}.
const terminal = "terminal/page/instance.html"

// Handler serves the page at /, a terminal at /terminal/{project}/{instance},
// and what they load below /assets/. Where they were not built, the page says
// what to install.
func Handler() http.Handler { return newHandler(dist) }

func newHandler(source fs.FS) http.Handler {
	files := read(source)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "a page is read by GET", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		if parts := strings.Split(name, "/"); len(parts) == 3 && parts[0] == "terminal" {
			name = terminal
		}
		built, ok := files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		built.serve(w, r)
	})
}

// read takes the built files, by the name that a browser asks for.
func read(source fs.FS) map[string]*file {
	files := map[string]*file{}
	fs.WalkDir(source, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".gz") {
			return err
		}
		data, err := fs.ReadFile(source, name)
		if err == nil {
			public := strings.TrimSuffix(strings.TrimPrefix(name, "dist/"), ".gz")
			files[public] = newFile(public, data)
		}
		return err
	})
	for _, page := range []string{"index.html", terminal} {
		if files[page] == nil {
			files[page] = newFile("index.html", compress(notBuilt))
		}
	}
	return files
}

func newFile(name string, compressed []byte) *file {
	sum := sha256.Sum256(compressed)
	return &file{name, compressed, `"` + hex.EncodeToString(sum[:16]) + `"`}
}

func compress(text string) []byte {
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	io.WriteString(writer, text)
	writer.Close()
	return buffer.Bytes()
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Vary", "Accept-Encoding")
	header.Set("ETag", f.etag)
	header.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(f.name, "assets/") { // their names change with what is in them
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	kind := mime.TypeByExtension(path.Ext(f.name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	header.Set("Content-Type", kind)
	if r.Method == http.MethodHead {
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		w.Write(f.compressed)
		return
	}
	if reader, err := gzip.NewReader(bytes.NewReader(f.compressed)); err == nil {
		io.Copy(w, reader)
	}
}
