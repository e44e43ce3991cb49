package resolvers

import compiled "github.com/lxdql/lxdql/graph/plan" // plan is what a list is read for (plan.go)

// Joins are the fields that are answered for all objects of a level at once,
// when a plan asks. gqlgen asks the same functions for one object after the other.
func (r *Resolver) Joins() map[string]compiled.Join { return nil }

// Direct are the resolvers that wait for nothing: what they need is in the object.
func Direct() []string {
	return []string{
		"Instance.config", "Instance.expandedConfig", "Instance.hiddenConfigKeys", "Instance.devices", "Instance.availableActions",
		"InstanceSnapshot.config", "InstanceSnapshot.expandedConfig", "InstanceSnapshot.hiddenConfigKeys", "InstanceSnapshot.devices", "InstanceSnapshot.availableActions",
		"Profile.config", "Profile.hiddenConfigKeys", "Profile.devices", "Project.config", "Project.hiddenConfigKeys",
		"StoragePool.config", "StoragePool.hiddenConfigKeys", "StorageVolume.config", "StorageVolume.hiddenConfigKeys",
		"Network.config", "Network.hiddenConfigKeys",
	}
}
