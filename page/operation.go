package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// OperationConnection is a page of operations.
	OperationConnection = Connection[*lxd.Operation]
	// OperationEdge is one operation of a page.
	OperationEdge = Edge[*lxd.Operation]
)

// Operations cuts a page of operations, oldest first.
func Operations(operations []*lxd.Operation, args Args) (*OperationConnection, error) {
	return Of(operations, Order[*lxd.Operation]{
		Name: "CREATED_AT",
		Keys: func(o *lxd.Operation) []string { return []string{sortable(o.CreatedAt), o.UUID} },
	}, args)
}
