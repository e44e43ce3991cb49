package page

import (
	"github.com/lxdql/lxdql/lxd"
)

// GraphQL names a page by what is on it.
type (
	// InstanceConnection is a page of instances.
	InstanceConnection = Connection[*lxd.Instance]
	// InstanceEdge is one instance of a page.
	InstanceEdge = Edge[*lxd.Instance]
)

// InstanceOrderField is a property to order instances by.
type InstanceOrderField string

// The properties to order instances by.
const (
	ByProject    InstanceOrderField = "PROJECT"
	ByName       InstanceOrderField = "NAME"
	ByCreatedAt  InstanceOrderField = "CREATED_AT"
	ByLastUsedAt InstanceOrderField = "LAST_USED_AT"
	ByStatus     InstanceOrderField = "STATUS"
)

// OrderDirection is the direction of a list.
type OrderDirection string

// The directions.
const (
	Ascending  OrderDirection = "ASC"
	Descending OrderDirection = "DESC"
)

// InstanceOrder is how to order instances.
type InstanceOrder struct {
	Field     InstanceOrderField
	Direction *OrderDirection
}

// instanceKeys are the keys by field; project and name are unique together.
var instanceKeys = map[InstanceOrderField]func(*lxd.Instance) []string{
	ByProject:    func(i *lxd.Instance) []string { return []string{i.Project, i.Name} },
	ByName:       func(i *lxd.Instance) []string { return []string{i.Name, i.Project} },
	ByCreatedAt:  func(i *lxd.Instance) []string { return []string{sortable(i.CreatedAt), i.Project, i.Name} },
	ByLastUsedAt: func(i *lxd.Instance) []string { return []string{sortable(i.LastUsedAt), i.Project, i.Name} },
	ByStatus:     func(i *lxd.Instance) []string { return []string{string(i.Status), i.Project, i.Name} },
}

// Instances cuts a page of instances; no order is by project, then name.
func Instances(instances []*lxd.Instance, order *InstanceOrder, args Args) (*InstanceConnection, error) {
	by := InstanceOrder{Field: ByProject}
	if order != nil {
		by = *order
	}
	return Of(instances, Order[*lxd.Instance]{
		Name:       string(by.Field),
		Keys:       instanceKeys[by.Field],
		Descending: by.Direction != nil && *by.Direction == Descending,
	}, args)
}

// sortable is a time whose text sorts as the time does.
func sortable(t lxd.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000000")
}
