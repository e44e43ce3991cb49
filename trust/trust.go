// Package trust keeps whom lxdql takes for LXD, and makes LXD trust lxdql. What
// somebody has decided outlives a restart and holds for all replicas on one
// database.
package trust

import (
	"context"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// Decision is that a certificate is LXD's. Decisions are added and never
// changed: the newest counts, and the older ones tell how it came.
type Decision struct {
	// Server is lxdql's name for the LXD, URL where it listens.
	Server, URL string
	// Configured is what the configuration said when it was decided
	// ([lxd.Config.Decision]): another configuration makes it void.
	Configured string
	// Fingerprint is the SHA-256 of LXD's certificate, Replaced the one before
	// it; "" for none.
	Fingerprint, Replaced string
	// By is who decided, At when, in UTC.
	By string
	At time.Time
}

// Store keeps decisions, for several processes at once.
type Store interface {
	// AddDecision keeps a decision.
	AddDecision(ctx context.Context, decision *Decision) error
	// Decision is the newest one about a server at a URL under a
	// configuration; nil when there is none.
	Decision(ctx context.Context, server, url, configured string) (*Decision, error)
	// Decided reports whether a fingerprint is the newest decision about the
	// server at any URL.
	Decided(ctx context.Context, server, fingerprint string) (bool, error)
	// KeepTrust remembers that a server has trusted a client certificate, and
	// Trusted whether it ever has.
	KeepTrust(ctx context.Context, server, client string) error
	Trusted(ctx context.Context, server, client string) (bool, error)
}

// Prepare adds to a configuration what was decided about its LXD, and makes a
// client certificate where there is none. It leaves one for the socket alone.
func Prepare(ctx context.Context, store Store, config lxd.Config) (lxd.Config, *lxd.ClientCertificate, error) {
	if !config.Remote {
		return config, nil, nil
	}
	urls, err := lxd.RemoteURLs(config.URL)
	if err != nil {
		return config, nil, nil // the client says it better
	}
	config.URL = urls
	own, err := lxd.EnsureCertificate(config.CertificatePath, config.KeyPath, false)
	if err != nil {
		return config, nil, err
	}
	if config.TrustedBefore, err = store.Trusted(ctx, config.Name, own.Fingerprint); err != nil {
		return config, nil, err
	}
	decision, err := newest(ctx, store, config)
	switch {
	case err != nil:
		return config, nil, err
	case decision != nil:
		config.Accepted = decision.Fingerprint
	case config.Decision() == "" && config.Accepted == "":
		config.Accepted, err = ofCluster(ctx, store, config)
	}
	return config, own, err
}

// newest is the newest decision about a server, at whichever of its addresses
// it was made: one holds for all members of a cluster. Nil when there is none.
func newest(ctx context.Context, store Store, config lxd.Config) (*Decision, error) {
	var last *Decision
	for _, url := range config.URLs() {
		decision, err := store.Decision(ctx, config.Name, url, config.Decision())
		if err != nil {
			return nil, err
		}
		if decision != nil && (last == nil || decision.At.After(last.At)) {
			last = decision
		}
	}
	return last, nil
}

// ofCluster is the fingerprint that a server shows, if it is one that was
// decided about at another address: all members of a cluster show the same
// certificate. It is "" otherwise.
func ofCluster(ctx context.Context, store Store, config lxd.Config) (string, error) {
	probe, err := probeAny(ctx, lxd.Config{}, config.URLs())
	if err != nil {
		return "", nil // the client says it better
	}
	seen := probe.CertificateFingerprint()
	known, err := store.Decided(ctx, config.Name, seen)
	if err != nil || !known {
		return "", err
	}
	return seen, store.AddDecision(ctx, &Decision{Server: config.Name, URL: probe.URL, Fingerprint: seen, By: "lxdql: the same cluster", At: time.Now().UTC()})
}
