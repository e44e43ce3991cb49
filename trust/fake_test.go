package trust

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lxdql/lxdql/lxd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a Store.
type memory struct {
	mutex     sync.Mutex
	decisions []*Decision
	trusted   map[string]bool
}

func (m *memory) AddDecision(_ context.Context, decision *Decision) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.decisions = append(m.decisions, decision)
	return nil
}

func (m *memory) Decision(_ context.Context, server, url, configured string) (*Decision, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, decision := range slices.Backward(m.decisions) {
		if decision.Server == server && decision.URL == url && decision.Configured == configured {
			return decision, nil
		}
	}
	return nil, nil
}

func (m *memory) Decided(_ context.Context, server, fingerprint string) (bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return slices.ContainsFunc(m.decisions, func(d *Decision) bool { return d.Server == server && d.Fingerprint == fingerprint }), nil
}

func (m *memory) KeepTrust(_ context.Context, server, client string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.trusted == nil {
		m.trusted = map[string]bool{}
	}
	m.trusted[server+client] = true
	return nil
}

func (m *memory) Trusted(_ context.Context, server, client string) (bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.trusted[server+client], nil
}

// fake is an LXD over HTTPS: what it shows, what it knows and whom it trusts can change.
type fake struct {
	url string

	mutex       sync.Mutex
	certificate tls.Certificate
	extensions  []string
	secret      string          // of the one token that it takes
	trusted     map[string]bool // client certificates
	asked       []string        // method, path and body
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{trusted: map[string]bool{}, extensions: []string{}, secret: "s3cret"}
	f.show(newPair(t, nil, x509.ECDSAWithSHA256))
	server := httptest.NewUnstartedServer(http.HandlerFunc(f.answer))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		return &tls.Config{ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{f.certificate}}, nil
	}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *fake) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.asked = append(f.asked, r.Method+" "+r.URL.Path+" "+string(body))
	shown := ""
	if len(r.TLS.PeerCertificates) > 0 {
		shown = sum(r.TLS.PeerCertificates[0])
	}
	switch {
	case r.Method == http.MethodPost && f.secret != "" && strings.Contains(string(body), tokenOf(f.secret, sum(f.certificate.Leaf), nil, "")):
		f.trusted[shown], f.secret = true, ""
		io.WriteString(w, `{"type":"sync","status":"Success","status_code":200,"metadata":null}`)
	case r.Method == http.MethodPost || !f.trusted[shown] && r.URL.Path != "/1.0":
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"type":"error","error_code":403,"error":"not authorized","metadata":null}`)
	default:
		auth := map[bool]string{true: "trusted", false: "untrusted"}[f.trusted[shown]]
		json.NewEncoder(w).Encode(map[string]any{"type": "sync", "metadata": map[string]any{"auth": auth, "api_extensions": f.extensions}})
	}
}

func (f *fake) change(change func()) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	change()
}

// show makes a certificate the server's, and returns its fingerprint.
func (f *fake) show(pair tls.Certificate) string {
	f.change(func() { f.certificate = pair })
	return sum(pair.Leaf)
}

func (f *fake) seen() string { f.mutex.Lock(); defer f.mutex.Unlock(); return sum(f.certificate.Leaf) }

// heard is what it was asked, and forgets it.
func (f *fake) heard() []string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

// token is one that the server takes once.
func (f *fake) token(addresses ...string) string {
	f.change(func() { f.secret = "s3cret" })
	return tokenOf("s3cret", f.seen(), addresses, "")
}

func tokenOf(secret, fingerprint string, addresses []string, kind string) string {
	fields := map[string]any{"client_name": "x", "fingerprint": fingerprint, "secret": secret, "expires_at": "0001-01-01T00:00:00Z"}
	if addresses != nil {
		fields["addresses"] = addresses
	}
	if kind != "" {
		fields["type"] = kind
	}
	text, _ := json.Marshal(fields)
	return base64.StdEncoding.EncodeToString(text)
}

func sum(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return hex.EncodeToString(sum[:])
}

type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key := ecdsaKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: rand.Text()}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte{1},
	}
	return &authority{create(t, template, template, key, key), key}
}

// newPair is a server's certificate, signed by a CA or by itself.
func newPair(t *testing.T, by *authority, signature x509.SignatureAlgorithm) tls.Certificate {
	t.Helper()
	var key crypto.Signer = ecdsaKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, SignatureAlgorithm: signature,
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	leaf := create(t, template, parent, key, signer)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

func ecdsaKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func create(t *testing.T, template, parent *x509.Certificate, key, signer crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func writePEM(t *testing.T, path, kind string, der []byte) string {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// files is a configuration whose own certificate is in a directory of the test's.
func files(t *testing.T) lxd.Config {
	t.Helper()
	directory := t.TempDir()
	return lxd.Config{Name: "lxd", Timeout: 5 * time.Second, CertificatePath: filepath.Join(directory, "client.crt"), KeyPath: filepath.Join(directory, "client.key")}
}
