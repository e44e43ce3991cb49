package resolvers

import (
	"context"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/lxdql/lxdql/mirror"
)

// loading is what loads many at once.
type loading[K comparable, V any] interface {
	LoadMany(ctx context.Context, keys []K) dataloader.ThunkMany[V]
}

// edge leads to what memory holds whole kinds of: there it is found at once,
// and nothing is gathered. Without memory it is a loader like others.
type edge[K comparable, V any] struct {
	*dataloader.Loader[K, V]
	// held is the object of a key for who asks, and whether memory can tell.
	held func(ctx context.Context, k K) (V, bool)
}

// Load is the loader's.
func (e edge[K, V]) Load(ctx context.Context, k K) dataloader.Thunk[V] {
	if value, ok := e.held(ctx, k); ok {
		return func() (V, error) { return value, nil }
	}
	return e.Loader.Load(ctx, k)
}

// LoadMany is the loader's.
func (e edge[K, V]) LoadMany(ctx context.Context, keys []K) dataloader.ThunkMany[V] {
	values := make([]V, len(keys))
	for n, k := range keys {
		value, ok := e.held(ctx, k)
		if !ok {
			return e.Loader.LoadMany(ctx, keys)
		}
		values[n] = value
	}
	return func() ([]V, []error) { return values, nil }
}

// orAsked leaves to LXD what memory does not hold: it may have come to be a
// moment ago, or be of what is not held.
func orAsked[V any](held func(context.Context, key) (*V, bool)) func(context.Context, key) (*V, bool) {
	return func(ctx context.Context, k key) (*V, bool) {
		value, ok := held(ctx, k)
		return value, ok && value != nil
	}
}

// heldOf finds what is of an effective project.
func heldOf[V any](from *mirror.Reader, kind mirror.Kind) func(context.Context, key) (*V, bool) {
	return heldAs[V](from, func(k key) mirror.Key { return mirror.Key{Kind: kind, Project: k.project, Name: k.name} })
}

// heldAs finds what a key names. As in a list there is nothing of what the
// caller may not see, and no error.
func heldAs[V any, K comparable](from *mirror.Reader, name func(K) mirror.Key) func(context.Context, K) (*V, bool) {
	return func(ctx context.Context, k K) (*V, bool) {
		entry, ok := from.Held(scope(ctx), name(k))
		if entry == nil {
			return nil, ok
		}
		return entry.(*V), ok
	}
}
