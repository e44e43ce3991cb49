package page

import (
	"fmt"

	"github.com/lxdql/lxdql/lxd"
)

// SearchKind is a kind of object that can be searched for.
type SearchKind string

// GraphQL names a page by what is on it.
type (
	// SearchConnection is a page of what was found.
	SearchConnection = Connection[lxd.Node]
	// SearchEdge is one object of a page.
	SearchEdge = Edge[lxd.Node]
)

// Hit is an object that answers a search.
type Hit struct {
	Node lxd.Node
	keys []string
}

// mostScore is the score of a name that is what was searched for.
const mostScore = 2 * scoreEqual

// Hits are the objects of a kind that answer a search.
func Hits[T lxd.Node](kind Kind[T], name SearchKind, items []T, search string, as lxd.Scope) []Hit {
	var hits []Hit
	for _, item := range items {
		if score := kind.Score(item, search, as); score > 0 {
			keys := append([]string{fmt.Sprintf("%03d", mostScore-score), string(name)}, kind.Key(item)...)
			hits = append(hits, Hit{item, keys})
		}
	}
	return hits
}

// Best is a page of what was found, best first. The order's name holds the
// search, so that a cursor of another one is refused.
func Best(hits []Hit, search string, args Args) (*SearchConnection, error) {
	found, err := Of(hits, Order[Hit]{Name: "SEARCH " + search, Mixed: true, Keys: func(h Hit) []string { return h.keys }}, args)
	if err != nil {
		return nil, err
	}
	nodes := &SearchConnection{Edges: make([]*SearchEdge, len(found.Edges)), PageInfo: found.PageInfo, TotalCount: found.TotalCount}
	for n, edge := range found.Edges {
		nodes.Edges[n] = NewEdge(edge.Node.Node, func(lxd.Node) string { return edge.Cursor() })
	}
	return nodes, nil
}
