package lxd

import (
	"maps"
	"slices"
)

// actionsIf are the actions of who may change what is in a project.
func actionsIf(may bool, actions ...Action) []Action {
	if !may {
		return []Action{}
	}
	return actions
}

// ActionsFor are what the scope may do to the backup.
func (b *InstanceBackup) ActionsFor(as Scope) []Action {
	return actionsIf(as.Allows(b.instance.Project, true), "RENAME", "DELETE")
}

// ActionsFor are what the scope may do to the snapshot: a volume goes back to it
// or is made of it. One of an instance's volume changes with the instance.
func (s *StorageVolumeSnapshot) ActionsFor(as Scope) []Action {
	return actionsIf(s.volume.Type == VolumeCustom && as.Allows(s.volume.Project, true), "UPDATE", "RENAME", "RESTORE", "COPY", "DELETE")
}

// ActionsFor are what the scope may do to the backup.
func (b *StorageVolumeBackup) ActionsFor(as Scope) []Action {
	return actionsIf(b.volume.Type == VolumeCustom && as.Allows(b.volume.Project, true), "RENAME", "DELETE")
}

// ActionsFor are what the scope may do to the operation.
func (o *Operation) ActionsFor(as Scope) []Action {
	return actionsIf(!o.Final() && o.MayCancel && as.Allows(o.Project, true), "CANCEL")
}

// ActionsFor are what the scope may do to the warning.
func (w *Warning) ActionsFor(as Scope) []Action {
	return actionsIf(as.Allows("", true), "UPDATE", "DELETE")
}

// ActionsFor are what the scope may do to the group now.
func (g *ClusterGroup) ActionsFor(as Scope) []Action {
	switch may := as.Allows("", true); {
	case g.Name == "default":
		return actionsIf(may, "UPDATE")
	case len(g.MemberNames) > 0:
		return actionsIf(may, "UPDATE", "RENAME")
	default:
		return actionsIf(may, "UPDATE", "RENAME", "DELETE")
	}
}

// ActionsFor are what the scope may do to LXD's group.
func (g *AuthGroup) ActionsFor(as Scope) []Action {
	return actionsIf(as.Allows("", true), "UPDATE", "RENAME", "DELETE")
}

// ActionsFor are what the scope may do to the provider's group.
func (g *IdentityProviderGroup) ActionsFor(as Scope) []Action {
	return actionsIf(as.Allows("", true), "UPDATE", "RENAME", "DELETE")
}

// CertificateActions are what the scope may do to a certificate that LXD trusts.
// That of lxdql itself takes force.
func (c *Client) CertificateActions(as Scope, certificate *Certificate) []Action {
	return actionsIf(as.Allows("", true) && certificate.Fingerprint != c.ownFingerprint(), "UPDATE", "DELETE")
}

// IdentityActions are what the scope may do to an identity of LXD. That of lxdql
// itself takes force.
func (c *Client) IdentityActions(as Scope, identity *Identity) []Action {
	known := slices.ContainsFunc(slices.Collect(maps.Values(identityMethods)), func(method [2]string) bool { return method[0] == identity.AuthenticationMethod })
	return actionsIf(known && as.Allows("", true) && identity.Identifier != c.ownFingerprint(), "UPDATE", "DELETE")
}
