package server

import (
	"context"
	"net/http"
	"regexp"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"
)

// callersID is what we take for a request's id from a caller: it goes into the
// log and into the answer.
var callersID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID gives every request an id, the caller's or one of ours, and tells
// it in the answer's header X-Request-ID.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(middleware.RequestIDHeader)
		if !callersID.MatchString(id) {
			id = uuid.NewString()
		}
		w.Header().Set(middleware.RequestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), middleware.RequestIDKey, id)))
	})
}
