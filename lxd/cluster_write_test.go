package lxd

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// aCluster answers as LXD does in a cluster of two, of which n2 cannot be
// reached, and keeps the last change that it was sent.
type aCluster struct{ members, sent string }

func (a *aCluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		a.sent = r.Method + " " + r.URL.RequestURI()
		if strings.Contains(a.sent, "n2") && !strings.Contains(a.sent, "force") {
			w.WriteHeader(http.StatusInternalServerError)
			io.WriteString(w, `{"type":"error","error_code":500,"error":"Delete \"https://10.0.0.2:8443/1.0/storage-pools/default\": Unable to connect to: 10.0.0.2:8443"}`)
			return
		}
		io.WriteString(w, `{"type":"sync","metadata":null}`)
		return
	}
	w.Header().Set("Etag", "e1")
	metadata := map[string]string{
		"/1.0": `{"api_extensions":["clustering_update_cert"]}`, "/1.0/cluster": `{"server_name":"n1","enabled":true}`,
		"/1.0/cluster/members": a.members, "/1.0/instances": `[{"name":"c1","project":"shop","location":"n3"}]`,
		"/1.0/cluster/members/n1": `{"server_name":"n1","status":"Online"}`, "/1.0/cluster/members/n2": `{"server_name":"n2","status":"Online"}`,
		"/1.0/cluster/members/n3": `{"server_name":"n3","status":"Online"}`, "/1.0/cluster/members/n4": `{"server_name":"n4","status":"Offline"}`,
		"/1.0/cluster/groups":         `[{"name":"default","members":["n1","n2"]},{"name":"fast","members":["n2"]}]`,
		"/1.0/cluster/groups/default": `{"name":"default","members":["n1","n2"]}`,
	}[r.URL.Path]
	fmt.Fprintf(w, `{"type":"sync","metadata":%s}`, metadata)
}

// A member goes only if nothing is lost by it, unless somebody insists.
func TestWhichMembersMayGo(t *testing.T) {
	cluster := &aCluster{members: `[{"server_name":"n1"},{"server_name":"n2"},{"server_name":"n3"},{"server_name":"n4"}]`}
	client := onSocket(t, cluster.ServeHTTP)
	for _, one := range []struct {
		name  string
		force bool
		words string
	}{
		{"n1", false, "lxdql itself"}, {"n3", false, "shop/c1"}, {"n4", false, "cannot reach"}, {"n2", false, "cannot reach"},
		{"n1", true, ""}, {"n2", true, ""}, {"n3", true, ""},
	} {
		_, _, err := client.DeleteClusterMember(t.Context(), System, one.name, one.force)
		if one.words == "" && (err != nil || cluster.sent != "DELETE /1.0/cluster/members/"+one.name+"?force=1") {
			t.Errorf("%s with force: %v, sent %s", one.name, err, cluster.sent)
		}
		if one.words != "" && (!errors.As(err, new(*ConflictError)) || !strings.Contains(err.Error(), one.words)) {
			t.Errorf("%s: %v, want %s", one.name, err, one.words)
		}
	}
	cluster.members = `[{"server_name":"n1"}]`
	if _, _, err := client.DeleteClusterMember(t.Context(), System, "n1", true); !errors.As(err, new(*ConflictError)) {
		t.Errorf("the last member: %v", err)
	}
	if _, err := client.EvacuateClusterMember(t.Context(), System, "n4", nil); !errors.As(err, new(*ConflictError)) {
		t.Errorf("a member that is gone is evacuated: %v", err)
	}
}

// LXD does not find a member again that is in no group.
func TestNoMemberFallsOutOfAllGroups(t *testing.T) {
	cluster := &aCluster{}
	client := onSocket(t, cluster.ServeHTTP)
	if _, err := client.UpdateClusterGroup(t.Context(), System, "default", &UpdateClusterGroupInput{Members: []string{"n2"}}, nil); !errors.As(err, new(*ConflictError)) || cluster.sent != "" {
		t.Errorf("n1 is in no group any more: %v, sent %s", err, cluster.sent)
	}
	if _, err := client.UpdateClusterGroup(t.Context(), System, "default", &UpdateClusterGroupInput{Members: []string{"n1"}}, nil); err != nil || cluster.sent != "PUT /1.0/cluster/groups/default" {
		t.Errorf("n2 is in another group: %v, sent %s", err, cluster.sent)
	}
}

// Members that do not know each other by the certificate end the cluster.
func TestWhichCertificatesFitACluster(t *testing.T) {
	now := time.Now()
	members := []*ClusterMember{{Name: "n1", URL: "https://10.0.0.1:8443"}, {Name: "n2", URL: "https://10.0.0.2:8443"}}
	first, second := net.ParseIP("10.0.0.1"), net.ParseIP("10.0.0.2")
	for what, one := range map[string]struct {
		certificate x509.Certificate
		fits        bool
	}{
		"a DNS name":     {x509.Certificate{DNSNames: []string{"lxd.example"}}, true},
		"all addresses":  {x509.Certificate{IPAddresses: []net.IP{first, second}}, true},
		"one address":    {x509.Certificate{IPAddresses: []net.IP{first}}, false},
		"nothing at all": {x509.Certificate{}, false},
		"not any more":   {x509.Certificate{DNSNames: []string{"lxd.example"}, NotAfter: now.Add(-time.Hour)}, false},
		"not yet":        {x509.Certificate{DNSNames: []string{"lxd.example"}, NotBefore: now.Add(time.Minute)}, false},
	} {
		if one.certificate.NotAfter.IsZero() {
			one.certificate.NotAfter = now.Add(time.Hour)
		}
		if err := fitsMembers(&one.certificate, members, now); (err == nil) != one.fits {
			t.Errorf("%s: %v", what, err)
		}
	}
}
