package lxd

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"
)

// mostNamed bounds how many calls a Usage names; it counts all of them.
const mostNamed = 100

// Usage is what an answer cost LXD: the requests made with a context of
// [WithUsage]. It is safe for concurrent use.
type Usage struct {
	mutex        sync.Mutex
	calls        int
	bytes        int64
	milliseconds float64
	named        []string
}

type usageKey struct{}

// WithUsage counts the requests that are made with the context from here on.
func WithUsage(ctx context.Context) (context.Context, *Usage) {
	usage := &Usage{}
	return context.WithValue(ctx, usageKey{}, usage), usage
}

// UsageOf is what counts the requests of a context; nil for nothing.
func UsageOf(ctx context.Context) *Usage {
	usage, _ := ctx.Value(usageKey{}).(*Usage)
	return usage
}

// Cost is the number of requests, the bytes of LXD's answers, and the time
// until they were read, added up: side by side they may have taken less.
func (u *Usage) Cost() (calls int, bytes int64, milliseconds float64) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.calls, u.bytes, u.milliseconds
}

// Named are the first of the requests, without their bodies and filters.
func (u *Usage) Named() []string {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.named
}

// counted counts one request from here until its body is closed.
func counted(ctx context.Context, method, address string, body io.ReadCloser, begun time.Time) io.ReadCloser {
	usage, ok := ctx.Value(usageKey{}).(*Usage)
	if !ok {
		return body
	}
	name, _, _ := strings.Cut(address, "filter=") // what a caller looks for is nobody's business
	return &countedBody{ReadCloser: body, usage: usage, name: method + " " + name, begun: begun}
}

type countedBody struct {
	io.ReadCloser
	usage *Usage
	name  string
	begun time.Time
	bytes int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	return n, err
}

func (b *countedBody) Close() error {
	b.usage.mutex.Lock()
	defer b.usage.mutex.Unlock()
	b.usage.calls++
	b.usage.bytes += b.bytes
	b.usage.milliseconds += float64(time.Since(b.begun).Microseconds()) / 1000
	if len(b.usage.named) < mostNamed {
		b.usage.named = append(b.usage.named, b.name)
	}
	return b.ReadCloser.Close()
}
