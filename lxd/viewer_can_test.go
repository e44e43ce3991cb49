package lxd

import (
	"slices"
	"testing"
)

// What keeps lxdql connected is not offered to be taken away, and nothing is to who may not.
func TestActionsOnTrust(t *testing.T) {
	server := newOverTLS(t)
	client := server.client(t, nil)
	own, other := client.ownFingerprint(), fingerprint(newPair(t, nil, 0).Leaf)
	both := []Action{"UPDATE", "DELETE"}
	for _, one := range []struct {
		what string
		is   []Action
		want []Action
	}{
		{"a certificate for nobody", client.CertificateActions(nobody{}, &Certificate{Fingerprint: other}), nil},
		{"an identity for nobody", client.IdentityActions(nobody{}, &Identity{AuthenticationMethod: "tls", Identifier: other}), nil},
		{"a group for nobody", (&AuthGroup{}).ActionsFor(nobody{}), nil},
		{"a provider's group for nobody", (&IdentityProviderGroup{}).ActionsFor(nobody{}), nil},
		{"our certificate", client.CertificateActions(System, &Certificate{Fingerprint: own}), nil},
		{"our identity", client.IdentityActions(System, &Identity{AuthenticationMethod: "tls", Identifier: own}), nil},
		{"one of a newer kind", client.IdentityActions(System, &Identity{AuthenticationMethod: "dna", Identifier: other}), nil},
		{"a certificate", client.CertificateActions(System, &Certificate{Fingerprint: other}), both},
		{"an identity", client.IdentityActions(System, &Identity{AuthenticationMethod: "oidc", Identifier: "a@b.c"}), both},
		{"a group", (&AuthGroup{}).ActionsFor(System), []Action{"UPDATE", "RENAME", "DELETE"}},
	} {
		if one.is == nil || !slices.Equal(one.is, append([]Action{}, one.want...)) {
			t.Errorf("%s: %v, want %v", one.what, one.is, one.want)
		}
	}
}
