package lxd

import "testing"

// LXD's own configuration holds passwords and keys, which nobody is shown.
func TestTheSecretsOfTheServersConfiguration(t *testing.T) {
	for key, secret := range map[string]bool{
		"core.trust_password": true, "maas.api.key": true, "network.ovn.client_key": true, "rbac.agent.private_key": true, "loki.auth.password": true, "oidc.client.secret": true,
		"network.ovn.client_cert": false, "core.https_address": false, "images.auto_update_interval": false, "oidc.client.id": false,
	} {
		if IsSecretKey(key) != secret {
			t.Errorf("%s is a secret: %v", key, !secret)
		}
	}
}
