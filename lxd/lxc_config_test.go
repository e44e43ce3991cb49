package lxd

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the lxc client knows can be used.
func TestTheDirectoryOfLxc(t *testing.T) {
	directory := t.TempDir()
	t.Setenv("LXD_CONF", directory)
	if _, err := FindLxcRemote(""); err == nil {
		t.Error("an empty directory")
	}
	text := "default-remote: far\nremotes:\n  far: {addr: \"https://host:8443\", auth_type: tls, protocol: lxd, public: false}\n  images: {addr: \"https://images.example\", protocol: simplestreams, public: true}\n  local: {addr: \"unix://\", public: false}\n"
	if err := os.WriteFile(filepath.Join(directory, "config.yml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	pair := newPair(t, nil, x509.ECDSAWithSHA256)
	if err := os.Mkdir(filepath.Join(directory, "servercerts"), 0o700); err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(directory, "servercerts", "far.crt"), "CERTIFICATE", pair.Certificate[0])
	remote, err := FindLxcRemote("")
	if err != nil || remote.URL != "https://host:8443" || remote.Fingerprint != fingerprint(pair.Leaf) || remote.KeyPath != filepath.Join(directory, "client.key") || remote.CAPath != "" {
		t.Errorf("%+v %v", remote, err)
	}
	for _, name := range []string{"images", "local", "nope"} {
		if _, err := FindLxcRemote(name); err == nil || !strings.HasSuffix(err.Error(), "one: far") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
