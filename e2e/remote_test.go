package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// LXD over HTTPS: whom we trust, and who trusts us.
func TestRemoteLXD(t *testing.T) {
	ask := lxdClient(t)
	address, _ := into(ask("GET", "/1.0", nil), "metadata", "config", "core.https_address").(string)
	if address == "" {
		t.Skip("the LXD of TEST_LXD_SOCKET does not listen on HTTPS")
	}
	certificate, key, der := certificatePair(t)
	remote := []string{"LXD_CONNECTION_MODE=remote", "LXD_REMOTE_URL=https://" + address, "LXD_CLIENT_CERT_PATH=" + certificate, "LXD_CLIENT_KEY_PATH=" + key}
	seen := shownFingerprint(t, address)

	if output := refusesToStart(t, remote...); !strings.Contains(output, seen) {
		t.Errorf("with neither CA nor fingerprint it has to show %s: %s", seen, output)
	}
	other := start(t, append(remote, "LXD_SERVER_FINGERPRINT="+strings.Repeat("0", 64))...)
	if got := other.ask(t, other.login(t), `{ server { version } }`, nil); got.code() != "LXD_CERTIFICATE_CHANGED" || !strings.Contains(got.Text, seen) {
		t.Errorf("another certificate than the pinned one: %s", got.Text)
	}
	system := start(t, append(remote, "LXD_TRUSTED_CA_PATH=system")...)
	if got := system.ask(t, system.login(t), `{ server { version } }`, nil); got.code() != "LXD_CERTIFICATE_CHANGED" {
		t.Errorf("a certificate that no CA of the system has signed: %s", got.Text)
	}

	server := start(t, append(remote, "LXD_SERVER_FINGERPRINT="+seen)...)
	token := server.login(t)
	const trust = `{ server { version connection { mode url trust hint certificateFingerprint } securityNotes } }`
	if got := server.ask(t, token, `{ instances { totalCount } }`, nil); got.code() != "LXD_NOT_TRUSTED" {
		t.Errorf("before LXD trusts us: %s", got.Text)
	}
	if got := server.must(t, token, trust, nil); got.at("server", "connection", "trust") != "UNTRUSTED" || got.at("server", "connection", "hint") == nil {
		t.Errorf("%s", got.Text)
	}
	if answer := ask("POST", "/1.0/certificates", map[string]any{"type": "client", "name": "lxdql-test", "certificate": base64.StdEncoding.EncodeToString(der)}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	sum := sha256.Sum256(der)
	own := "/1.0/certificates/" + hex.EncodeToString(sum[:])
	t.Cleanup(func() { ask("DELETE", own, nil) })
	if got := server.must(t, token, trust, nil); got.at("server", "connection", "trust") != "TRUSTED" || got.at("server", "connection", "mode") != "REMOTE" || got.at("server", "connection", "certificateFingerprint") != seen {
		t.Errorf("%s", got.Text)
	}
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription { instanceChanged { kind name } }`, nil)
	name := newName()
	removeAfter(t, name)
	time.Sleep(6 * time.Second) // the hub tries again every 5 s at most
	server.must(t, token, createBusybox, map[string]any{"name": name, "wait": 60})
	waitFor(watching, "1", name, "CREATED")
	ask("DELETE", own, nil)
	for _, freshness := range []string{"LIVE", "CACHED"} { // the first to ask LXD finds out, within a minute lxdql itself
		if got := server.ask(t, token, `{ instances(freshness: `+freshness+`) { totalCount } }`, nil); got.code() != "LXD_NOT_TRUSTED" {
			t.Errorf("after LXD has withdrawn its trust: %s", got.Text)
		}
	}
	if got := server.must(t, token, trust, nil); got.at("server", "connection", "trust") != "REVOKED" {
		t.Errorf("%s", got.Text)
	}
}

// refusesToStart runs the server, which has to end by itself, and returns what it says.
func refusesToStart(t *testing.T, environment ...string) string {
	t.Helper()
	command := exec.Command("timeout", "20", binary)
	command.Dir = t.TempDir()
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "APP_PORT=0"}, environment...)
	output, err := command.CombinedOutput()
	if code := command.ProcessState.ExitCode(); err == nil || code == 124 { // timeout's own
		t.Errorf("it ended with %v: %s", err, output)
	}
	return string(output)
}

// What cannot work is refused before anything is started.
func TestConfigurationThatIsRefused(t *testing.T) {
	for says, environment := range map[string][]string{
		"openssl rand":      {"JWT_SECRET=change-me", "LXD_SOCKET_PATH=/nope"},
		"openssl":           {"JWT_SECRET=tooshort", "LXD_SOCKET_PATH=/nope"},
		"APP_PORT":          {"APP_PORT=70000", "LXD_SOCKET_PATH=/nope"},
		"LXD_REMOTE_URL":    {"LXD_CONNECTION_MODE=remote"},
		"sqlite":            {"DATABASE_URL=mysql://x", "LXD_SOCKET_PATH=/nope"},
		"number of seconds": {"LXD_TIMEOUT=soon", "LXD_SOCKET_PATH=/nope"},
		"lxd-mode":          {"LXD_CONNECTION_MODE=telepathy"},
		"an origin is like": {"CORS_ORIGINS=https://portal.example,banana", "LXD_SOCKET_PATH=/nope"},
		"without a path":    {"CORS_ORIGINS=https://portal.example/app", "LXD_SOCKET_PATH=/nope"},
	} {
		if output := refusesToStart(t, environment...); !strings.Contains(output, says) {
			t.Errorf("%v: %s", environment, output)
		}
	}
}

func certificatePair(t *testing.T) (certificate, key string, der []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "lxdql-test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err = x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	certificate, key = filepath.Join(directory, "client.crt"), filepath.Join(directory, "client.key")
	for path, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key, der
}

func shownFingerprint(t *testing.T, address string) string {
	t.Helper()
	connection, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	sum := sha256.Sum256(connection.ConnectionState().PeerCertificates[0].Raw)
	return hex.EncodeToString(sum[:])
}
