package lxd

import (
	"context"
	"fmt"
	"strings"
	"unicode"
)

// harmlessNetwork are the keys of a network's configuration that stay within
// the network, so that an ADMIN of a mere project may set them. Routes, tunnels,
// interfaces, uplinks, BGP, firewall and raw.dnsmasq are not among them, nor is
// what a newer LXD brings.
var harmlessNetwork = []string{
	"user.", "bridge.hwaddr", "bridge.mtu",
	"ipv4.address", "ipv4.nat", "ipv4.dhcp", "ipv4.dhcp.gateway", "ipv4.dhcp.expiry", "ipv4.dhcp.ranges", "ipv4.l3only", "ipv4.routing",
	"ipv6.address", "ipv6.nat", "ipv6.dhcp", "ipv6.dhcp.expiry", "ipv6.dhcp.stateful", "ipv6.dhcp.ranges", "ipv6.l3only", "ipv6.routing",
	"dns.domain", "dns.mode", "dns.search", "dns.zone.forward", "dns.zone.reverse.ipv4", "dns.zone.reverse.ipv6",
	"security.acls", "security.acls.default.ingress.action", "security.acls.default.egress.action",
	"security.acls.default.ingress.logged", "security.acls.default.egress.logged",
}

// harmlessZone are the keys of a zone's configuration.
var harmlessZone = []string{"user.", "dns.nameservers", "network.nat", "peers."}

// harmlessPart are the keys of forwards, peers, load balancers, records and ACLs.
var harmlessPart = []string{"user.", "target_address"}

// NetworkHostKey reports whether a key of a network of a kind reaches the host
// with this value. A bridge's address is the host's own, and with it goes a
// route: only LXD's choice of an unused one is harmless.
func NetworkHostKey(kind NetworkType, key, value string) bool {
	if (key == "ipv4.address" || key == "ipv6.address") && kind != "OVN" {
		return value != "auto" && value != "none" && value != ""
	}
	return !listed(harmlessNetwork, key) || (!listed(textKeys, key) && strings.ContainsFunc(value, unicode.IsControl))
}

// mayConfigureNetwork refuses a change that reaches the host, or takes away what
// does, to all but administrators of the server.
func mayConfigureNetwork(as Scope, kind NetworkType, was, is StringMap) error {
	if as.Allows("", true) {
		return nil
	}
	if kind != "BRIDGE" && kind != "OVN" {
		return ofServerAdmin("input.type", fmt.Sprintf("a network of type %s reaches the host's interfaces", kind))
	}
	for _, key := range sortedKeys(changedKeys(was, is)) {
		if NetworkHostKey(kind, key, was[key]) || NetworkHostKey(kind, key, is[key]) {
			return ofServerAdmin("input.config."+key, fmt.Sprintf("the configuration key %q reaches the host", key))
		}
	}
	return nil
}

// zoneKeys name the zones that a network's instances are written into.
var zoneKeys = []string{"dns.zone.forward", "dns.zone.reverse.ipv4", "dns.zone.reverse.ipv6"}

// mayNameZones refuses zones of other projects to all but administrators of the
// server: LXD writes a network's instances into any zone that it names.
func (c *Client) mayNameZones(ctx context.Context, as Scope, project string, was, is StringMap) error {
	if as.Allows("", true) {
		return nil
	}
	for _, key := range zoneKeys {
		if was[key] == is[key] {
			continue
		}
		for _, name := range commaSeparated(is[key]) {
			zone, err := c.NetworkZone(ctx, as, project, name)
			if IsNotFound(err) || (err == nil && zone.Project != project) {
				return ofServerAdmin("input.config."+key, fmt.Sprintf("the project %q has no zone %q of its own", project, name))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// mayConfigurePart does the same for what belongs to networks.
func mayConfigurePart(as Scope, harmless []string, changed StringMap) error {
	for _, key := range sortedKeys(changed) {
		if !listed(harmless, key) && !as.Allows("", true) {
			return ofServerAdmin("input.config."+key, fmt.Sprintf("the configuration key %q may reach the host", key))
		}
	}
	return nil
}

// mayForward refuses forwards of other networks than OVN's: the address that a
// bridge's listens on is the host's, any of them, and so are its connections.
func mayForward(as Scope, network NetworkKey) error {
	if network.Type == "OVN" || as.Allows("", true) {
		return nil
	}
	return ofServerAdmin("network", "a forward of a bridge takes connections away from the host")
}

func ofServerAdmin(argument, reason string) error {
	return &ForbiddenError{Argument: argument, Reason: reason + ": only an ADMIN of the whole server may do that"}
}
