package lxd

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// LxcRemote is a remote of the lxc client, and what the client knows of it.
type LxcRemote struct {
	// URL is its address: "https://host:8443".
	URL string
	// CertificatePath, KeyPath and CAPath are the client's files; CAPath is ""
	// where it has none.
	CertificatePath, KeyPath, CAPath string
	// Fingerprint is the SHA-256 of the certificate that the client trusts; ""
	// where it trusts a CA.
	Fingerprint string
}

type lxcConfig struct {
	Default string `yaml:"default-remote"`
	Remotes map[string]struct {
		Address  string `yaml:"addr"`
		Protocol string `yaml:"protocol"`
		Public   bool   `yaml:"public"`
	} `yaml:"remotes"`
}

// FindLxcRemote reads a remote from the lxc client's directory: LXD_CONF, else the
// snap's, else ~/.config/lxc. "" is the client's default remote.
func FindLxcRemote(name string) (*LxcRemote, error) {
	directory, err := lxcDirectory()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(directory, "config.yml"))
	if err != nil {
		return nil, fmt.Errorf("LXD_USE_LXC_CONFIG: %w", err)
	}
	var config lxcConfig
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("LXD_USE_LXC_CONFIG: %s cannot be read: %w", filepath.Join(directory, "config.yml"), err)
	}
	if name == "" {
		name = config.Default
	}
	chosen, known := config.Remotes[name]
	if !known || !strings.HasPrefix(chosen.Address, "https://") || chosen.Public || (chosen.Protocol != "" && chosen.Protocol != "lxd") {
		return nil, fmt.Errorf("LXD_USE_LXC_CONFIG: %q is no LXD over HTTPS in %s: set LXD_REMOTE_URL to the name of a remote that is one: %s", name, directory, strings.Join(config.names(), ", "))
	}
	remote := &LxcRemote{URL: chosen.Address, CertificatePath: filepath.Join(directory, "client.crt"), KeyPath: filepath.Join(directory, "client.key")}
	if authority := filepath.Join(directory, "client.ca"); !lacks(authority) {
		remote.CAPath = authority
	}
	remote.Fingerprint, err = fingerprintOf(filepath.Join(directory, "servercerts", name+".crt"))
	return remote, err
}

// names are the remotes that are an LXD over HTTPS.
func (c lxcConfig) names() []string {
	var names []string
	for _, name := range sortedKeys(c.Remotes) {
		remote := c.Remotes[name]
		if strings.HasPrefix(remote.Address, "https://") && !remote.Public && (remote.Protocol == "" || remote.Protocol == "lxd") {
			names = append(names, name)
		}
	}
	return names
}

func lxcDirectory() (string, error) {
	if directory := os.Getenv("LXD_CONF"); directory != "" {
		return directory, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	for _, directory := range []string{filepath.Join(home, "snap", "lxd", "common", "config"), filepath.Join(home, ".config", "lxc")} {
		if !lacks(filepath.Join(directory, "config.yml")) {
			return directory, nil
		}
	}
	return "", errors.New("LXD_USE_LXC_CONFIG: there is no directory of the lxc client in " + home + ": set LXD_CONF to it")
}

// fingerprintOf is a certificate file's; "" where there is none.
func fingerprintOf(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return "", fmt.Errorf("%s holds no certificate in PEM form", path)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return fingerprint(certificate), nil
}
