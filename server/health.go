package server

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/health"
	"github.com/lxdql/lxdql/lxd"
)

// Version is the release of lxdql; the build sets it.
var Version = "0.1.0"

// checker asks LXD and the database.
func checker(client *lxd.Client, database *db.DB) health.Checker {
	return health.Checker{
		Version:  Version,
		LXD:      func(ctx context.Context) error { _, err := client.Server(ctx, lxd.System); return err },
		Database: database.Ping,
	}
}

// healthCheck answers 503 when something that the server stands on does not answer.
func healthCheck(checker health.Checker) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := checker.Check(r.Context())
		status := http.StatusOK
		if !answer.OK() {
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(answer)
	}
}
