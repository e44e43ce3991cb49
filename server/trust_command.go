package server

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/trust"
)

// CertificateCommand makes a client certificate.
type CertificateCommand struct {
	LXDTrust
	RSA bool `help:"Make an RSA 4096 key; the default is ECDSA P-384."`
}

// Run makes a certificate where there is none, and says how LXD learns it.
func (c *CertificateCommand) Run(out io.Writer) error {
	if err := c.resolve(); err != nil {
		return err
	}
	own, err := lxd.EnsureCertificate(c.LXDCertificate, c.LXDKey, c.RSA)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s the client certificate %s\n  SHA-256 %s\n  until   %s\n", madeOrFound(own), c.LXDCertificate, own.Fingerprint, own.NotAfter.UTC().Format(time.RFC3339))
	fmt.Fprintf(out, "LXD learns it on its host: lxc config trust add %s\n(or: lxc config trust add --name lxdql, whose token `lxdql trust --token …` takes)\n", filepath.Base(c.LXDCertificate))
	return nil
}

func madeOrFound(own *lxd.ClientCertificate) string {
	if own.Made {
		return "Made"
	}
	return "There is"
}

// TrustCommand makes lxdql and an LXD trust each other.
type TrustCommand struct {
	LXDTrust
	URL         string `name:"url" help:"LXD's address, https://host:8443; empty: LXD_REMOTE_URL, else the token's."`
	Token       string `name:"token" env:"LXD_TRUST_TOKEN" help:"What lxc config trust add has printed on LXD's host. The environment hides it from the list of processes."`
	Expected    string `name:"fingerprint" help:"SHA-256 that LXD's certificate has to have; not needed with a token."`
	RSA         bool   `help:"Make an RSA 4096 key where there is none; the default is ECDSA P-384."`
	DatabaseURL string `name:"database" env:"DATABASE_URL" default:"sqlite:///./data/lxdql.db" help:"Where it is kept whom lxdql trusts."`
}

// Run enrols, keeps the decision in the database, and says what came of it.
func (c *TrustCommand) Run(ctx context.Context, out io.Writer) error {
	if err := c.resolve(); err != nil {
		return err
	}
	database, err := db.Open(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer database.Close()
	if err := database.Migrate(ctx); err != nil {
		return err
	}
	ask := trust.Enrolment{URL: c.URL, Token: c.Token, Fingerprint: c.Expected, RSA: c.RSA}
	if ask.URL == "" {
		ask.URL = c.LXDURL
	}
	if ask.Fingerprint == "" && ask.Token == "" {
		ask.Fingerprint = c.LXDFingerprint
	}
	begun := time.Now()
	enrolled, err := trust.Enrol(ctx, database, c.LXDTrust.client(), ask, "lxdql trust, "+commandLine())
	asked := map[string]any{"url": ask.URL, "fingerprint": ask.Fingerprint, "token": ask.Token != ""}
	if enrolled != nil {
		asked["url"], asked["fingerprint"] = enrolled.Decision.URL, enrolled.Decision.Fingerprint
	}
	if err := auditCommand(ctx, database, begun, "enrolServer", asked, err); err != nil {
		return err
	}
	fmt.Fprintf(out, "LXD at %s is trusted by its certificate\n  SHA-256 %s\n", enrolled.Decision.URL, enrolled.Decision.Fingerprint)
	fmt.Fprintf(out, "%s the client certificate %s\n  SHA-256 %s\n", madeOrFound(enrolled.Client), c.LXDCertificate, enrolled.Client.Fingerprint)
	if hint := enrolled.Endpoint.Hint(); hint != nil {
		fmt.Fprintln(out, *hint)
	} else {
		fmt.Fprintln(out, "LXD trusts it.")
	}
	fmt.Fprintf(out, "Serve it with LXD_CONNECTION_MODE=remote LXD_REMOTE_URL=%s\n", enrolled.Decision.URL)
	return nil
}
