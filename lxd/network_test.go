package lxd

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
)

// sees may read the projects that it names, and change nothing.
type sees []string

func (s sees) Allows(project string, write bool) bool { return !write && slices.Contains(s, project) }

// allocations are LXD main's answer (lxd/network_allocations.go): a bridge of
// default's that the projects default and p share.
const allocations = `{"type":"sync","metadata":[
	{"address":"10.0.0.0/24","used_by":"/1.0/networks/lxdbr0?project=default","type":"network","hwaddr":"","nat":true,"network":"lxdbr0"},
	{"address":"10.0.0.7/32","used_by":"/1.0/instances/c1?project=p","type":"instance","hwaddr":"00:16:3e:00:00:01","nat":true,"network":"lxdbr0"},
	{"address":"10.0.0.8/32","used_by":"/1.0/networks/lxdbr0/forwards/10.0.0.8","type":"network-forward","hwaddr":"","nat":false},
	{"address":"10.0.0.9/32","used_by":"/1.0/new-things/x","type":"new","hwaddr":"","nat":false,"network":"lxdbr0"}]}`

func TestAllocationsAreShownToWhoMaySeeWhatHasThem(t *testing.T) {
	var asked []string
	restricted := false
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/1.0":
			io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted","api_extensions":["network_allocations","projects_networks_zones"]}}`)
		case r.URL.Path == "/1.0/projects":
			io.WriteString(w, `{"type":"sync","metadata":[{"name":"default"},{"name":"p"}]}`)
		case restricted && r.URL.Query().Has("all-projects"):
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, `{"type":"error","error_code":403,"error":"Certificate is restricted"}`)
		default:
			asked = append(asked, r.URL.RequestURI())
			io.WriteString(w, allocations)
		}
	})
	for _, story := range []struct {
		what       string
		as         Scope
		restricted bool
		addresses  []string
	}{
		{"default only", sees{"default"}, false, []string{"10.0.0.0/24", "10.0.0.8/32"}},
		{"p only", sees{"p"}, false, []string{"10.0.0.7/32"}},
		{"both", sees{"default", "p"}, false, []string{"10.0.0.0/24", "10.0.0.7/32", "10.0.0.8/32"}},
		{"nothing", sees{}, false, nil},
		{"a restricted certificate", sees{"default", "p"}, true, []string{"10.0.0.0/24", "10.0.0.7/32", "10.0.0.8/32"}},
	} {
		asked, restricted = nil, story.restricted
		all, err := client.AllNetworkAllocations(t.Context(), story.as)
		var addresses []string
		for _, allocation := range all {
			addresses = append(addresses, allocation.Address)
		}
		if err != nil || !slices.Equal(addresses, story.addresses) || len(asked) != 1 {
			t.Errorf("%s: %v, %v, by %v", story.what, addresses, err, asked)
		}
	}
	if _, err := client.NetworkAllocations(t.Context(), sees{"p"}, "default"); !IsNotFound(err) {
		t.Errorf("who may not see default: %v", err)
	}
	first := must(client.NetworkAllocations(t.Context(), sees{"default"}, "default"))
	if first[0].Type != "network" || *first[0].Network() != "lxdbr0" || !first[0].NAT || first[1].Network() != nil {
		t.Errorf("%+v, %+v", first[0], first[1])
	}
	if at := asked[len(asked)-1]; at != "/1.0/network-allocations?project=default" {
		t.Errorf("LXD was asked for %s", at)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func TestAllocationsTakeAnExtension(t *testing.T) {
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/1.0" {
			t.Errorf("LXD was asked for %s", r.URL.Path)
		}
		io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted","api_extensions":[]}}`)
	})
	var missing *ExtensionError
	if _, err := client.NetworkAllocations(t.Context(), System, "default"); !errors.As(err, &missing) {
		t.Errorf("one project: %v", err)
	}
	if _, err := client.AllNetworkAllocations(t.Context(), System); !errors.As(err, &missing) {
		t.Errorf("all projects: %v", err)
	}
	if _, err := client.NetworkLoadBalancers(t.Context(), System, NetworkKey{Project: "default", Name: "ovn0", Managed: true}); !errors.As(err, &missing) {
		t.Errorf("load balancers: %v", err)
	}
}

// A name means the network of the project that owns them; a parent is the
// host's, which is default's, whoever asks.
func TestANicIsOnANetworkOrOnTheHost(t *testing.T) {
	on := func(options StringMap) *Instance {
		return &Instance{Project: "p", ExpandedDevices: DeviceMap{"eth0": options}}
	}
	own, shared := NetworkKey{Project: "p", Name: "n", Managed: true}, NetworkKey{Project: "default", Name: "n", Managed: true}
	for _, story := range []struct {
		what           string
		instance       *Instance
		owner          string
		isOwn, isShare bool
	}{
		{"network of its own", on(StringMap{"type": "nic", "network": "n"}), "p", true, false},
		{"network of default's", on(StringMap{"type": "nic", "network": "n"}), "default", false, true},
		{"bridge of the host", on(StringMap{"type": "nic", "nictype": "bridged", "parent": "n"}), "p", false, true},
		{"another network", on(StringMap{"type": "nic", "network": "m"}), "p", false, false},
		{"no nic", on(StringMap{"type": "infiniband", "parent": "n"}), "p", false, false},
	} {
		if story.instance.IsOn(own, story.owner) != story.isOwn || story.instance.IsOn(shared, story.owner) != story.isShare {
			t.Errorf("%s: own %v, default's %v", story.what, story.instance.IsOn(own, story.owner), story.instance.IsOn(shared, story.owner))
		}
	}
}

// What LXD says of networks that give no addresses, of either release.
func TestANetworkWithoutAddressesHasNoLeasesAndMayHaveNoState(t *testing.T) {
	for _, code := range []string{"500", "501"} {
		client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/1.0/networks/mv0/state" {
				io.WriteString(w, `{"type":"error","error_code":404,"error":"Network interface \"mv0\" not found"}`)
				return
			}
			io.WriteString(w, `{"type":"error","error_code":`+code+`,"error":"Not implemented"}`)
		})
		if leases, err := client.NetworkLeases(t.Context(), System, NetworkKey{Project: "default", Name: "mv0", Managed: true}, "default"); err != nil || leases == nil || len(leases) != 0 {
			t.Errorf("%s: leases %v, %v", code, leases, err)
		}
		if state, err := client.NetworkState(t.Context(), System, NetworkKey{Project: "default", Name: "mv0", Managed: true}); err != nil || state != nil {
			t.Errorf("state %v, %v", state, err)
		}
		if _, err := client.NetworkState(t.Context(), System, NetworkKey{Project: "default", Name: "mv0", Managed: false}); !IsNotFound(err) {
			t.Errorf("an interface that is gone: %v", err)
		}
	}
}

func TestSecretsOfNetworksAndZones(t *testing.T) {
	config := StringMap{"peers.ns1.key": "x", "bgp.peers.r1.password": "x", "peers.ns1.address": "10.0.0.9", "dns.zone.forward": "a", "network.key": "a"}
	if hidden := config.Hidden(false); !slices.Equal(hidden, []string{"bgp.peers.r1.password", "peers.ns1.key"}) {
		t.Errorf("%v", hidden)
	}
}

// Zones have a feature of their own from projects_networks_zones on.
func TestWhoseZonesAProjectUses(t *testing.T) {
	for _, story := range []struct {
		config StringMap
		before bool
		owner  string
	}{
		{StringMap{"features.networks": "true"}, true, "p"},
		{StringMap{"features.networks": "true"}, false, "default"},
		{StringMap{"features.networks": "false", "features.networks.zones": "true"}, false, "p"},
		{StringMap{}, true, "default"},
	} {
		project := &Project{Name: "p", Config: story.config, zonesWithNetworks: story.before}
		if owner := project.Effective(FeatureNetworkZones); owner != story.owner {
			t.Errorf("%+v: %s", story, owner)
		}
	}
}
