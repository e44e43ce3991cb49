package lxd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Keys are made where there are none, for their owner alone, and weak ones are refused with the reason.
func TestClientCertificates(t *testing.T) {
	directory := t.TempDir()
	certificate, key := filepath.Join(directory, "client.crt"), filepath.Join(directory, "client.key")
	made, err := EnsureCertificate(certificate, key, false)
	if err != nil || !made.Made {
		t.Fatal(err)
	}
	for _, path := range []string{certificate, key} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", path, info, err)
		}
	}
	pair, err := readPair(certificate, key)
	if public, ok := pair.Leaf.PublicKey.(*ecdsa.PublicKey); err != nil || !ok || public.Curve != elliptic.P384() {
		t.Errorf("%v %v", pair.Leaf.PublicKey, err)
	}
	if again, err := EnsureCertificate(certificate, key, true); err != nil || again.Made || again.Fingerprint != made.Fingerprint {
		t.Errorf("%+v %v", again, err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureCertificate(certificate, key, false); err == nil {
		t.Error("half a pair")
	}
	weak, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	small, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for says, public := range map[string]any{"2048 bits": weak.Public(), "P-224": small.Public()} {
		if err := strong(&x509.Certificate{PublicKey: public, SignatureAlgorithm: x509.SHA256WithRSA}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if err := sha2(&x509.Certificate{SignatureAlgorithm: x509.SHA1WithRSA}); err == nil || !strings.Contains(err.Error(), "SHA-2") {
		t.Errorf("SHA-1: %v", err)
	}
}
