package lxd

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Addresses are the URLs of what the operation works on, each once, with the
// project. LXD names a container twice, once under its older path.
func (o *Operation) Addresses() []string {
	var resources map[string][]string
	if len(o.Affected) == 0 || json.Unmarshal(o.Affected, &resources) != nil {
		return nil
	}
	var addresses []string
	add := func(address string) {
		address = strings.Replace(address, "/1.0/containers/", "/1.0/instances/", 1)
		if o.Project != "" && !strings.Contains(address, "?") {
			address += "?project=" + url.QueryEscape(o.Project)
		}
		if !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	if entity, ok := o.Details["entity_url"].(string); ok {
		add(entity)
	}
	for _, kind := range sortedKeys(resources) {
		for _, address := range resources[kind] {
			add(address)
		}
	}
	return addresses
}

// WorksOn reports whether the operation is about an instance, or about one of
// its snapshots or backups.
func (c *Client) WorksOn(operation *Operation, instance *Instance) bool {
	return slices.ContainsFunc(operation.Addresses(), func(address string) bool {
		id, ok := c.Reference(address)
		name, _, _ := strings.Cut(id.Name, "/")
		return ok && strings.HasPrefix(id.Kind, "Instance") && id.Project == instance.Project && name == instance.Name
	})
}
