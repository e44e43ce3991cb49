package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/lxd"
)

// Version is the release of lxdql; the build sets it.
var Version = "0.1.0"

// health is the answer of /health. It begins with status and version: other
// people's monitors compare the beginning.
type health struct {
	Status   string    `json:"status"`
	Version  string    `json:"version"`
	LXD      component `json:"lxd"`
	Database component `json:"database"`
}

type component struct {
	OK           bool    `json:"ok"`
	Milliseconds float64 `json:"milliseconds"`
	Error        string  `json:"error,omitempty"`
}

// healthCheck asks LXD and the database, for at most 5 s, and answers 503 when
// one of them does not answer. Details of failures are the log's, not the public's.
func healthCheck(client *lxd.Client, database *db.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		answer := health{Status: "ok", Version: Version}
		answer.LXD = check("LXD does not answer", func() error { _, err := client.Server(ctx, lxd.System); return err })
		answer.Database = check("the database does not answer", func() error { return database.Ping(ctx) })
		status := http.StatusOK
		if !answer.LXD.OK || !answer.Database.OK {
			answer.Status, status = "unavailable", http.StatusServiceUnavailable
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(answer)
	}
}

func check(failure string, ask func() error) component {
	begun := time.Now()
	err := ask()
	part := component{OK: err == nil, Milliseconds: float64(time.Since(begun).Microseconds()) / 1000}
	if err != nil {
		part.Error = failure
	}
	return part
}
