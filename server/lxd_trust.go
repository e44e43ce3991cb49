package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/trust"
)

// serverName is lxdql's name for its LXD.
const serverName = "lxd"

// LXDTrust is how lxdql and an LXD over HTTPS know each other.
type LXDTrust struct {
	LXDURL         string `name:"lxd-url" env:"LXD_REMOTE_URL" help:"LXD's address in remote mode: https://host:8443, of a cluster those of several members, separated by commas; with --lxc-config the name of a remote of lxc, empty: its default."`
	LXDCertificate string `name:"lxd-cert" env:"LXD_CLIENT_CERT_PATH" help:"Our client certificate in remote mode, PEM; empty: data/client.crt. Made where it and the key are missing."`
	LXDKey         string `name:"lxd-key" env:"LXD_CLIENT_KEY_PATH" help:"The key of our client certificate, PEM; empty: data/client.key."`
	LXDCA          string `name:"lxd-ca" env:"LXD_TRUSTED_CA_PATH" help:"CAs that LXD's certificate has to be signed by, PEM; \"system\" for the system's."`
	LXDCRL         string `name:"lxd-crl" env:"LXD_CRL_PATH" help:"What these CAs have revoked, PEM or DER."`
	LXDFingerprint string `name:"lxd-fingerprint" env:"LXD_SERVER_FINGERPRINT" help:"SHA-256 of LXD's certificate; wins over the CAs."`
	UseLxcConfig   bool   `name:"lxc-config" env:"LXD_USE_LXC_CONFIG" help:"Take address, key and CA from the lxc client's directory (LXD_CONF, the snap's, ~/.config/lxc)."`

	TrustCheckSeconds int `name:"trust-check" env:"LXD_TRUST_CHECK_SECONDS" default:"60" help:"How often LXD is asked whether the trust still stands, in seconds, 1 to 60."`
}

// resolve finds the files, and the address where lxc knows it.
func (t *LXDTrust) resolve() error {
	if t.UseLxcConfig {
		return t.fromLxc()
	}
	if (t.LXDCertificate == "") != (t.LXDKey == "") {
		return errors.New("set both LXD_CLIENT_CERT_PATH and LXD_CLIENT_KEY_PATH, or neither")
	}
	if t.LXDCertificate == "" {
		t.LXDCertificate, t.LXDKey = filepath.Join("data", "client.crt"), filepath.Join("data", "client.key")
		return os.MkdirAll("data", 0o700)
	}
	return nil
}

// fromLxc takes what is not configured from the lxc client's directory.
func (t *LXDTrust) fromLxc() error {
	name := t.LXDURL
	if strings.Contains(name, "://") {
		return errors.New("LXD_USE_LXC_CONFIG takes the address from lxc: set LXD_REMOTE_URL to the name of one of its remotes, or to nothing")
	}
	remote, err := lxd.FindLxcRemote(name)
	if err != nil {
		return err
	}
	t.LXDURL, t.LXDCertificate, t.LXDKey = remote.URL, remote.CertificatePath, remote.KeyPath
	if t.LXDCA == "" {
		t.LXDCA = remote.CAPath
	}
	if t.LXDFingerprint == "" && t.LXDCA == "" {
		t.LXDFingerprint = remote.Fingerprint
	}
	return nil
}

// client is the configuration of the client as far as trust goes.
func (t *LXDTrust) client() lxd.Config {
	return lxd.Config{
		Name: serverName, URL: t.LXDURL, CertificatePath: t.LXDCertificate, KeyPath: t.LXDKey,
		TrustedCAPath: t.LXDCA, Fingerprint: t.LXDFingerprint, CRLPath: t.LXDCRL,
	}
}

// connect makes the client of LXD, and returns what it was made of.
func (c *Config) connect(ctx context.Context, socket string, database *db.DB, log *slog.Logger) (*lxd.Client, lxd.Config, error) {
	config := c.LXDTrust.client()
	config.Remote, config.SocketPath, config.Timeout = c.LXDMode == "remote", socket, time.Duration(c.LXDTimeout)
	if config.Remote {
		if err := c.LXDTrust.resolve(); err != nil {
			return nil, config, err
		}
		config = c.LXDTrust.client()
		config.Remote, config.Timeout = true, time.Duration(c.LXDTimeout)
	}
	config, own, err := trust.Prepare(ctx, database, config)
	if err != nil {
		return nil, config, err
	}
	if own != nil && own.Made {
		log.Info("made a client certificate: add it on LXD's host with `lxc config trust add`, or give a token to `lxdql trust`", "file", config.CertificatePath, "fingerprint", own.Fingerprint)
	}
	client, err := lxd.New(ctx, config)
	return client, config, err
}

// decided logs whose certificate is LXD's from now on.
func decided(log *slog.Logger) func(*trust.Decision) {
	return func(d *trust.Decision) {
		log.Warn("a certificate of LXD was accepted", "url", d.URL, "fingerprint", d.Fingerprint, "replaced", d.Replaced, "by", d.By)
	}
}

// trustChanged logs what becomes of the trust.
func trustChanged(log *slog.Logger) func(error) {
	return func(err error) {
		if err == nil {
			log.Info("LXD answers, and trusts lxdql")
			return
		}
		log.Warn("LXD cannot be used", "error", err)
	}
}
