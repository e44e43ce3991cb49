package resolvers

import (
	"context"
	"slices"
	"strings"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// A plan says how much of each instance LXD is asked for. LXD pays 2 to 6 ms
// for the state of one, so it is read for no instance that is not on the page,
// unless the list is chosen or ordered by it.
type plan struct {
	choose lxd.InstanceDetail // to choose and order the list
	show   lxd.InstanceDetail // to show the page
}

// list is what the list is read with. Where the page needs the state and the
// choice does not, the list comes first, as cheaply as it can be chosen from.
func (p plan) list() lxd.InstanceDetail {
	if p.show == lxd.DetailFull {
		return p.choose
	}
	return max(p.choose, p.show)
}

// whole decides, once the list is known, to read all of it again with the
// state instead of the page's instances one by one: of one instance LXD's full
// answer costs about twice its share in the list's (facts: 3.7 and 1.7 ms).
func whole(total, shown int) bool { return 2*shown > total }

// needs of a list that is chosen by the state.
var stateFields = map[string]bool{
	"address": true, "state": true, "memoryUsageBytes": true, "cpuUsageSeconds": true, "processes": true,
}

// nameFields can be chosen by from a list of names.
var nameFields = map[string]bool{"name": true, "project": true}

// searching is how much of each instance a text is looked for in: addresses
// are in the state, which is dear, and is read only where the text can be part
// of one.
func searching(text string) lxd.InstanceDetail {
	if strings.Trim(text, "0123456789abcdefABCDEF.: ") == "" {
		return lxd.DetailFull
	}
	return lxd.DetailObject
}

// choosing is how much the conditions and the order look at.
func choosing(args page.Args, filter string) lxd.InstanceDetail {
	fields := page.Fields(args.Where)
	if name := args.OrderBy.Name(); name != "" {
		fields[name] = true
	}
	detail := lxd.DetailNames
	if filter != "" {
		detail = lxd.DetailObject
	}
	if args.Search != nil && *args.Search != "" {
		detail = searching(*args.Search)
	}
	for field := range fields {
		switch {
		case stateFields[field]:
			return lxd.DetailFull
		case !nameFields[field]:
			detail = max(detail, lxd.DetailObject)
		}
	}
	return detail
}

// showing is how much the selection below at ("nodes", "edges.node") needs.
func showing(ctx context.Context, at ...string) lxd.InstanceDetail {
	detail := lxd.DetailNames
	for _, name := range selected(ctx, at...) {
		switch {
		case slices.Contains(fullFields, name):
			return lxd.DetailFull
		case name != "name" && name != "id" && name != "project" && name != "__typename":
			detail = lxd.DetailObject
		}
	}
	return detail
}

// fullFields come with LXD's costliest answer only. Snapshots and backups come
// with it too, and never alone: see snapshotsOf and backupsOf.
var fullFields = []string{"state", "ipv4", "ipv6", "usage"}

// onlyNames reports whether snapshots are asked for their names only: those
// stand in the lists of volumes, five times as cheap.
func onlyNames(ctx context.Context, at ...string) bool {
	for _, name := range selected(ctx, at...) {
		if name != "name" && name != "id" && name != "__typename" {
			return false
		}
	}
	return true
}

// withoutParts leaves out what no field of the page and no condition looks at.
func withoutParts(ctx context.Context, list *lxd.InstanceList, choosing lxd.InstanceDetail) {
	list.Entitlements = slices.Contains(selected(ctx, "nodes", "edges.node"), "accessEntitlements")
	if choosing == lxd.DetailFull {
		return // an address, or a search for one
	}
	fields := selected(ctx, "nodes", "edges.node")
	parts := selected(ctx, "nodes.state", "edges.node.state")
	list.WithoutDisk = !slices.Contains(parts, "disk")
	list.WithoutNetwork = !slices.Contains(parts, "network") && !slices.Contains(fields, "ipv4") && !slices.Contains(fields, "ipv6")
}
