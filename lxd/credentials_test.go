package lxd

import (
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A CA vouches for every certificate that it has signed for the host and not revoked.
func TestACAVouches(t *testing.T) {
	lxd, signs := newOverTLS(t), newAuthority(t)
	lxd.show(t, signs)
	directory := t.TempDir()
	ca, crl := filepath.Join(directory, "ca.pem"), filepath.Join(directory, "crl.pem")
	writePEM(t, ca, "CERTIFICATE", signs.certificate.Raw)
	client := lxd.client(t, func(c *Config) { c.Fingerprint, c.TrustedCAPath, c.CRLPath = "", ca, crl; revoke(t, crl, signs) })
	if err := client.CheckTrust(t.Context()); err != nil {
		t.Fatal(err)
	}
	lxd.show(t, signs)
	if err := client.CheckTrust(t.Context()); err != nil {
		t.Errorf("another of the CA: %v", err)
	}
	var refused *CertificateError
	self := lxd.show(t, nil)
	if err := client.CheckTrust(t.Context()); !errors.As(err, &refused) {
		t.Errorf("one that signs itself: %v", err)
	}
	if _, _, err := client.Accept(t.Context(), System, self); err != nil {
		t.Error(err)
	}
	if err := client.CheckTrust(t.Context()); err != nil {
		t.Errorf("one that was accepted beside the CA: %v", err)
	}
	lxd.show(t, signs)
	revoke(t, crl, signs, lxd.certificate.Load().Leaf.SerialNumber)
	touchLater(t, client, crl)
	if err := client.CheckTrust(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("a revoked one: %v", err)
	}
	if _, _, err := client.Accept(t.Context(), System, fingerprint(lxd.certificate.Load().Leaf)); err == nil {
		t.Error("a revoked one is accepted")
	}
	revoke(t, crl, newAuthority(t))
	config := client.config
	if _, err := New(t.Context(), config); err == nil || !strings.Contains(err.Error(), "signed by none") {
		t.Errorf("a list of another CA: %v", err)
	}
}

func revoke(t *testing.T, path string, by *authority, serials ...*big.Int) {
	t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Minute), NextUpdate: time.Now().Add(time.Hour)}
	for _, serial := range serials {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: serial, RevocationTime: time.Now()})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, by.certificate, by.key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, path, "X509 CRL", der)
}

// touchLater makes a client look at files that have changed.
func touchLater(t *testing.T, client *Client, path string) {
	t.Helper()
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	client.standing.mutex.Lock()
	client.standing.looked = time.Time{}
	client.standing.mutex.Unlock()
}

// A client certificate that is replaced on disk is the one that LXD sees; one that cannot be used is told.
func TestFilesAreReadAgain(t *testing.T) {
	lxd := newOverTLS(t)
	client := lxd.client(t, nil)
	if err := client.CheckTrust(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := *lxd.shown.Load()
	certificate, key := clientCertificate(t)
	copyFile(t, certificate, client.config.CertificatePath)
	touchLater(t, client, client.config.CertificatePath)
	server, err := client.Server(t.Context(), System)
	if err != nil || *lxd.shown.Load() != first {
		t.Errorf("half a pair: %v", err)
	}
	if notes := strings.Join(server.SecurityNotes(System), "\n"); !strings.Contains(notes, "cannot be used") {
		t.Errorf("notes: %s", notes)
	}
	copyFile(t, key, client.config.KeyPath)
	touchLater(t, client, client.config.KeyPath)
	if server, err = client.Server(t.Context(), System); err != nil || *lxd.shown.Load() == first {
		t.Errorf("the new pair is not shown: %v", err)
	}
	if err := os.Chmod(client.config.KeyPath, 0o644); err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(server.SecurityNotes(System), "\n"); strings.Contains(notes, "chmod") {
		t.Errorf("notes: %s", notes)
	}
	touchLater(t, client, client.config.CertificatePath)
	if server, err = client.Server(t.Context(), System); err != nil || !strings.Contains(strings.Join(server.SecurityNotes(System), "\n"), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	if own := server.Connection().ClientFingerprint(); *own != *lxd.shown.Load() {
		t.Errorf("%s is shown, %s told", *lxd.shown.Load(), *own)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
