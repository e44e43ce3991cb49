// Package health tells whether what the server stands on answers, and what the
// server serves. It is the same to a monitor over HTTP and to a question.
package health

import (
	"context"
	"errors"
	"time"
)

// What the status may be.
const (
	OK          = "ok"
	Degraded    = "degraded"
	Unavailable = "unavailable"
)

// DegradedError says that a part answers and cannot be used until somebody acts.
type DegradedError struct{ Reason string }

func (e *DegradedError) Error() string { return e.Reason }

// longest is how long a part may take to answer.
const longest = 5 * time.Second

// Health is whether the server works. As JSON it begins with status and
// version: other people's monitors compare the beginning.
type Health struct {
	Status   string      `json:"status"`
	Version  string      `json:"version"`
	LXD      *HealthPart `json:"lxd"`
	Database *HealthPart `json:"database"`
}

// HealthPart is whether one part answers. Details of a failure are the log's,
// not the public's.
type HealthPart struct {
	OK           bool    `json:"ok"`
	Milliseconds float64 `json:"milliseconds"`
	Error        string  `json:"error,omitempty"`

	away bool
}

// OK reports whether all parts answer.
func (h *Health) OK() bool { return h.LXD.OK && h.Database.OK }

// Checker asks the parts.
type Checker struct {
	// Version is the server's release.
	Version string
	// LXD and Database ask once; nil is an answer.
	LXD, Database func(context.Context) error
}

// Check asks the parts, for at most 5 s.
func (c Checker) Check(ctx context.Context) *Health {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	health := &Health{Status: OK, Version: c.Version}
	health.LXD = ask(ctx, c.LXD, "LXD does not answer")
	health.Database = ask(ctx, c.Database, "the database does not answer")
	if !health.OK() {
		health.Status = Degraded
	}
	if health.LXD.away || health.Database.away {
		health.Status = Unavailable
	}
	return health
}

func ask(ctx context.Context, part func(context.Context) error, failure string) *HealthPart {
	begun := time.Now()
	err := part(ctx)
	answer := &HealthPart{OK: err == nil, Milliseconds: float64(time.Since(begun).Microseconds()) / 1000}
	var degraded *DegradedError
	switch {
	case errors.As(err, &degraded):
		answer.Error = degraded.Reason
	case err != nil:
		answer.Error, answer.away = failure, true
	}
	return answer
}

// HTTPEndpoint is a path that the server serves.
type HTTPEndpoint struct {
	// Methods are separated by commas.
	Methods     string
	Path        string
	Description string
}
