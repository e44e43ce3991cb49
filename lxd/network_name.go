package lxd

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// interfaceName is LXD's rule for what becomes an interface of the host.
var interfaceName = regexp.MustCompile(`^[-_a-zA-Z0-9.]{2,15}$`)

// checkNetworkName refuses what LXD refuses, and "." and "..": LXD before 6
// takes them for names, and removes the directory of that name below its own
// when such a network is deleted or not made: all that it has (seen on 5.0.2).
func checkNetworkName(argument, name string, kind NetworkType) error {
	switch {
	case strings.Contains(name, "..") || name == ".":
		return &InputError{argument, "a network's name is not . and has no two dots in a row"}
	case kind == "BRIDGE" && !interfaceName.MatchString(name):
		return &InputError{argument, "a bridge's name has 2 to 15 letters, digits, dashes, underscores and dots"}
	case name == "" || len(name) > 63 || strings.ContainsAny(name, "/?&+:") || !visible(name):
		return &InputError{argument, "a network's name has 1 to 63 printable ASCII characters without spaces, and none of / ? & + :"}
	}
	return nil
}

// visible reports whether a text is of visible ASCII characters only.
func visible(text string) bool {
	for _, char := range text {
		if char <= ' ' || char > '~' {
			return false
		}
	}
	return true
}

// checkHostName refuses what is no name of an ACL or a peer: LXD wants a host
// name, so that none looks like an address in a rule.
func checkHostName(argument, name string) error {
	if !instanceName.MatchString(name) {
		return &InputError{argument, "the name has to be 1 to 63 letters, digits and dashes, begin with a letter and not end with a dash"}
	}
	return nil
}

// zoneName is a DNS name. LXD takes anything, and cannot be asked for a name
// with a slash afterwards.
var zoneName = regexp.MustCompile(`^([a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?\.)*[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$`)

func checkZoneName(name string) error {
	if len(name) > 253 || !zoneName.MatchString(name) {
		return &InputError{"input.name", "a zone's name is a DNS name such as lxd.example.net, without a dot at the end"}
	}
	return nil
}

func checkRecordName(name string) error {
	bare := strings.TrimPrefix(name, "*.")
	if len(name) <= 253 && (name == "@" || name == "*" || zoneName.MatchString(bare)) {
		return nil
	}
	return &InputError{"input.name", "a record's name is a DNS name below the zone such as www or _sip._tcp, * or @ for the zone itself"}
}

// plainAddress is an address as LXD writes it, and names its objects by it.
func plainAddress(argument, text string) (string, error) {
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return "", &InputError{argument, fmt.Sprintf("%q is not an IP address such as 192.0.2.1 or 2001:db8::1", text)}
	}
	return address.Unmap().String(), nil
}

// PlainAddress is an address as LXD writes it; what is none stays as it is.
func PlainAddress(text string) string {
	if plain, err := plainAddress("", text); err == nil {
		return plain
	}
	return text
}

// checkPorts refuses what is not a list of ports and ranges: "80,8000-8010".
func checkPorts(argument, text string) error {
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(strings.TrimSpace(part), "-")
		if !ranged {
			last = first
		}
		from, fromErr := strconv.ParseUint(first, 10, 16)
		to, toErr := strconv.ParseUint(last, 10, 16)
		if fromErr != nil || toErr != nil || from == 0 || to < from {
			return &InputError{argument, fmt.Sprintf("%q is not a list of ports, 1 to 65535, and ranges such as 80,8000-8010", text)}
		}
	}
	return nil
}
