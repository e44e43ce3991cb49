package e2e

import (
	"encoding/base64"
	"os"
	"testing"
)

// Whom LXD trusts: by certificate, and by a token that is shown once.
func TestCertificatesAreChanged(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project := newProject(t, "true")
	certificate, key, _ := certificatePair(t)
	another, _, _ := certificatePair(t)
	text := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	variables := map[string]any{"pem": text(certificate), "key": text(key), "other": text(another), "own": project}
	server.administer(t, token, variables, []adminStep{
		{`createCertificate(input: {name: "x"}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", certificate: $pem, token: true}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "a/b", certificate: $pem}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", certificate: $key}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", type: SERVER, certificate: $pem}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", type: METRICS, token: true}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", token: true}, idempotencyKey: "k") { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", certificate: $pem, projects: [$own]}) { token }`, "BAD_USER_INPUT", nil, nil},
		{`createCertificate(input: {name: "x", certificate: $pem, restricted: true, projects: ["nope"]}) { token }`, "NOT_FOUND", nil, nil},
		{`createCertificate(input: {name: "x", certificate: $pem, restricted: true, projects: [$own]}, wait: -1) { token }`, "BAD_USER_INPUT", nil, nil},
	})
	const create = `mutation($pem: String!, $own: String!) { createCertificate(input: {name: "one", certificate: $pem, restricted: true, projects: [$own]}, idempotencyKey: "twice") { token operation { id } certificate { id fingerprint name type restricted etag projects { name } } } }`
	made := server.must(t, token, create, map[string]any{"pem": text(certificate), "own": project})
	if again := server.must(t, token, create, map[string]any{"pem": text(certificate), "own": project}); again.at("createCertificate", "certificate", "id") != made.at("createCertificate", "certificate", "id") {
		t.Errorf("the same key a second time: %s", again.Text)
	}
	if other := server.ask(t, token, create, map[string]any{"pem": text(another), "own": project}); other.code() != "CONFLICT" {
		t.Errorf("the same key for another certificate: %s", other.Text)
	}
	fingerprint, _ := made.at("createCertificate", "certificate", "fingerprint").(string)
	ask := lxdClient(t)
	t.Cleanup(func() { ask("DELETE", "/1.0/certificates/"+fingerprint, nil) })
	if made.at("createCertificate", "certificate", "projects", 0, "name") != project || made.at("createCertificate", "token") != nil {
		t.Errorf("%s", made.Text)
	}
	variables["fp"], variables["etag"] = fingerprint, made.at("createCertificate", "certificate", "etag")
	server.administer(t, token, variables, []adminStep{
		{`createCertificate(input: {name: "two", certificate: $pem}) { token }`, "ALREADY_EXISTS", nil, nil},
		{`createCertificate(input: {name: "one", certificate: $pem, restricted: true, projects: [$own]}, idempotencyKey: "once") { certificate { name } }`, "ALREADY_EXISTS", nil, nil},
		{`updateCertificate(fingerprint: $fp, input: {name: "two"}, ifMatch: "seen before") { certificate { name } }`, "PRECONDITION_FAILED", nil, nil},
		{`updateCertificate(fingerprint: $fp, input: {projects: ["nope"]}) { certificate { name } }`, "NOT_FOUND", nil, nil},
		{`updateCertificate(fingerprint: $fp, input: {restricted: false, projects: [$own]}) { certificate { name } }`, "BAD_USER_INPUT", nil, nil},
		{`updateCertificate(fingerprint: $fp, input: {name: "two"}, ifMatch: $etag) { certificate { name restricted projects { name } } }`, "", []any{"updateCertificate", "certificate", "projects", 0, "name"}, project},
		{`updateCertificate(fingerprint: $fp, input: {restricted: false}) { certificate { name restricted projects { name } } }`, "", []any{"updateCertificate", "certificate", "restricted"}, false},
		{`deleteCertificate(fingerprint: "abcdef01") { deletedId }`, "NOT_FOUND", nil, nil},
	})
	moved := server.must(t, token, `mutation($fp: String!, $other: String!) { updateCertificate(fingerprint: $fp, input: {certificate: $other}) { certificate { fingerprint name } } }`, map[string]any{"fp": fingerprint, "other": text(another)})
	if moved.at("updateCertificate", "certificate", "name") != "two" || moved.at("updateCertificate", "certificate", "fingerprint") == fingerprint {
		t.Errorf("the certificate in its place: %s", moved.Text)
	}
	variables["fp"] = moved.at("updateCertificate", "certificate", "fingerprint")
	server.administer(t, token, variables, []adminStep{
		{`deleteCertificate(fingerprint: $fp) { deletedId }`, "", nil, nil},
		{`deleteCertificate(fingerprint: $fp) { deletedId }`, "NOT_FOUND", nil, nil},
	})
}

// The certificate by which lxdql itself is trusted is changed with force only.
func TestLxdqlKeepsItsOwnCertificate(t *testing.T) {
	ask := lxdClient(t)
	address, _ := into(ask("GET", "/1.0", nil), "metadata", "config", "core.https_address").(string)
	if address == "" {
		t.Skip("the LXD of TEST_LXD_SOCKET does not listen on HTTPS")
	}
	certificate, key, der := certificatePair(t)
	ask("POST", "/1.0/certificates", map[string]any{"type": "client", "name": "lxdql-own", "certificate": base64.StdEncoding.EncodeToString(der)})
	server := start(t, "LXD_CONNECTION_MODE=remote", "LXD_REMOTE_URL=https://"+address, "LXD_CLIENT_CERT_PATH="+certificate, "LXD_CLIENT_KEY_PATH="+key, "LXD_SERVER_FINGERPRINT="+shownFingerprint(t, address))
	token := server.login(t)
	own := server.must(t, token, `{ certificates(where: {name: {equals: "lxdql-own"}}) { nodes { fingerprint } } }`, nil).at("certificates", "nodes", 0, "fingerprint")
	variables := map[string]any{"fp": own}
	server.administer(t, token, variables, []adminStep{
		{`deleteCertificate(fingerprint: $fp) { deletedId }`, "CONFLICT", nil, nil},
		{`updateCertificate(fingerprint: $fp, input: {restricted: true, projects: []}) { certificate { name } }`, "CONFLICT", nil, nil},
		{`updateCertificate(fingerprint: $fp, input: {name: "renamed"}) { certificate { name } }`, "", []any{"updateCertificate", "certificate", "name"}, "renamed"},
		{`updateServerConfig(input: {config: {core__: null, core_https_address: "x"}}) { server { version } }`, "BAD_USER_INPUT", nil, nil},
	})
	listening := server.ask(t, token, `mutation($c: StringMap!) { updateServerConfig(input: {config: $c}) { server { version } } }`, map[string]any{"c": map[string]any{"core.https_address": nil}})
	if listening.code() != "CONFLICT" {
		t.Errorf("lxdql cuts itself off: %s", listening.Text)
	}
	server.administer(t, token, variables, []adminStep{{`deleteCertificate(fingerprint: $fp, force: true) { deletedId }`, "", nil, nil}})
	if gone := server.ask(t, token, `{ instances { totalCount } }`, nil); gone.code() != "LXD_NOT_TRUSTED" {
		t.Errorf("after its own certificate is gone: %s", gone.Text)
	}
}
