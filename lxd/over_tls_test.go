package lxd

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// overTLS is an LXD over HTTPS whose certificate and opinion of us can change.
type overTLS struct {
	url         string
	server      *httptest.Server
	auth        atomic.Value // string
	certificate atomic.Pointer[tls.Certificate]
	asked       atomic.Int32
	shown       atomic.Pointer[string] // the client certificate of the last request
}

func newOverTLS(t *testing.T) *overTLS {
	t.Helper()
	lxd := &overTLS{}
	lxd.auth.Store("trusted")
	lxd.show(t, nil)
	server := httptest.NewUnstartedServer(http.HandlerFunc(lxd.answer))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{ClientAuth: tls.RequestClientCert, Certificates: []tls.Certificate{*lxd.certificate.Load()}}, nil
	}}
	server.Config.ErrorLog = quietLog
	server.StartTLS()
	t.Cleanup(server.Close)
	lxd.url, lxd.server = server.URL, server
	return lxd
}

func (l *overTLS) answer(w http.ResponseWriter, r *http.Request) {
	l.asked.Add(1)
	shown := fingerprint(r.TLS.PeerCertificates[0])
	l.shown.Store(&shown)
	auth := l.auth.Load().(string)
	switch {
	case auth == "silent":
		<-r.Context().Done()
	case auth == "starting":
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, `{"type":"error","error_code":503,"error":"LXD daemon is starting up","metadata":null}`)
	case r.URL.Path == "/1.0":
		io.WriteString(w, `{"type":"sync","metadata":{"auth":"`+auth+`","api_extensions":[]}}`)
	case strings.HasPrefix(r.URL.Path, "/1.0/images"): // everybody may ask
		io.WriteString(w, `{"type":"sync","metadata":[]}`)
	case auth != "trusted" || r.URL.Path == "/1.0/projects/forbidden":
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"type":"error","error_code":403,"error":"not authorized","metadata":null}`)
	case r.URL.Path == "/1.0/events":
		upgrader := websocket.Upgrader{}
		socket, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer socket.Close()
		socket.ReadMessage() // open until the client closes it
	default:
		io.WriteString(w, `{"type":"sync","metadata":[]}`)
	}
}

// show makes a new certificate the server's, signed by a CA or by itself.
func (l *overTLS) show(t *testing.T, by *authority) string {
	t.Helper()
	pair := newPair(t, by, x509.ECDSAWithSHA256)
	l.certificate.Store(&pair)
	return fingerprint(pair.Leaf)
}

type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte{1}}
	template.Subject.CommonName = rand.Text()
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{certificate, key}
}

func newPair(t *testing.T, by *authority, signature x509.SignatureAlgorithm) tls.Certificate {
	t.Helper()
	var key crypto.Signer
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, SignatureAlgorithm: signature}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (l *overTLS) client(t *testing.T, change func(*Config)) *Client {
	t.Helper()
	config := Config{Remote: true, URL: l.url, Timeout: 5 * time.Second, Fingerprint: fingerprint(l.certificate.Load().Leaf)}
	config.CertificatePath, config.KeyPath = clientCertificate(t)
	if change != nil {
		change(&config)
	}
	client, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}
