package resolvers

import (
	"context"

	"github.com/lxdql/lxdql/lxd"
)

// markChange tells the transport where a change stands. What there is, and what
// was missed, stands nowhere: it is told to all who listen.
func (r *Resolver) markChange(ctx context.Context, change any) {
	cursor, stands := "", false
	switch told := change.(type) {
	case *lxd.InstanceChange:
		cursor, stands = told.Cursor, told.Kind != lxd.ChangeReconciled && told.Kind != lxd.ChangeSnapshot && told.Kind != lxd.ChangeSnapshotEnd
	case *lxd.ObjectChange:
		cursor, stands = told.Cursor, told.Kind != lxd.ObjectReconciled && told.Kind != lxd.ObjectSnapshot && told.Kind != lxd.ObjectSnapshotEnd
	}
	place := uint64(0)
	if at, err := lxd.ParseCursor(cursor); err == nil && stands {
		place = at.Sequence
	}
	r.Mark(ctx, place, cursor)
}
