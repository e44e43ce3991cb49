package lxd

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// networkHostKeys are, key by key, what a network reaches its host with.
var networkHostKeys = []string{
	"raw.dnsmasq", "raw.anything", "bridge.external_interfaces", "bridge.driver", "bridge.mode", "parent", "vlan", "gvrp", "mtu", "network",
	"bgp.ipv4.nexthop", "bgp.peers.a.address", "tunnel.a.remote", "tunnel.a.interface", "fan.underlay_subnet", "fan.overlay_subnet", "fan.type",
	"ipv4.routes", "ipv6.routes", "ipv4.routes.anycast", "ipv4.firewall", "ipv6.firewall", "ipv4.nat.address", "ipv4.nat.order", "ipv4.ovn.ranges",
	"ipv4.gateway", "maas.subnet.ipv4", "acceleration.parent", "ovn.ingress_mode", "dns.nameservers", "volatile.bridge.hwaddr", "unknown.key", "",
}

func TestNetworkKeysThatReachTheHost(t *testing.T) {
	for _, kind := range []NetworkType{"BRIDGE", "OVN"} {
		for _, key := range networkHostKeys {
			if !NetworkHostKey(kind, key, "x") || !NetworkHostKey(kind, key, "") {
				t.Errorf("%s: %q has to be an administrator's", kind, key)
			}
		}
		for _, key := range []string{"user.tags", "ipv4.dhcp.ranges", "dns.domain", "dns.zone.forward", "security.acls", "ipv4.nat", "bridge.mtu"} {
			if NetworkHostKey(kind, key, "x") || NetworkHostKey(kind, key, "a\nb") != (key != "user.tags") {
				t.Errorf("%s: %q reaches nothing", kind, key)
			}
		}
	}
	for _, story := range []struct {
		kind    NetworkType
		value   string
		reaches bool
	}{{"BRIDGE", "10.0.0.1/8", true}, {"BRIDGE", "auto", false}, {"BRIDGE", "none", false}, {"OVN", "10.0.0.1/24", false}} {
		if NetworkHostKey(story.kind, "ipv4.address", story.value) != story.reaches {
			t.Errorf("%+v", story)
		}
	}
}

func TestNetworkNames(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a..b", "a/b", "a:b", "a?b", "a&b", "a+b", "a b", "ü", strings.Repeat("a", 64)} {
		for _, kind := range []NetworkType{"BRIDGE", "OVN", "MACVLAN"} {
			if checkNetworkName("name", name, kind) == nil {
				t.Errorf("%q is a name of a %s", name, kind)
			}
		}
	}
	if checkNetworkName("name", "a", "BRIDGE") == nil || checkNetworkName("name", "sixteen-letters-", "BRIDGE") == nil || checkNetworkName("name", "sixteen-letters-", "OVN") != nil || checkNetworkName("name", "lxdbr0", "BRIDGE") != nil {
		t.Error("a bridge's name is an interface's, others' are not")
	}
	for name, good := range map[string]bool{"www": true, "@": true, "*": true, "*.lab": true, "_sip._tcp": true, "": false, "a/b": false, "..": false, "a b": false, "a*": false} {
		if (checkRecordName(name) == nil) != good {
			t.Errorf("the record %q", name)
		}
	}
	for ports, good := range map[string]bool{"80": true, "80,443": true, "1-65535": true, "8000-8010, 9": true, "": false, "0": false, "65536": false, "9-8": false, "a": false, "1-2-3": false, "+1": false} {
		if (checkPorts("", ports) == nil) != good {
			t.Errorf("the ports %q", ports)
		}
	}
}

// adminOf is a caller who may read some projects and is ADMIN of one.
type adminOf struct {
	project string
	reads   []string
}

func (a adminOf) Allows(project string, write bool) bool {
	return project == a.project || (!write && slices.Contains(a.reads, project))
}

// sent is what a fake LXD was asked to change.
type sent struct{ method, address, body string }

// networked is a fake LXD with a bridge br0 of default's that an administrator
// of the server has set up, and an OVN network ovn0 of each project.
func networked(t *testing.T, answer string) (*Client, *[]sent) {
	t.Helper()
	changes := &[]sent{}
	objects := map[string]string{
		"/1.0":                                        `{"auth":"trusted","api_extensions":["network_load_balancer"],"environment":{"server_clustered":false}}`,
		"/1.0/networks/br0":                           `{"name":"br0","type":"bridge","managed":true,"config":{"raw.dnsmasq":"x","bgp.peers.a.password":"c2VjcmV0"},"locations":["none"],"new_field":1}`,
		"/1.0/networks/ovn0":                          `{"name":"ovn0","type":"ovn","managed":true,"config":{},"locations":["none"]}`,
		"/1.0/network-zones/own.example":              `{"name":"own.example"}`,
		"/1.0/network-acls/web":                       `{"name":"web","used_by":["/1.0/instances/c1?project=p","/1.0/instances/c2?project=secret"]}`,
		"/1.0/networks/ovn0/load-balancers":           `[{"listen_address":"192.0.2.1","location":""}]`,
		"/1.0/networks/ovn0/load-balancers/192.0.2.1": `{"listen_address":"192.0.2.1","config":{},"backends":[],"ports":[{"listen_port":"443","target_pool":"kept"}]}`,
		"/1.0/networks/ovn0/peers":                    `[{"name":"there"}]`,
		"/1.0/networks/ovn0/peers/there":              `{"name":"there","config":{},"target_network":"kept"}`,
		"/1.0/networks/br0/forwards":                  `[{"listen_address":"192.0.2.1","location":"none"}]`,
		"/1.0/networks/ovn0/forwards":                 `[]`,
	}
	return onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		object, known := objects[r.URL.Path]
		switch {
		case r.Method != http.MethodGet:
			body, _ := io.ReadAll(r.Body)
			*changes = append(*changes, sent{r.Method, r.URL.RequestURI(), string(body)})
			io.WriteString(w, answer)
		case !known:
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"type":"error","error_code":404,"error":"not found"}`)
		default:
			w.Header().Set("Etag", `"seen"`)
			io.WriteString(w, synced(object))
		}
	}), changes
}

// An ADMIN of one project changes its networks, without what reaches the host,
// and nobody else's.
func TestAnAdministratorOfAProjectCannotReachTheHost(t *testing.T) {
	client, changes := networked(t, synced("null"))
	ovn, bridge := NetworkType("OVN"), NetworkType("BRIDGE")
	create := func(as Scope, project string, kind *NetworkType, config StringMap) error {
		_, err := client.CreateNetwork(t.Context(), as, nil, project, &CreateNetworkInput{Name: "n0", Type: kind, Config: config})
		return err
	}
	ofP, ofDefault := adminOf{"p", []string{"q", ""}}, adminOf{"default", []string{""}}
	for what, story := range map[string]struct {
		err      error
		argument string
	}{
		"an uplink":              {create(ofP, "p", &ovn, StringMap{"network": "UPLINK"}), "input.config.network"},
		"another's zone":         {create(ofP, "p", &ovn, StringMap{"dns.zone.forward": "own.example,theirs.example"}), "input.config.dns.zone.forward"},
		"another project":        {create(ofP, "q", &ovn, nil), ""},
		"an address of the host": {create(ofDefault, "default", &bridge, StringMap{"ipv4.address": "8.8.8.8/24"}), "input.config.ipv4.address"},
		"an interface":           {create(ofDefault, "default", nil, StringMap{"bridge.external_interfaces": "eth0"}), "input.config.bridge.external_interfaces"},
		"taking away":            {second(client.UpdateNetwork(t.Context(), ofDefault, nil, "default", "br0", "", nil, &UpdateNetworkInput{Config: StringMapPatch{"raw.dnsmasq": nil}})), "input.config.raw.dnsmasq"},
		"a forward":              {third(client.CreateNetworkForward(t.Context(), ofDefault, "default", "br0", "", &CreateNetworkForwardInput{ListenAddress: "192.0.2.2"})), "network"},
		"the forward":            {second(client.UpdateNetworkForward(t.Context(), ofDefault, "default", "br0", "", "192.0.2.1", nil, &UpdateNetworkForwardInput{})), "network"},
	} {
		var forbidden *ForbiddenError
		if !errors.As(story.err, &forbidden) || forbidden.Argument != story.argument {
			t.Errorf("%s: %v", what, story.err)
		}
	}
	if err := create(ofP, "hidden", &ovn, nil); !IsNotFound(err) {
		t.Errorf("a hidden project: %v", err)
	}
	if len(*changes) > 0 {
		t.Fatalf("LXD was asked for %v", *changes)
	}
	if err := create(ofP, "p", &ovn, StringMap{"ipv4.address": "10.1.2.1/24", "dns.zone.forward": "own.example"}); err != nil || len(*changes) != 1 {
		t.Errorf("a network of the project: %v %v", err, *changes)
	}
	*changes = nil
	description := "mine"
	_, err := client.UpdateNetwork(t.Context(), ofDefault, nil, "default", "br0", "", nil, &UpdateNetworkInput{Description: &description})
	if err != nil || len(*changes) != 1 || !strings.Contains((*changes)[0].body, `"raw.dnsmasq":"x"`) || !strings.Contains((*changes)[0].body, `"new_field":1`) || !strings.Contains((*changes)[0].body, "c2VjcmV0") {
		t.Errorf("what is hidden or unknown is lost: %v %v", err, *changes)
	}
	plan := NewChangePlan(true)
	if _, err := client.UpdateNetwork(t.Context(), ofDefault, plan, "default", "br0", "", nil, &UpdateNetworkInput{Description: &description}); err != nil || strings.Contains(string(*plan.Request.Body), "c2VjcmV0") {
		t.Errorf("a plan tells a secret: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }

// What uses an object is named as far as the caller may see it.
func TestWhatUsesAnACLIsNamed(t *testing.T) {
	client, changes := networked(t, synced("null"))
	_, _, err := client.DeleteNetworkAcl(t.Context(), adminOf{"p", nil}, "p", "web")
	var used *InUseError
	if !errors.As(err, &used) || !errors.As(err, new(*ConflictError)) || !strings.Contains(err.Error(), "c1") || strings.Contains(err.Error(), "c2") || strings.Contains(err.Error(), "more") || len(*changes) > 0 {
		t.Errorf("%v %v", err, *changes)
	}
}

// Load balancers and peers are OVN's: no daemon here has them, so LXD main's
// wire form is what is held.
func TestWhatOnlyOVNHas(t *testing.T) {
	client, changes := networked(t, `{"type":"async","metadata":{"id":"00000000-0000-0000-0000-000000000001","status_code":103}}`)
	ctx, port := t.Context(), "80"
	backend := &NetworkLoadBalancerBackendInput{Name: "b", TargetAddress: "10.0.0.9", TargetPort: &port}
	listen := &NetworkLoadBalancerPortInput{Protocol: "TCP", ListenPort: "80", TargetBackend: []string{"b"}}
	_, operation, err := client.CreateNetworkLoadBalancer(ctx, System, "p", "ovn0", &CreateNetworkLoadBalancerInput{ListenAddress: "::ffff:192.0.2.2", Backends: []*NetworkLoadBalancerBackendInput{backend}, Ports: []*NetworkLoadBalancerPortInput{listen}})
	if err != nil || operation == nil || operation.Project != "p" {
		t.Errorf("%v %v", operation, err)
	}
	if _, _, err := client.CreateNetworkLoadBalancer(ctx, System, "p", "ovn0", &CreateNetworkLoadBalancerInput{ListenAddress: "192.0.2.1"}); !errors.As(err, new(*ExistsError)) {
		t.Errorf("one that is there: %v", err)
	}
	description := "d"
	_, updateErr := client.UpdateNetworkLoadBalancer(ctx, System, "p", "ovn0", "192.0.2.1", nil, &UpdateNetworkLoadBalancerInput{Description: &description, Backends: []*NetworkLoadBalancerBackendInput{backend}})
	_, _, deleteErr := client.DeleteNetworkLoadBalancer(ctx, System, "p", "ovn0", "192.0.2.1")
	_, peerErr := client.CreateNetworkPeer(ctx, System, "p", "ovn0", &CreateNetworkPeerInput{Name: "to-q", TargetNetwork: "n", TargetProject: &[]string{"q"}[0]})
	_, changeErr := client.UpdateNetworkPeer(ctx, System, "p", "ovn0", "there", nil, &UpdateNetworkPeerInput{Description: &description})
	_, _, endErr := client.DeleteNetworkPeer(ctx, System, "p", "ovn0", "there")
	if err := errors.Join(updateErr, deleteErr, peerErr, changeErr, endErr); err != nil {
		t.Error(err)
	}
	for n, want := range []sent{
		{"POST", "/1.0/networks/ovn0/load-balancers?project=p", `{"listen_address":"192.0.2.2","description":"","config":null,"backends":[{"name":"b","description":"","target_port":"80","target_address":"10.0.0.9"}],"ports":[{"description":"","protocol":"tcp","listen_port":"80","target_backend":["b"]}],"location":""}`},
		{"PUT", "/1.0/networks/ovn0/load-balancers/192.0.2.1?project=p", `{"listen_address":"192.0.2.1","description":"d","config":{},"backends":[{"name":"b","description":"","target_port":"80","target_address":"10.0.0.9"}],"ports":[{"listen_port":"443","target_pool":"kept"}]}`},
		{"DELETE", "/1.0/networks/ovn0/load-balancers/192.0.2.1?project=p", ""},
		{"POST", "/1.0/networks/ovn0/peers?project=p", `{"name":"to-q","description":"","config":null,"target_network":"n","target_project":"q"}`},
		{"PUT", "/1.0/networks/ovn0/peers/there?project=p", `{"name":"there","description":"d","config":{},"target_network":"kept"}`},
		{"DELETE", "/1.0/networks/ovn0/peers/there?project=p", ""},
	} {
		if got := (*changes)[n]; got.method != want.method || got.address != want.address || !sameJSON(got.body, want.body) {
			t.Errorf("sent %v, want %v", got, want)
		}
	}
}

// sameJSON compares without the order of keys.
func sameJSON(a, b string) bool {
	var first, second any
	_, _ = json.Unmarshal([]byte(a), &first), json.Unmarshal([]byte(b), &second)
	one, _ := json.Marshal(first)
	other, _ := json.Marshal(second)
	return string(one) == string(other)
}
