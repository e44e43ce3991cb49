package lxd

import (
	"slices"
	"strings"
)

// secretPrefixes are configuration that people put passwords and keys into:
// what an instance is set up with at its first start, and its environment.
var secretPrefixes = []string{
	"cloud-init.", "environment.", "raw.", "user.user-data", "user.vendor-data",
	"user.network-config", "user.meta-data", "volatile.vm.token",
}

// secretWords make any key that holds one of them a secret.
var secretWords = []string{"password", "passwd", "passphrase", "secret", "token", "credential", "private", "apikey", "api_key", "api-key", "api.key", "client_key"}

// IsSecretKey reports whether a configuration key may hold a secret.
func IsSecretKey(key string) bool {
	key = strings.ToLower(key)
	if strings.HasPrefix(key, "peers.") && strings.HasSuffix(key, ".key") {
		return true // what signs the transfers of a network zone (TSIG)
	}
	return slices.ContainsFunc(secretPrefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) ||
		slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(key, word) })
}

// SeesSecrets reports whether a caller sees the secrets of a project: who may
// change an instance can read them inside it anyway.
func SeesSecrets(as Scope, project string) bool { return as.Allows(project, true) }

// Visible is the part of a configuration whose keys begin with prefix and that
// the caller may see.
func (m StringMap) Visible(prefix string, secrets bool) StringMap {
	visible := make(StringMap, len(m))
	for key, value := range m {
		if strings.HasPrefix(key, prefix) && (secrets || !IsSecretKey(key)) {
			visible[key] = value
		}
	}
	return visible
}

// Hidden are the keys that [StringMap.Visible] leaves out for want of rights, in order.
func (m StringMap) Hidden(secrets bool) []string {
	hidden := []string{}
	for _, key := range sortedKeys(m) {
		if !secrets && IsSecretKey(key) {
			hidden = append(hidden, key)
		}
	}
	return hidden
}
