package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// OperationConnection is a page of operations.
	OperationConnection = Connection[*lxd.Operation]
	// OperationEdge is one operation of a page.
	OperationEdge = Edge[*lxd.Operation]
)

// Operations are ordered, chosen and found by these; the oldest come first.
var Operations = Kind[*lxd.Operation]{
	Key: func(o *lxd.Operation) []string { return []string{sortable(o.CreatedAt), o.UUID} },
	Values: map[string]func(*lxd.Operation) any{
		"createdAt":   func(o *lxd.Operation) any { return o.CreatedAt },
		"updatedAt":   func(o *lxd.Operation) any { return o.UpdatedAt },
		"status":      func(o *lxd.Operation) any { return o.Status() },
		"description": func(o *lxd.Operation) any { return o.Description },
		"project":     func(o *lxd.Operation) any { return o.Project },
		"location":    func(o *lxd.Operation) any { return o.Location() },
	},
	Texts: func(o *lxd.Operation) []string { return []string{o.Description, o.UUID, o.Err} },
}
