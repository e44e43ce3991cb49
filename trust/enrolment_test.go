package trust

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

var nobodys = strings.Repeat("ab", 32)

// What nothing vouches for is told nothing: not a request, and not who we are.
func TestAServerThatNothingVouchesFor(t *testing.T) {
	f, config := newFake(t), files(t)
	seen := f.seen()
	weak := config
	weak.CertificatePath, weak.KeyPath = weakPair(t)
	system := config
	system.TrustedCAPath = "system"
	for name, c := range map[string]struct {
		ask      Enrolment
		config   lxd.Config
		argument string // of an InputError; "" for a CertificateError
		says     string
	}{
		"no fingerprint":          {Enrolment{URL: f.url}, config, "fingerprint", seen},
		"the CAs of the system":   {Enrolment{URL: f.url}, system, "fingerprint", seen},
		"another fingerprint":     {Enrolment{URL: f.url, Fingerprint: nobodys}, config, "", "instead of"},
		"a token of another":      {Enrolment{URL: f.url, Token: tokenOf("s", nobodys, nil, "")}, config, "", "instead of"},
		"token and fingerprint":   {Enrolment{URL: f.url, Token: f.token(), Fingerprint: nobodys}, config, "fingerprint", "another fingerprint"},
		"no fingerprint at all":   {Enrolment{URL: f.url, Fingerprint: "abc"}, config, "fingerprint", "SHA-256"},
		"a fingerprint too long":  {Enrolment{URL: f.url, Fingerprint: nobodys + "ab"}, config, "fingerprint", "SHA-256"},
		"no hexadecimal digits":   {Enrolment{URL: f.url, Fingerprint: strings.Repeat("zz", 32)}, config, "fingerprint", "SHA-256"},
		"no token":                {Enrolment{URL: f.url, Token: "abc"}, config, "token", "trust token"},
		"a token of half":         {Enrolment{URL: f.url, Token: f.token()[:40]}, config, "token", "trust token"},
		"a token without secret":  {Enrolment{URL: f.url, Token: tokenOf("", seen, nil, "")}, config, "token", "trust token"},
		"no address":              {Enrolment{Fingerprint: seen}, config, "url", "which LXD"},
		"no address in the token": {Enrolment{Token: f.token()}, config, "url", "which LXD"},
		"HTTP":                    {Enrolment{URL: "http" + f.url[5:], Fingerprint: seen}, config, "url", "https://"},
		"a path":                  {Enrolment{URL: f.url + "/1.0", Fingerprint: seen}, config, "url", "host and a port"},
		"a password":              {Enrolment{URL: "https://a:b@" + f.url[8:], Fingerprint: seen}, config, "url", "host and a port"},
	} {
		store := &memory{}
		_, err := Enrol(t.Context(), store, c.config, c.ask, "test")
		var input *lxd.InputError
		var changed *lxd.CertificateError
		switch {
		case c.argument != "" && (!errors.As(err, &input) || input.Argument != c.argument):
			t.Errorf("%s: %v", name, err)
		case c.argument == "" && (!errors.As(err, &changed) || changed.Expected != nobodys || changed.Seen != seen):
			t.Errorf("%s: %v", name, err)
		case !strings.Contains(err.Error(), c.says):
			t.Errorf("%s does not say %q: %v", name, c.says, err)
		}
		if len(store.decisions) != 0 {
			t.Errorf("%s: %+v was kept", name, store.decisions[0])
		}
	}
	if _, err := Enrol(t.Context(), &memory{}, weak, Enrolment{URL: f.url, Token: f.token()}, "test"); err == nil || !strings.Contains(err.Error(), "2048 bits") {
		t.Errorf("a weak key of ours: %v", err)
	}
	if asked := f.heard(); len(asked) != 0 {
		t.Errorf("it was asked %v", asked)
	}
	if _, err := os.Stat(config.KeyPath); err == nil {
		t.Error("a key was made for nothing")
	}
}

func weakPair(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	made := create(t, template, template, private, private)
	directory := t.TempDir()
	return writePEM(t, filepath.Join(directory, "weak.crt"), "CERTIFICATE", made.Raw),
		writePEM(t, filepath.Join(directory, "weak.key"), "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private))
}

// A certificate that is signed with SHA-1 is never trusted, whoever names it.
func TestASignatureOfSHA1(t *testing.T) {
	f, config := newFake(t), files(t)
	seen := f.show(newPair(t, nil, x509.ECDSAWithSHA1))
	for _, ask := range []Enrolment{{URL: f.url, Fingerprint: seen}, {URL: f.url, Token: f.token()}} {
		if _, err := Enrol(t.Context(), &memory{}, config, ask, "test"); err == nil || !strings.Contains(err.Error(), "SHA-2") {
			t.Errorf("%v", err)
		}
	}
	probe, err := lxd.Probe(t.Context(), lxd.System, config, f.url)
	if err != nil || probe.RefusedBecause() == nil || !strings.Contains(*probe.RefusedBecause(), "SHA1") {
		t.Errorf("%+v %v", probe, err)
	}
	if asked := f.heard(); len(asked) != 0 {
		t.Errorf("it was asked %v", asked)
	}
}

// By a token, in the form that this release of LXD wants.
func TestEnrolmentByAToken(t *testing.T) {
	for name, c := range map[string]struct {
		extensions       []string
		kind, path, body string
	}{
		"an old one": {nil, "", "/1.0/certificates", `{"password":`},
		"a newer":    {[]string{"explicit_trust_token"}, "", "/1.0/certificates", `{"trust_token":`},
	} {
		f, config, store := newFake(t), files(t), &memory{}
		f.change(func() { f.extensions = append(f.extensions, c.extensions...) })
		host := strings.TrimPrefix(f.url, "https://")
		f.change(func() { f.secret = "s3cret" })
		token := tokenOf("s3cret", f.seen(), nil, c.kind)
		enrolled, err := Enrol(t.Context(), store, config, Enrolment{URL: f.url, Token: token[:30] + "\n  " + token[30:] + "\n"}, "root")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		posted := ""
		for _, asked := range f.heard() {
			if strings.HasPrefix(asked, "POST") {
				posted += asked
			}
		}
		if !strings.HasPrefix(posted, "POST "+c.path+" "+c.body) {
			t.Errorf("%s: %s", name, posted)
		}
		if !enrolled.Client.Made || enrolled.Endpoint.Trust != lxd.TrustTrusted || enrolled.Endpoint.Hint() != nil {
			t.Errorf("%s: %+v", name, enrolled.Endpoint)
		}
		kept, _ := store.Decision(t.Context(), "lxd", "https://"+host, "")
		if kept == nil || kept.Fingerprint != f.seen() || kept.By != "root" || kept.Replaced != "" || time.Since(kept.At) > time.Minute {
			t.Errorf("%s: kept %+v", name, kept)
		}
		for _, path := range []string{config.CertificatePath, config.KeyPath} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", path, info, err)
			}
		}
	}
}

// A token of LXD's newer identities goes to where those are.
func TestATokenOfAnIdentity(t *testing.T) {
	f := newFake(t)
	token := tokenOf("unknown", f.seen(), []string{"127.0.0.1:1", strings.TrimPrefix(f.url, "https://")}, "Client certificate (pending)")
	store := &memory{}
	var rejected *lxd.TokenError
	// Its first address does not answer, the second does and does not know it.
	if _, err := Enrol(t.Context(), store, files(t), Enrolment{Token: token}, "test"); !errors.As(err, &rejected) {
		t.Errorf("%v", err)
	}
	if asked := strings.Join(f.heard(), "\n"); !strings.Contains(asked, `POST /1.0/auth/identities/tls {"trust_token":`) {
		t.Errorf("%s", asked)
	}
	if len(store.decisions) != 0 {
		t.Errorf("a token that was refused decides: %+v", store.decisions[0])
	}
}

// By a fingerprint: LXD is known, and learns our certificate otherwise.
func TestEnrolmentByAFingerprint(t *testing.T) {
	f, config, store := newFake(t), files(t), &memory{}
	seen := f.seen()
	written := strings.ToUpper(seen[:2] + ":" + seen[2:4] + ":" + seen[4:])
	enrolled, err := Enrol(t.Context(), store, config, Enrolment{URL: f.url + "/", Fingerprint: written}, "test")
	if err != nil || enrolled.Endpoint.Trust != lxd.TrustUntrusted || enrolled.Endpoint.Hint() == nil || enrolled.Decision.Fingerprint != seen {
		t.Fatalf("%+v %v", enrolled, err)
	}
	if posted := strings.Join(f.heard(), "\n"); strings.Contains(posted, "POST") {
		t.Errorf("%s", posted)
	}
	f.change(func() { f.trusted[enrolled.Client.Fingerprint] = true })
	// It has another certificate now, which somebody decides about: the one before is remembered.
	now := f.show(newPair(t, nil, x509.ECDSAWithSHA256))
	again, err := Enrol(t.Context(), store, config, Enrolment{URL: f.url, Fingerprint: now}, "test")
	if err != nil || again.Client.Made || again.Endpoint.Trust != lxd.TrustTrusted || again.Decision.Replaced != seen {
		t.Errorf("%+v %v", again, err)
	}
}

// A CA takes the place of the fingerprint, for the right host and unless it has revoked.
func TestEnrolmentByACA(t *testing.T) {
	f, config, signs := newFake(t), files(t), newAuthority(t)
	directory := t.TempDir()
	config.TrustedCAPath = writePEM(t, filepath.Join(directory, "ca.pem"), "CERTIFICATE", signs.certificate.Raw)
	if _, err := Enrol(t.Context(), &memory{}, config, Enrolment{URL: f.url}, "test"); err == nil {
		t.Error("the CA has not signed this one")
	}
	pair := newPair(t, signs, x509.ECDSAWithSHA256)
	f.show(pair)
	enrolled, err := Enrol(t.Context(), &memory{}, config, Enrolment{URL: f.url}, "test")
	if err != nil || enrolled.Decision.Configured != "ca:"+config.TrustedCAPath {
		t.Fatalf("%+v %v", enrolled, err)
	}
	if _, err := Enrol(t.Context(), &memory{}, config, Enrolment{URL: "https://localhost:" + f.url[strings.LastIndex(f.url, ":")+1:]}, "test"); err == nil {
		t.Error("a name that the certificate is not for")
	}
	config.CRLPath = revokedList(t, filepath.Join(directory, "crl.pem"), signs, pair)
	f.heard()
	for _, ask := range []Enrolment{{URL: f.url}, {URL: f.url, Fingerprint: f.seen()}, {URL: f.url, Token: f.token()}} {
		if _, err := Enrol(t.Context(), &memory{}, config, ask, "test"); err == nil || (ask.Fingerprint+ask.Token != "" && !strings.Contains(err.Error(), "revoked")) {
			t.Errorf("a revoked one: %v", err)
		}
	}
	if asked := f.heard(); len(asked) != 0 {
		t.Errorf("it was asked %v", asked)
	}
}

func revokedList(t *testing.T, path string, by *authority, pair tls.Certificate) string {
	t.Helper()
	list := &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Minute), NextUpdate: time.Now().Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: pair.Leaf.SerialNumber, RevocationTime: time.Now()}},
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, by.certificate, by.key)
	if err != nil {
		t.Fatal(err)
	}
	return writePEM(t, path, "X509 CRL", der)
}

// RSA is for what does not know curves.
func TestAnRSAKeyWhereItIsWished(t *testing.T) {
	f, config := newFake(t), files(t)
	if _, err := Enrol(t.Context(), &memory{}, config, Enrolment{URL: f.url, Token: f.token(), RSA: true}, "test"); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(config.CertificatePath, config.KeyPath)
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := pair.PrivateKey.(*rsa.PrivateKey); !ok || key.N.BitLen() != 4096 {
		t.Errorf("%T", pair.PrivateKey)
	}
}
