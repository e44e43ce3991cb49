package lxd

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Shown is the operation as far as the scope may see it; nil where it may not
// see it at all. What LXD names of other projects is left out. One of lxdql's own
// that works in several projects is for who sees all of them: its numbers and
// errors tell of each.
func (o *Operation) Shown(as Scope) *Operation {
	if o == nil || !as.Allows(o.Project, false) {
		return nil
	}
	for _, item := range o.Items {
		if !as.Allows(item.Project, false) {
			return nil
		}
	}
	entity, _ := o.Details["entity_url"].(string)
	if !namesOthers(string(o.Affected)) && !namesOthers(entity) {
		return o
	}
	shown, cut := *o, false
	var resources map[string][]string
	if json.Unmarshal(o.Affected, &resources) == nil {
		for kind, addresses := range resources {
			resources[kind] = slices.DeleteFunc(addresses, func(address string) bool { return !allowsAddress(as, address) })
			cut = cut || len(resources[kind]) < len(addresses)
		}
		shown.Affected, _ = json.Marshal(resources) // texts always marshal
	}
	switch {
	case cut && o.Own, !allowsAddress(as, entity):
		return nil
	case !cut:
		return o
	}
	return &shown
}

// namesOthers reports whether addresses may be of another project than the
// operation's: LXD says the project of those.
func namesOthers(addresses string) bool { return strings.Contains(addresses, "project=") }

// allowsAddress reports whether the scope may see the project that an address of
// LXD names; one that names none is of the operation's.
func allowsAddress(as Scope, address string) bool {
	parsed, err := url.Parse(address)
	if err != nil {
		return false
	}
	project := parsed.Query().Get("project")
	return project == "" || as.Allows(project, false)
}

// withoutSource leaves out of what makes an instance of another the other one,
// unless LXD says its project: it may be a hidden one, and 5.0.2 names it as if
// it were of the project of the new instance (seen).
func (o *Operation) withoutSource() {
	var resources map[string][]string
	if o.Own || o.Description != "Creating instance" || json.Unmarshal(o.Affected, &resources) != nil {
		return
	}
	cut := false
	for _, kind := range []string{"instances", "containers"} {
		if addresses := resources[kind]; len(addresses) > 1 {
			resources[kind] = append(addresses[:1:1], slices.DeleteFunc(slices.Clone(addresses[1:]), func(address string) bool { return !namesOthers(address) })...)
			cut = true
		}
	}
	if cut {
		o.Affected, _ = json.Marshal(resources) // texts always marshal
	}
}
