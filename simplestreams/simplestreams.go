// Package simplestreams reads what image servers offer, in the format of that
// name. It trusts them with nothing: what they send is bounded in time, size
// and number, and leads to no other server.
package simplestreams

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Shortcuts are names for well-known servers, as LXD's own client has them.
var Shortcuts = map[string]string{
	"ubuntu":       "https://cloud-images.ubuntu.com/releases",
	"ubuntu-daily": "https://cloud-images.ubuntu.com/daily",
	"images":       "https://images.lxd.canonical.com",
}

const (
	// fresh is how long a server's list is kept.
	fresh = 5 * time.Minute
	// timeout bounds the reading of a server, and the waiting for who reads it already.
	timeout = 20 * time.Second
	// kept bounds how many servers are remembered.
	kept = 8
)

// ErrAddress says that a text is neither a shortcut nor an address of a server.
var ErrAddress = errors.New(`an image server is "ubuntu:", "ubuntu-daily:", "images:" or an address such as https://images.example.org`)

// Client reads image servers and remembers for some minutes what they offered.
// It is safe for concurrent use and holds no goroutine.
type Client struct {
	http    *http.Client
	timeout time.Duration
	mutex   sync.Mutex
	servers map[string]*remembered
}

// remembered is what a server offered. Turn is held by who reads it.
type remembered struct {
	turn   chan struct{}
	read   time.Time
	images []*RemoteImage
}

// New makes a client; transport is nil for the usual one.
func New(transport http.RoundTripper) *Client {
	return &Client{
		http:    &http.Client{Transport: transport, CheckRedirect: sameHost},
		timeout: timeout, servers: map[string]*remembered{},
	}
}

// Address is the server of a shortcut, with or without its colon, or of an
// https address. Named is whether the caller has named an address.
func Address(remote string) (address string, named bool, err error) {
	if known, ok := Shortcuts[strings.TrimSuffix(remote, ":")]; ok {
		return known, false, nil
	}
	parsed, err := url.Parse(remote)
	if err != nil || parsed.Scheme != "https" || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "", false, ErrAddress
	}
	return strings.TrimSuffix(parsed.String(), "/"), true, nil
}

// Known reports whether an address is one of a shortcut's.
func Known(address string) bool {
	for _, known := range Shortcuts {
		if known == address {
			return true
		}
	}
	return false
}

// Images are what a server offers. They are shared: nobody may change them.
func (c *Client) Images(ctx context.Context, server string) ([]*RemoteImage, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	entry := c.remember(server)
	select {
	case entry.turn <- struct{}{}:
		defer func() { <-entry.turn }()
	case <-ctx.Done():
		return nil, &Error{Server: server, Cause: ctx.Err()}
	}
	if time.Since(entry.read) < fresh {
		return entry.images, nil
	}
	images, err := c.fetch(ctx, server)
	if err != nil {
		return nil, &Error{Server: server, Cause: err}
	}
	entry.images, entry.read = images, time.Now()
	return images, nil
}

// remember finds a server's entry, or makes one in the place of another.
func (c *Client) remember(server string) *remembered {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if entry, ok := c.servers[server]; ok {
		return entry
	}
	for len(c.servers) >= kept {
		for name := range c.servers { // any: there are few, and each is read again at need
			delete(c.servers, name)
			break
		}
	}
	c.servers[server] = &remembered{turn: make(chan struct{}, 1)}
	return c.servers[server]
}
