package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/lxdql/lxdql/auth"
)

// watched ends a request, as if the caller had hung up, when the caller may not
// ask any more: bytes can flow for hours.
func watched(service *auth.Service) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			identity := auth.From(r.Context())
			if identity == nil {
				next.ServeHTTP(w, r)
				return
			}
			ctx, release := service.Watch(r.Context(), identity)
			defer release()
			if lost(ctx) {
				refused(w, r, http.StatusUnauthorized, map[string]any{"error": context.Cause(ctx).Error(), "code": "UNAUTHENTICATED"})
				return
			}
			control := http.NewResponseController(w)
			defer context.AfterFunc(ctx, func() {
				if lost(ctx) { // what waits for the caller
					_ = control.SetReadDeadline(time.Unix(1, 0))
					_ = control.SetWriteDeadline(time.Now().Add(time.Second))
				}
			})()
			request := r.WithContext(ctx)
			request.Body = &watchedBody{r.Body, ctx}
			next.ServeHTTP(&watchedWriter{w, ctx}, request)
			if lost(ctx) {
				panic(http.ErrAbortHandler) // half an answer is not to look like a whole one
			}
		})
	}
}

// lost says whether a watched caller may not ask any more. One that hangs up, or
// sends no more, may still be told how it ended.
func lost(ctx context.Context) bool {
	reason := context.Cause(ctx)
	return errors.Is(reason, auth.ErrUnauthenticated) || errors.Is(reason, auth.ErrRightsTaken)
}

type watchedBody struct {
	io.ReadCloser
	ctx context.Context
}

func (b *watchedBody) Read(p []byte) (int, error) {
	if lost(b.ctx) {
		return 0, context.Cause(b.ctx)
	}
	return b.ReadCloser.Read(p)
}

type watchedWriter struct {
	http.ResponseWriter
	ctx context.Context
}

// Unwrap is for http.ResponseController.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *watchedWriter) Write(p []byte) (int, error) {
	if lost(w.ctx) {
		return 0, context.Cause(w.ctx)
	}
	return w.ResponseWriter.Write(p)
}
