package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/health"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

// Version is the release of lxdql; the build sets it.
var Version = "0.1.0"

// checker asks LXD and the database, and whether the journal could be written.
func checker(client *lxd.Client, database *db.DB, told *journal.Journal) health.Checker {
	return health.Checker{
		Version: Version,
		LXD:     func(ctx context.Context) error { return usable(ctx, client) },
		Database: func(ctx context.Context) error {
			if err := database.Ping(ctx); err != nil {
				return err
			}
			if told.Behind() {
				return &health.DegradedError{Reason: "the database takes nothing more: the log says why"}
			}
			return nil
		},
	}
}

// usable is why LXD cannot be used: one that answers and is not trusted, or
// does not trust us, is there all the same.
func usable(ctx context.Context, client *lxd.Client) error {
	_, err := client.Server(ctx, lxd.System)
	if trouble := client.Trouble(); trouble != nil {
		err = trouble
	}
	switch {
	case errors.As(err, new(*lxd.NotTrustedError)):
		return &health.DegradedError{Reason: "LXD does not trust lxdql"}
	case errors.As(err, new(*lxd.CertificateError)):
		return &health.DegradedError{Reason: "LXD shows another certificate than the one that is trusted"}
	}
	return err
}

// healthCheck answers 503 when something that the server stands on does not
// answer. What only an administrator can help, through this server, is no 503:
// whoever balances the load would keep them from it.
func healthCheck(checker health.Checker) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := checker.Check(r.Context())
		status := http.StatusOK
		if answer.Status == health.Unavailable {
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(answer)
	}
}
