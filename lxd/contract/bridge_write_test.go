package contract

import "testing"

// What LXD answers to the writes of networks, and tells of them.
func TestWritesOfNetworks(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		d.follows(t).take([]step{
			{"PATCH", "profiles/default?project=pX", `{"devices":{"root":{"type":"disk","path":"/","pool":"default"}}}`, `sync
profile-updated /1.0/profiles/default?project=pX`},
			{"POST", "networks", `{"name":"nX","config":{"ipv4.address":"none","ipv6.address":"none"}}`, `sync
network-created /1.0/networks/nX`},
			{"POST", "networks", `{"name":"nX","config":{"ipv4.address":"none","ipv6.address":"none"}}`, `400 The network already exists`},
			{"POST", "networks", `{"name":"n2X","config":{"ipv4.address":"none","ipv6.address":"none","nope":"1"}}`, `500 Invalid option for network "n2X" option "nope"`},
			{"POST", "networks", `{"name":"a b"}`, `400 Network interface contains invalid characters`},
			{"POST", "networks", `{"name":""}`, `400 No name provided`},
			{"PATCH", "networks/nX", `{"description":"d"}`, `sync
network-updated /1.0/networks/nX`},
			{"PUT", "networks/nX", `{"description":"e","config":{"ipv4.address":"none","ipv6.address":"none"}}`, `sync
network-updated /1.0/networks/nX`},
			{"PUT", "networks/nX", `{"config":{"nope":"1"}}`, `400 Invalid option for network "nX" option "nope"
network-updated /1.0/networks/nX`},
			{"PATCH", "networks/nopeX", `{"description":"d"}`, `404 Failed loading network: Network not found`},
			{"POST", "instances?project=pX", `{"name":"a","devices":{"eth0":{"type":"nic","network":"nX"}},"source":{"type":"image","alias":"busybox"}}`, `Creating instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-created /1.0/instances/a?project=pX storage-pool=default type=container by nobody`},
			{"POST", "networks/nX", `{"name":"mX"}`, `400 Network is currently in use`},
			{"DELETE", "networks/nX", ``, `400 The network is currently in use`},
			{"DELETE", "instances/a?project=pX", ``, `Deleting instance: Success  containers[/1.0/containers/a] instances[/1.0/instances/a]
instance-deleted /1.0/instances/a?project=pX by nobody`},
			{"POST", "networks/nopeX", `{"name":"mX"}`, `404 Failed loading network: Network not found`},
			{"POST", "networks/nX", `{"name":"mX"}`, `sync
network-renamed /1.0/networks/mX old_name=nX`},
			{"DELETE", "networks/nX", ``, `404 Failed loading network: Network not found`},
			{"DELETE", "networks/mX", ``, `sync
network-deleted /1.0/networks/mX`},
		})
	})
}
