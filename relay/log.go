package relay

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// LogAddress is where a log is served.
func (r *Relay) LogAddress(ctx context.Context, log *lxd.InstanceLog) string {
	instance := log.Instance()
	return Address(ctx, instancePath(instance.Name, "logs/"+url.PathEscape(log.Name)), "project", instance.Project)
}

// ServeLog sends a file that LXD has written about an instance, or deletes it.
func (r *Relay) ServeLog(w http.ResponseWriter, request *http.Request) {
	as, log := auth.From(request.Context()), segment(request, "log")
	if request.Method == http.MethodDelete {
		r.deleted(w, request, r.LXD.DeleteInstanceLog(request.Context(), as, project(request), named(request), log))
		return
	}
	response, err := r.LXD.OpenLog(request.Context(), as, project(request), named(request), log, request.Header.Get("Range"))
	r.send(w, request, log, response, err)
}

// ServeExecOutput sends what a command printed whose output LXD has recorded,
// or deletes it.
func (r *Relay) ServeExecOutput(w http.ResponseWriter, request *http.Request) {
	as, output := auth.From(request.Context()), segment(request, "output")
	if request.Method == http.MethodDelete {
		r.deleted(w, request, r.LXD.DeleteExecOutput(request.Context(), as, project(request), named(request), output))
		return
	}
	response, err := r.LXD.OpenExecOutput(request.Context(), as, project(request), named(request), output, request.Header.Get("Range"))
	r.send(w, request, output, response, err)
}

// send passes a file on as it comes. What is in it was written by what runs in
// the instance: no browser may take it for a page of ours.
func (r *Relay) send(w http.ResponseWriter, request *http.Request, name string, response *http.Response, err error) {
	if err != nil {
		r.Refuse(w, request, err)
		return
	}
	defer response.Body.Close()
	header := w.Header()
	for _, key := range []string{"Content-Length", "Content-Range", "Accept-Ranges", "Last-Modified"} {
		if value := response.Header.Get(key); value != "" {
			header.Set(key, value)
		}
	}
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(response.StatusCode)
	if request.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, response.Body); err != nil {
		panic(http.ErrAbortHandler) // so that half a file does not look like a whole one
	}
}

func (r *Relay) deleted(w http.ResponseWriter, request *http.Request, err error) {
	arguments := map[string]any{"name": named(request), "path": request.URL.Path}
	if failed := r.Keep(request.Context(), "deleteInstanceLog", project(request), arguments, err); err == nil {
		err = failed
	}
	if err != nil {
		r.Refuse(w, request, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// segment is a part of a request's path.
func segment(r *http.Request, name string) string {
	text := chi.URLParam(r, name)
	if plain, err := url.PathUnescape(text); err == nil && r.URL.RawPath != "" {
		return plain // chi gives it as it was sent
	}
	return text
}
