package trust

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// whileStopped is how often a connection that is stopped looks whether
// somebody has accepted the certificate at another replica.
const whileStopped = 5 * time.Second

// Keeper keeps the trust of a running server.
type Keeper struct {
	client *lxd.Client
	store  Store
	// config says where our certificate is, and what is configured of LXD.
	config lxd.Config
	// decided is told each decision.
	decided func(*Decision)
}

// NewKeeper makes a keeper. Config is the client's, with the files of our
// certificate even where the client speaks over the socket. Decided is told
// each decision that is made here.
func NewKeeper(client *lxd.Client, store Store, config lxd.Config, decided func(*Decision)) *Keeper {
	return &Keeper{client, store, config, decided}
}

// Watch asks LXD at least each period whether the trust still stands, until ctx
// ends. Changed is told what has become of it: nil when all is well.
func (k *Keeper) Watch(ctx context.Context, period time.Duration, changed func(error)) {
	if period <= 0 {
		period = time.Minute
	}
	var last string
	for pause := time.Duration(0); ; pause = period {
		if last != "" {
			pause = min(period, whileStopped)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		err := k.check(ctx)
		if ctx.Err() != nil {
			return
		}
		text := ""
		if err != nil {
			text = err.Error()
		}
		if text != last {
			changed(err)
		}
		last = text
	}
}

// check asks LXD, and goes on where a connection was stopped and somebody has
// accepted its certificate.
func (k *Keeper) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if errors.As(k.client.Trouble(), new(*lxd.CertificateError)) {
		decision, err := newest(ctx, k.store, k.config)
		if err != nil {
			return err
		}
		if decision == nil || decision.Fingerprint == k.client.Pin() {
			return k.client.Trouble()
		}
		k.client.Repin(decision.Fingerprint)
	}
	if err := k.client.CheckTrust(ctx); err != nil {
		return err
	}
	return k.remember(ctx)
}

// remember keeps that LXD trusts us, so that a later refusal is known for what it is.
func (k *Keeper) remember(ctx context.Context) error {
	own := k.client.Endpoint().ClientFingerprint()
	if own == nil {
		return nil
	}
	if known, err := k.store.Trusted(ctx, k.config.Name, *own); err != nil || known {
		return err
	}
	return k.store.KeepTrust(ctx, k.config.Name, *own)
}

// Probe looks at the certificate that a server shows.
func (k *Keeper) Probe(ctx context.Context, as lxd.Scope, url string) (*lxd.ServerProbe, error) {
	return lxd.Probe(ctx, as, k.config, url)
}

// Accept lets a stopped connection go on, if LXD shows the certificate with
// this fingerprint now, and keeps who has decided so.
func (k *Keeper) Accept(ctx context.Context, as lxd.Scope, by, fingerprint string) (*AcceptServerCertificatePayload, error) {
	accepted, replaced, err := k.client.Accept(ctx, as, fingerprint)
	if err != nil {
		return nil, err
	}
	// Not to be undone by a caller who hangs up: the client goes by it already.
	decision := &Decision{Server: k.config.Name, URL: k.config.URLs()[0], Configured: k.config.Decision(), Fingerprint: accepted, Replaced: replaced, By: by, At: time.Now().UTC()}
	if err := k.store.AddDecision(context.WithoutCancel(ctx), decision); err != nil {
		return nil, err
	}
	k.decided(decision)
	if err := k.client.CheckTrust(ctx); err != nil && !errors.As(err, new(*lxd.NotTrustedError)) {
		return nil, err
	}
	return &AcceptServerCertificatePayload{Connection: k.client.Endpoint()}, nil
}

// Enrol makes lxdql and an LXD trust each other; where it is the one that
// lxdql serves, from now on. It is for administrators.
func (k *Keeper) Enrol(ctx context.Context, as lxd.Scope, by string, input EnrolServerInput) (*EnrolServerPayload, error) {
	if !as.Allows("", true) {
		return nil, &lxd.ForbiddenError{Reason: "only an administrator of the server enrols it with an LXD"}
	}
	ask := input.enrolment()
	if ask.URL == "" && ask.Token == "" && k.config.Remote {
		ask.URL = k.config.URL
	}
	enrolled, err := Enrol(ctx, k.store, k.config, ask, by)
	if err != nil {
		return nil, err
	}
	k.decided(enrolled.Decision)
	payload := &EnrolServerPayload{Connection: enrolled.Endpoint, InUse: k.config.Remote && slices.Contains(k.config.URLs(), enrolled.Decision.URL)}
	if payload.InUse {
		k.client.Repin(enrolled.Decision.Fingerprint)
		if err := k.check(ctx); err != nil && !errors.As(err, new(*lxd.NotTrustedError)) {
			return nil, err
		}
		payload.Connection = k.client.Endpoint()
	}
	return payload, nil
}
