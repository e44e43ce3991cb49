package lxd

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/singleflight"
)

// flights are reads that several callers ask for at one moment: LXD is asked
// once. They are of what is asked and not of who asks: the caller's scope is
// looked at before, and what is shown is chosen after.
type flights struct{ singleflight.Group }

// oldest is how old what is joined may be: what lives is never told older.
const oldest = time.Second

// together reads like get, and joins a read of the same address that is under
// way, unless that began too long ago, or lxdql has changed something since. What
// comes is everybody's who joined, and must not be changed: settle is called before.
func together[T any](ctx context.Context, c *Client, address string, settle func(T)) (T, error) {
	name := strconv.FormatUint(c.writes.count.Load(), 10) + " " + address
	answer := c.flights.DoChan(name, func() (found any, err error) {
		defer func() { // nobody is above this goroutine: a panic would end the server
			if panicked := recover(); panicked != nil {
				var none T
				found, err = none, &Error{Status: http.StatusOK, Message: fmt.Sprint("LXD's answer cannot be read: ", panicked)}
			}
		}()
		late := time.AfterFunc(oldest, func() { c.flights.Forget(name) })
		defer late.Stop()
		// Whoever asked first may leave before the others.
		read, err := get[T](context.WithoutCancel(ctx), c, address)
		if err == nil && settle != nil {
			settle(read)
		}
		return read, err
	})
	select {
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	case result := <-answer:
		return result.Val.(T), result.Err
	}
}
