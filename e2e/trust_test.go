package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	connectionOf = `{ server { connection { mode url authMethod trust hint certificateFingerprint trustedFingerprint clientFingerprint clientExpiresAt } securityNotes } }`
	acceptOf     = `mutation($f: String!) { acceptServerCertificate(fingerprint: $f) { connection { trust trustedFingerprint } operation { id } } }`
	enrolWith    = `mutation($i: EnrolServerInput!) { enrolServer(input: $i) { connection { trust url trustedFingerprint } inUse } }`
)

// An LXD of the test's own over HTTPS: lxdql and it come to trust each other,
// its certificate changes, and it withdraws its trust.
func TestTrust(t *testing.T) {
	directory, socket := ownDaemon(t)
	address := "127.0.0.1:" + freePort(t)
	ask := lxdOn(t, socket)
	ask("PATCH", "/1.0", map[string]any{"config": map[string]string{"core.https_address": address}})
	seen := shownFingerprint(t, address)
	token := trustToken(t, ask)
	home := t.TempDir()
	remote := []string{"LXD_CONNECTION_MODE=remote", "LXD_REMOTE_URL=https://" + address, "LXD_TRUST_CHECK_SECONDS=2", "SEED_ADMIN_PASSWORD=correct horse battery"}

	trustOnTheCommandLine(t, home, address, seen, token)

	// What was decided there, the server goes by.
	server := launch(t, exec.Command(binary), home, remote...)
	server.password = "correct horse battery"
	login := server.login(t)
	connection := func() map[string]any {
		t.Helper()
		return server.must(t, login, connectionOf, nil).at("server", "connection").(map[string]any)
	}
	if at := connection(); at["trust"] != "TRUSTED" || at["hint"] != nil || at["trustedFingerprint"] != seen || at["certificateFingerprint"] != seen || at["authMethod"] != "tls" || at["mode"] != "REMOTE" || at["clientExpiresAt"] == nil {
		t.Errorf("trusted: %v", at)
	}
	wantHealth(t, server, http.StatusOK, "ok")

	withdrawn(t, server, login, ask)

	// A restart does not forget that it was trusted once. An administrator enrols again.
	server.stop()
	server = launch(t, exec.Command(binary), home, remote...)
	server.password = "correct horse battery"
	login = server.login(t)
	if at := connection(); at["trust"] != "REVOKED" {
		t.Errorf("after a restart: %v", at)
	}
	enrol(t, server, login, ask, address, seen)
	if at := connection(); at["trust"] != "TRUSTED" {
		t.Errorf("enrolled again: %v", at)
	}
	wantHealth(t, server, http.StatusOK, "ok")

	// A replica on the same database.
	replica := launch(t, exec.Command(binary), home, remote...)
	changed := changeCertificate(t, server, login, directory, address, seen)
	eventually(t, "the replica follows", func() bool {
		return replica.ask(t, login, `{ instances { totalCount } }`, nil).code() == ""
	})
	replica.stop()

	// It is remembered, and holds for the address that was decided about.
	server.stop()
	server = launch(t, exec.Command(binary), home, remote...)
	server.password = "correct horse battery"
	login = server.login(t)
	if at := connection(); at["trust"] != "TRUSTED" || at["trustedFingerprint"] != changed {
		t.Errorf("after a restart: %v", at)
	}
	expired(t, server, login, home, ask)
	wantAudited(t, server, login, token, map[string]string{"enrolServer": seen, "acceptServerCertificate": changed, "probeServer": address})
	server.wantNoSecretInLog(t)
	if strings.Contains(server.log.String(), token[:40]) {
		t.Error("the log holds the token")
	}
}

// trustOnTheCommandLine enrols by the program's own command: first what it has to refuse.
func trustOnTheCommandLine(t *testing.T, home, address, seen, token string) {
	t.Helper()
	for _, bad := range []struct {
		says      string
		arguments []string
	}{
		{seen, []string{"--url", "https://" + address}},
		{"instead of", []string{"--url", "https://" + address, "--fingerprint", strings.Repeat("ab", 32)}},
		{"no SHA-256", []string{"--url", "https://" + address, "--fingerprint", "abc"}},
		{"no trust token", []string{"--token", "abc"}},
		{"does not take the trust token", []string{"--token", withSecret(t, token, "nope")}},
		{"another fingerprint", []string{"--token", token, "--fingerprint", strings.Repeat("ab", 32)}},
		{"instead of", []string{"--token", withFingerprint(t, token, strings.Repeat("ab", 32))}},
		{"like https://", []string{"--url", "http://" + address, "--fingerprint", seen}},
	} {
		if output, err := lxdql(home, append([]string{"trust"}, bad.arguments...)...); err == nil || !strings.Contains(output, bad.says) {
			t.Errorf("%v: %v %s", bad.arguments, err, output)
		}
	}
	output, err := lxdql(home, "trust", "--token", token)
	if err != nil || !strings.Contains(output, seen) || !strings.Contains(output, "LXD trusts it") {
		t.Fatalf("%v: %s", err, output)
	}
	if output, err := lxdql(home, "cert"); err != nil || !strings.Contains(output, "There is the client certificate") {
		t.Errorf("%v: %s", err, output)
	}
}

// withdrawn takes LXD's trust away: everything says so, the stream is ended
// although nobody asks, and monitors are told.
func withdrawn(t *testing.T, server *running, login string, ask func(string, string, any) map[string]any) {
	t.Helper()
	watching := server.connect(t, login)
	watching.subscribe("1", `subscription { instanceChanged { kind name } }`, nil)
	server.must(t, login, `{ instances { totalCount } }`, nil)
	own := "/1.0/certificates/" + server.must(t, login, connectionOf, nil).at("server", "connection", "clientFingerprint").(string)
	ask("DELETE", own, nil)
	if code := watching.endOf("1"); code != "LXD_NOT_TRUSTED" {
		t.Errorf("the subscription ended with %q", code)
	}
	for _, query := range []string{
		`{ instances { totalCount } }`, `{ images { totalCount } }`, `{ imageAliases { totalCount } }`, `{ networks { totalCount } }`, `{ storagePools { totalCount } }`,
		`{ projects { totalCount } }`, `{ operations { totalCount } }`, `{ server { resources { cpu { total } } } }`, `mutation { startInstance(name: "x") { operation { id } } }`,
	} {
		if got := server.ask(t, login, query, nil); got.code() != "LXD_NOT_TRUSTED" {
			t.Errorf("%s: %s", query, got.Text)
		}
	}
	if at := server.must(t, login, connectionOf, nil); at.at("server", "connection", "trust") != "REVOKED" || at.at("server", "connection", "hint") == nil {
		t.Errorf("revoked: %s", at.Text)
	}
	wantHealth(t, server, http.StatusOK, "degraded")
}

// enrol enrols by the mutation: those first who must not, and what cannot work.
func enrol(t *testing.T, server *running, login string, ask func(string, string, any) map[string]any, address, seen string) {
	t.Helper()
	token := trustToken(t, ask)
	for _, bad := range []struct {
		code  string
		input map[string]any
	}{
		{"BAD_USER_INPUT", map[string]any{"token": "abc"}},
		{"BAD_USER_INPUT", map[string]any{"url": "http://" + address, "fingerprint": seen}},
		{"BAD_USER_INPUT", map[string]any{"url": "https://" + address}},
		{"LXD_CERTIFICATE_CHANGED", map[string]any{"url": "https://" + address, "fingerprint": strings.Repeat("ab", 32)}},
		{"LXD_TRUST_TOKEN_REJECTED", map[string]any{"token": withSecret(t, token, "nope")}},
		{"LXD_UNAVAILABLE", map[string]any{"url": "https://127.0.0.1:1", "token": token}},
	} {
		if got := server.ask(t, login, enrolWith, map[string]any{"i": bad.input}); got.code() != bad.code {
			t.Errorf("%v: want %s: %s", bad.input, bad.code, got.Text)
		}
	}
	if got := server.ask(t, "", enrolWith, map[string]any{"i": map[string]any{"token": token}}); got.code() != "UNAUTHENTICATED" {
		t.Errorf("anonymous: %s", got.Text)
	}
	probe := server.must(t, login, `query($u: String!) { probeServer(url: $u) { url certificateFingerprint subject issuer names notAfter vouched refusedBecause } }`, map[string]any{"u": "https://" + address})
	if probe.at("probeServer", "certificateFingerprint") != seen || probe.at("probeServer", "vouched") != false || probe.at("probeServer", "refusedBecause") != nil {
		t.Errorf("%s", probe.Text)
	}
	got := server.must(t, login, enrolWith, map[string]any{"i": map[string]any{"token": token}})
	if got.at("enrolServer", "connection", "trust") != "TRUSTED" || got.at("enrolServer", "inUse") != true {
		t.Errorf("%s", got.Text)
	}
}

// changeCertificate gives LXD another certificate, which stops the connection until it is accepted.
func changeCertificate(t *testing.T, server *running, login, directory, address, before string) (now string) {
	t.Helper()
	watching := server.connect(t, login)
	watching.subscribe("1", `subscription { events { cursor } }`, nil)
	script(t, "kill", directory)
	for _, name := range []string{"server.crt", "server.key"} {
		if err := os.Remove(filepath.Join(directory, "lxd", name)); err != nil {
			t.Fatal(err)
		}
	}
	script(t, "start", directory)
	now = shownFingerprint(t, address)
	if code := watching.endOf("1"); code != "LXD_CERTIFICATE_CHANGED" {
		t.Errorf("the subscription ended with %q", code)
	}
	for _, query := range []string{`{ instances { totalCount } }`, `{ images { totalCount } }`, `{ server { version } }`, `mutation { startInstance(name: "x") { operation { id } } }`} {
		got := server.ask(t, login, query, nil)
		if got.code() != "LXD_CERTIFICATE_CHANGED" || got.Errors[0].Extensions["expected"] != before || got.Errors[0].Extensions["seen"] != now {
			t.Errorf("%s: %s", query, got.Text)
		}
	}
	at := server.must(t, login, connectionOf, nil)
	if at.at("server", "connection", "certificateFingerprint") != now || at.at("server", "connection", "trustedFingerprint") != before || at.at("server", "connection", "trust") != "UNTRUSTED" || at.at("server", "connection", "hint") == nil {
		t.Errorf("stopped: %s", at.Text)
	}
	wantHealth(t, server, http.StatusOK, "degraded")
	for _, bad := range []string{"abc", before, strings.Repeat("ab", 32)} {
		if got := server.ask(t, login, acceptOf, map[string]any{"f": bad}); got.code() != "BAD_USER_INPUT" || got.Errors[0].Extensions["argument"] != "fingerprint" {
			t.Errorf("accepting %s: %s", bad, got.Text)
		}
	}
	if got := server.ask(t, "", acceptOf, map[string]any{"f": now}); got.code() != "UNAUTHENTICATED" {
		t.Errorf("anonymous: %s", got.Text)
	}
	got := server.must(t, login, acceptOf, map[string]any{"f": strings.ToUpper(now)})
	if got.at("acceptServerCertificate", "connection", "trust") != "TRUSTED" {
		t.Errorf("%s", got.Text)
	}
	server.must(t, login, `{ instances { totalCount } }`, nil)
	wantHealth(t, server, http.StatusOK, "ok")
	return now
}

// expired replaces the client certificate, under the running server, by one
// that ends soon, and then by another.
func expired(t *testing.T, server *running, login, home string, ask func(string, string, any) map[string]any) {
	t.Helper()
	paths := [2]string{filepath.Join(home, "data", "client.crt"), filepath.Join(home, "data", "client.key")}
	pair := func(ends time.Time) (der []byte) {
		t.Helper()
		private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "lxdql-test"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: ends}
		if der, err = x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private); err != nil {
			t.Fatal(err)
		}
		key, err := x509.MarshalECPrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		for n, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: der}, {Type: "EC PRIVATE KEY", Bytes: key}} {
			if err := os.WriteFile(paths[n], pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return der
	}
	add := func(der []byte) {
		t.Helper()
		sum := sha256.Sum256(der)
		if answer := ask("POST", "/1.0/certificates", map[string]any{"type": "client", "name": hex.EncodeToString(sum[:4]), "certificate": base64.StdEncoding.EncodeToString(der)}); answer["type"] == "error" {
			t.Fatal(answer["error"])
		}
	}
	add(pair(time.Now().Add(5 * time.Second))) // LXD takes none that has ended already
	eventually(t, "the expired certificate is refused", func() bool {
		got := server.ask(t, login, `{ instances { totalCount } }`, nil)
		return got.code() == "LXD_NOT_TRUSTED" && strings.Contains(got.Text, "expired at")
	})
	add(pair(time.Now().Add(24 * time.Hour)))
	eventually(t, "the new certificate is used", func() bool {
		return server.ask(t, login, `{ instances { totalCount } }`, nil).code() == ""
	})
	if notes := server.must(t, login, connectionOf, nil); !strings.Contains(notes.Text, "expires at") {
		t.Errorf("that it ends soon is not told: %s", notes.Text)
	}
}
