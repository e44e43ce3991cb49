package transport

import (
	"context"
	"sync"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

type endingKey struct{}

// ending is why a subscription ended.
type ending struct {
	mutex  sync.Mutex
	reason *gqlerror.Error
}

func withEnding(ctx context.Context) (context.Context, *ending) {
	end := &ending{}
	return context.WithValue(ctx, endingKey{}, end), end
}

// EndStream says why the subscription of ctx is about to end. The caller is
// told when its channel is closed.
func EndStream(ctx context.Context, reason *gqlerror.Error) {
	end, ok := ctx.Value(endingKey{}).(*ending)
	if !ok {
		return
	}
	end.mutex.Lock()
	defer end.mutex.Unlock()
	end.reason = reason
}

func (e *ending) errors() gqlerror.List {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.reason == nil {
		return nil
	}
	return gqlerror.List{e.reason}
}
