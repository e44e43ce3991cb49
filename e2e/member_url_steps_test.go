package e2e

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

// clusterOverHTTPS is a server that knows both members of a cluster by their
// addresses, n2 first, and by one fingerprint: it is refused first, and nothing
// is tried behind the back of a member that shows another certificate.
func clusterOverHTTPS(t *testing.T, ask func(string, string, any) map[string]any) *running {
	t.Helper()
	const first, second = "https://127.0.0.1:28502", "https://127.0.0.1:28501"
	certificate, key, der := certificatePair(t)
	remote := []string{"LXD_CONNECTION_MODE=remote", "LXD_CLIENT_CERT_PATH=" + certificate, "LXD_CLIENT_KEY_PATH=" + key}
	seen := shownFingerprint(t, "127.0.0.1:28501")
	for urls, says := range map[string]string{
		first + "," + second:           seen, // it shows what it saw, and trusts nobody
		first + "," + first + "/":      "twice",
		first + ",http://127.0.0.1:1":  "separated by commas",
		first + "," + second + ",":     "separated by commas",
		first + "," + second + "/1.0/": "a host and a port only",
	} {
		if output := refusesToStart(t, append(remote, "LXD_REMOTE_URL="+urls)...); !strings.Contains(output, says) {
			t.Errorf("%s: %s", urls, output)
		}
	}
	remote = append(remote, "LXD_REMOTE_URL="+first+", "+second)
	other := start(t, append(remote, "LXD_SERVER_FINGERPRINT="+strings.Repeat("0", 64))...)
	if got := other.ask(t, other.login(t), `{ instances { totalCount } }`, nil); got.code() != "LXD_CERTIFICATE_CHANGED" {
		t.Errorf("members of another cluster: %s", got.Text)
	}
	other.stop()
	server := start(t, append(remote, "LXD_SERVER_FINGERPRINT="+seen)...)
	token := server.login(t)
	if got := server.ask(t, token, `{ instances { totalCount } }`, nil); got.code() != "LXD_NOT_TRUSTED" {
		t.Errorf("before LXD trusts us: %s", got.Text)
	}
	if answer := ask("POST", "/1.0/certificates", map[string]any{"type": "client", "name": "lxdql-members", "certificate": base64.StdEncoding.EncodeToString(der)}); answer["type"] == "error" {
		t.Fatal(answer["error"])
	}
	if at := memberInUse(t, server, token); at != "https://127.0.0.1:28502 TRUSTED [https://127.0.0.1:28502 https://127.0.0.1:28501]" {
		t.Errorf("the first member: %s", at)
	}
	return server
}

func memberInUse(t *testing.T, server *running, token string) string {
	t.Helper()
	at := server.must(t, token, `{ server { connection { url trust memberUrls } } }`, nil)
	return fmt.Sprint(at.at("server", "connection", "url"), " ", at.at("server", "connection", "trust"), " ", at.at("server", "connection", "memberUrls"))
}

// withoutTheMember goes on at the other member once the one in use is gone:
// questions, and the events that subscribers are told.
func withoutTheMember(t *testing.T, server *running) {
	t.Helper()
	token := server.login(t)
	if got := server.must(t, token, `{ instances(freshness: LIVE) { totalCount } }`, nil); got.at("instances", "totalCount") != 2.0 {
		t.Errorf("the next question: %s", got.Text)
	}
	if at := memberInUse(t, server, token); !strings.HasPrefix(at, "https://127.0.0.1:28501 TRUSTED") {
		t.Errorf("the other member: %s", at)
	}
	time.Sleep(6 * time.Second) // the hub tries again every 5 s at most
	watching := server.connect(t, token)
	watching.subscribe("1", `subscription { instanceChanged(name: "on-n1") { kind name } }`, nil)
	time.Sleep(time.Second)
	server.must(t, token, `mutation { updateInstance(name: "on-n1", input: {description: "told"}) { instance { name } } }`, nil)
	waitFor(watching, "1", "on-n1", "UPDATED")
}
