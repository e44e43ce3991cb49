package lxd

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An LXD over HTTPS that is not the one that was configured gets no request.
func TestOnlyTheConfiguredServerIsSpokenTo(t *testing.T) {
	asked := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Write([]byte(`{"type":"sync","metadata":{"api_version":"1.0","auth":"trusted"}}`))
	}))
	server.Config.ErrorLog = quietLog
	server.StartTLS()
	defer server.Close()
	certificate, key := clientCertificate(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	writePEM(t, ca, "CERTIFICATE", server.Certificate().Raw)
	right := fingerprint(server.Certificate())
	base := Config{Remote: true, URL: server.URL, CertificatePath: certificate, KeyPath: key}

	t.Run("nothing says whom to trust", func(t *testing.T) {
		if _, err := New(t.Context(), base); err == nil || !strings.Contains(err.Error(), right) {
			t.Errorf("the error has to show the fingerprint %s: %v", right, err)
		}
	})
	t.Run("another fingerprint", func(t *testing.T) {
		config := base
		config.Fingerprint = strings.Repeat("ab", 32)
		var changed *CertificateError
		if err := speak(t, config); !errors.As(err, &changed) || changed.Seen != right {
			t.Errorf("%v", err)
		}
	})
	t.Run("another CA", func(t *testing.T) {
		config := base
		config.TrustedCAPath = "system"
		var changed *CertificateError
		if err := speak(t, config); !errors.As(err, &changed) || changed.Seen != right {
			t.Errorf("%v", err)
		}
	})
	if asked != 0 {
		t.Errorf("%d requests reached a server that is not trusted", asked)
	}
	t.Run("the right fingerprint, as openssl writes it", func(t *testing.T) {
		config := base
		config.Fingerprint = strings.ToUpper(right[:2] + ":" + right[2:])
		if err := speak(t, config); err != nil {
			t.Error(err)
		}
	})
	t.Run("the right CA", func(t *testing.T) {
		config := base
		config.TrustedCAPath = ca
		if err := speak(t, config); err != nil {
			t.Error(err)
		}
	})
}

func TestTLSBefore13IsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS12}
	server.Config.ErrorLog = quietLog
	server.StartTLS()
	defer server.Close()
	certificate, key := clientCertificate(t)
	var away *UnavailableError
	err := speak(t, Config{Remote: true, URL: server.URL, CertificatePath: certificate, KeyPath: key, Fingerprint: fingerprint(server.Certificate())})
	if !errors.As(err, &away) || !strings.Contains(err.Error(), "TLS 1.3") {
		t.Errorf("%v", err)
	}
}

// Who cannot be reached is told what to do about it.
func TestAnLXDThatDoesNotListen(t *testing.T) {
	certificate, key := clientCertificate(t)
	err := speak(t, Config{Remote: true, URL: "https://127.0.0.1:1", CertificatePath: certificate, KeyPath: key, Fingerprint: strings.Repeat("ab", 32)})
	if !errors.As(err, new(*UnavailableError)) || !strings.Contains(err.Error(), "core.https_address") {
		t.Errorf("%v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	_, err = Probe(t.Context(), System, Config{}, "https"+strings.TrimPrefix(plain.URL, "http"))
	if !errors.As(err, new(*UnavailableError)) || !strings.Contains(err.Error(), "TLS 1.3") {
		t.Errorf("%v", err)
	}
}

func TestConfigurationThatCannotWorkIsRefused(t *testing.T) {
	certificate, key := clientCertificate(t)
	for what, config := range map[string]Config{
		"no URL":         {Remote: true, CertificatePath: certificate, KeyPath: key},
		"http":           {Remote: true, URL: "http://host:8443", CertificatePath: certificate, KeyPath: key},
		"a password":     {Remote: true, URL: "https://a:b@host:8443", CertificatePath: certificate, KeyPath: key},
		"no certificate": {Remote: true, URL: "https://host:8443"},
		"a missing file": {Remote: true, URL: "https://host:8443", CertificatePath: "/nope", KeyPath: "/nope"},
		"no CA file":     {Remote: true, URL: "https://127.0.0.1:1", CertificatePath: certificate, KeyPath: key, TrustedCAPath: "/nope"},
		"a CA of junk":   {Remote: true, URL: "https://127.0.0.1:1", CertificatePath: certificate, KeyPath: key, TrustedCAPath: key},
	} {
		if _, err := New(t.Context(), config); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

func speak(t *testing.T, config Config) error {
	t.Helper()
	client, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = client.Server(ctx, System)
	return err
}

func clientCertificate(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	certificate, key = filepath.Join(directory, "client.crt"), filepath.Join(directory, "client.key")
	writePEM(t, certificate, "CERTIFICATE", der)
	writePEM(t, key, "EC PRIVATE KEY", raw)
	return certificate, key
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
