package lxdsim

import (
	"fmt"
	"net/http"
	"strings"
)

// checkInstanceName refuses what LXD refuses, in its words.
func checkInstanceName(name string) error {
	if strings.Contains(name, "/") {
		return failure(http.StatusBadRequest, `The character "/" is reserved for snapshots`)
	}
	reason := ""
	switch {
	case name == "" || len(name) > 63:
		reason = "Name must be 1-63 characters long"
	case strings.HasPrefix(name, "-"):
		reason = `Name must not start with "-" character`
	case strings.HasSuffix(name, "-"):
		reason = `Name must not end with "-" character`
	case name[0] >= '0' && name[0] <= '9':
		reason = "Name must not start with a number"
	case strings.ContainsFunc(name, func(r rune) bool { return !isHostnameLetter(r) }):
		reason = "Name can only contain alphanumeric and hyphen characters"
	default:
		return nil
	}
	return failure(http.StatusBadRequest, "Invalid instance name: %s", reason)
}

func isHostnameLetter(r rune) bool {
	return r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// inventName makes up a name for a caller who gave none.
func (s *Server) inventName() string {
	return fmt.Sprintf("unnamed-%s", s.randomHex(6))
}

var configPrefixes = []string{
	"boot.", "cloud-init.", "cluster.evacuate", "environment.", "image.", "limits.", "linux.", "migration.",
	"nvidia.", "raw.", "security.", "snapshots.", "user.", "volatile.",
}

// unknownKey finds a config key that LXD does not have, by its beginning.
func unknownKey(config map[string]string, prefixes []string) (string, bool) {
	for name := range config {
		known := false
		for _, prefix := range prefixes {
			known = known || strings.HasPrefix(name, prefix)
		}
		if !known {
			return name, true
		}
	}
	return "", false
}
