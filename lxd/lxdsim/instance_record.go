package lxdsim

import (
	"fmt"
	"maps"
	"slices"
)

// checkInstanceRecord tells why a record cannot be made, in LXD's words.
func (s *Server) checkInstanceRecord(made *instance) error {
	if name, found := unknownKey(made.Config, configPrefixes); found {
		return failed("Unknown configuration key: %s", name)
	}
	if _, kind, found := made.Devices.unknownType(); found {
		return failed("Invalid device type %s", kind)
	}
	if _, found := s.instances.get(key(made.Project, made.Name)); found {
		return failed(`Add instance info to the database: This "instances" entry already exists`)
	}
	_, expanded := s.expand(made)
	if err := s.checkDevices(made.Project, expanded); err != nil {
		return failed("Failed initialising instance: %w", err)
	}
	return nil
}

func (s *Server) checkDevices(project string, expanded devices) error {
	for name, one := range expanded {
		if one["type"] != "nic" || one["network"] == "" {
			continue
		}
		if _, found := s.networks.get(one["network"]); !found {
			return failed("Invalid devices: Device validation failed for %q: Failed loading device %q: Failed to load network %q for project %q: Network not found",
				name, name, one["network"], project)
		}
	}
	root, has := expanded.root()
	if !has {
		return failed("Failed getting root disk: No root device could be found")
	}
	if _, found := s.pools.get(root["pool"]); !found {
		return failed("Failed loading storage pool: Storage pool not found")
	}
	return nil
}

// finishInstance adds what the image and the daemon give. It does nothing when
// the instance was deleted meanwhile.
func (s *Server) finishInstance(made *instance, from *image) error {
	now, found := s.instances.get(key(made.Project, made.Name))
	if !found {
		return nil
	}
	finished := *now
	finished.Config = merged(now.Config, s.volatileKeys(from))
	s.connect(&finished)
	s.putInstanceValue(&finished)
	return nil
}

const idmap = `[{"Isuid":true,"Isgid":false,"Hostid":100000,"Nsid":0,"Maprange":10000001},{"Isuid":false,"Isgid":true,"Hostid":100000,"Nsid":0,"Maprange":10000001}]`

func (s *Server) volatileKeys(from *image) map[string]string {
	config := map[string]string{
		"volatile.apply_template": "create", "volatile.cloud-init.instance-id": s.randomUUID(), "volatile.idmap.base": "0",
		"volatile.idmap.next": idmap, "volatile.last_state.idmap": "[]", "volatile.uuid": s.randomUUID(),
	}
	if from == nil {
		return config
	}
	config["volatile.base_image"] = from.Fingerprint
	for name, value := range from.Properties {
		config["image."+name] = value
	}
	return config
}

// connect gives hardware addresses and leases to the nics. The instance's config
// must be its own.
func (s *Server) connect(i *instance) {
	_, expanded := s.expand(i)
	i.interfaces = nil
	// In the order of their names, so that a seed gives the same addresses.
	for _, name := range slices.Sorted(maps.Keys(expanded)) {
		one := expanded[name]
		n, found := s.networks.get(one["network"])
		if one["type"] != "nic" || !found {
			continue
		}
		nic := networkInterface{
			name: name, network: n.Name, hardwareAddress: s.randomHardwareAddress(),
			hostName: "veth" + s.randomHex(8), address: s.nextAddress(n),
		}
		i.interfaces = append(i.interfaces, nic)
		i.Config["volatile."+name+".hwaddr"] = nic.hardwareAddress
	}
}

// nextAddress leases an address; after 60,000 of them a network begins again.
func (s *Server) nextAddress(n *network) string {
	changed := *n
	changed.leased = (n.leased + 1) % 60000
	s.networks.put(n.Name, &changed)
	return fmt.Sprintf("%s.%d.%d", n.prefix, changed.leased/250+1, changed.leased%250+2)
}
