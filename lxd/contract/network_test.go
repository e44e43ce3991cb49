package contract

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// A project with networks of its own shows none of default's, nor its ACLs and
// zones, and 5.0.2 has no feature for zones: they go with the networks.
func TestAProjectWithNetworksOfItsOwnHasNoneOfDefaults(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.projectWith(t, map[string]string{"features.networks": "true", "features.images": "false", "features.profiles": "false"})
		networks, err := d.Networks(t.Context(), lxd.System, project)
		if err != nil || len(networks) != 0 {
			t.Errorf("networks: %v, %v", networks, err)
		}
		acls, err := d.NetworkAcls(t.Context(), lxd.System, project)
		if err != nil || len(acls) != 0 {
			t.Errorf("ACLs: %v, %v", acls, err)
		}
		zones, err := d.NetworkZones(t.Context(), lxd.System, project)
		if err != nil || len(zones) != 0 {
			t.Errorf("zones: %v, %v", zones, err)
		}
		if _, err := d.Network(t.Context(), lxd.System, project, managedNetwork(t, d)); !lxd.IsNotFound(err) {
			t.Errorf("default's network: %v", err)
		}
		found, err := d.Project(t.Context(), lxd.System, project)
		if err != nil {
			t.Fatal(err)
		}
		if owner := found.Effective(lxd.FeatureNetworkZones); owner != project {
			t.Errorf("the zones are those of %s", owner)
		}
		if d.simulated {
			return // it makes no zones
		}
		zone := project + ".example"
		d.ask(t, "POST", "/1.0/network-zones?project="+project, map[string]any{"name": zone})
		t.Cleanup(func() { d.ask(t, "DELETE", "/1.0/network-zones/"+zone+"?project="+project, nil) })
		all, err := d.AllNetworkZones(t.Context(), lxd.System)
		if err != nil || !slices.ContainsFunc(all, func(z *lxd.NetworkZone) bool { return z.Name == zone && z.Project == project }) {
			t.Errorf("all zones are %v, %v", all, err)
		}
	})
}

// A project without is shown what default has, once.
func TestAProjectWithoutNetworksOfItsOwnUsesDefaults(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.project(t)
		found, err := d.Project(t.Context(), lxd.System, project)
		if err != nil {
			t.Fatal(err)
		}
		if found.Effective(lxd.FeatureNetworks) != "default" || found.Effective(lxd.FeatureNetworkZones) != "default" {
			t.Errorf("%+v", found)
		}
		networks, err := d.AllNetworks(t.Context(), lxd.System)
		seen := map[string]int{}
		for _, network := range networks {
			seen[network.Project+"/"+network.Name]++
		}
		if err != nil || seen["default/"+managedNetwork(t, d)] != 1 {
			t.Errorf("%v, %v", seen, err)
		}
		if some, err := d.AllNetworks(t.Context(), reader{project}); err != nil || len(some) != 0 {
			t.Errorf("who may not see default sees %v, %v", some, err)
		}
	})
}

// LXD says 404 and 400 for what an interface of the host, or a kind of network,
// has not: here that is an empty list.
func TestNetworksWithoutPartsHaveEmptyLists(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		networks, err := d.Networks(t.Context(), lxd.System, "default")
		if err != nil {
			t.Fatal(err)
		}
		unmanaged := 0
		for _, network := range networks {
			peers, err := d.NetworkPeers(t.Context(), lxd.System, network.Key())
			if err != nil || len(peers) != 0 {
				t.Errorf("peers of %s: %v, %v", network.Name, peers, err)
			}
			if network.Managed {
				continue
			}
			unmanaged++
			leases, err := d.NetworkLeases(t.Context(), lxd.System, network.Key(), "default")
			if err != nil || len(leases) != 0 {
				t.Errorf("leases of %s: %v, %v", network.Name, leases, err)
			}
			forwards, err := d.NetworkForwards(t.Context(), lxd.System, network.Key())
			if err != nil || len(forwards) != 0 {
				t.Errorf("forwards of %s: %v, %v", network.Name, forwards, err)
			}
			if answer := d.ask(t, "GET", "/1.0/networks/"+network.Name+"/forwards", nil); answer["error_code"] != float64(http.StatusNotFound) {
				t.Errorf("LXD says of the forwards of %s: %v", network.Name, answer)
			}
		}
		if unmanaged == 0 {
			t.Error("no interface of the host is listed")
		}
	})
}

// A network's leases are shown to the project of the instance that has them.
func TestALeaseIsShownToItsProjectOnly(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.project(t)
		d.done(t, must(d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, project))), nil)
		d.done(t, must(d.ChangeInstanceState(t.Context(), lxd.System, project, project, lxd.InstanceStateChange{Action: lxd.ActionStart})), nil)
		network := must(d.Network(t.Context(), lxd.System, "default", managedNetwork(t, d)))
		var leases []*lxd.Lease
		for begun := time.Now(); len(leases) == 0 && time.Since(begun) < 30*time.Second; time.Sleep(100 * time.Millisecond) {
			leases = must(d.NetworkLeases(t.Context(), lxd.System, network.Key(), project))
		}
		if len(leases) == 0 || leases[0].Hostname != project || leases[0].Project != project {
			t.Fatalf("the project's leases: %+v", leases)
		}
		for _, lease := range must(d.NetworkLeases(t.Context(), lxd.System, network.Key(), "default")) {
			if lease.Hwaddr == leases[0].Hwaddr || lease.Project != "default" {
				t.Errorf("default is shown %+v", lease)
			}
		}
		for what, as := range map[string]lxd.Scope{"the instance's project only": reader{project}, "the network's project only": reader{"default"}} {
			if shown, err := d.NetworkLeases(t.Context(), as, network.Key(), project); status(err) != http.StatusNotFound {
				t.Errorf("who may see %s is shown %v, %v", what, shown, err)
			}
		}
	})
}

// The log of an ACL is OVN's only.
func TestTheLogOfAnACLIsRefused(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		name := "web" // the simulator's
		if !d.simulated {
			name = "t-log"
			d.ask(t, "POST", "/1.0/network-acls", map[string]any{"name": name})
			t.Cleanup(func() { d.ask(t, "DELETE", "/1.0/network-acls/"+name, nil) })
		}
		if log, err := d.NetworkAclLog(t.Context(), lxd.System, "default", name); status(err) != http.StatusInternalServerError {
			t.Errorf("%q, %v", log, err)
		}
		if log, err := d.NetworkAclLog(t.Context(), nobody{}, "default", name); status(err) != http.StatusNotFound {
			t.Errorf("nobody reads %q, %v", log, err)
		}
	})
}
