package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/lxdql/lxdql/auth"
)

// localKey marks a request that came from this machine, and from nowhere else
// before.
type localKey struct{}

func isLocal(ctx context.Context) bool { return ctx.Value(localKey{}) != nil }

// client tells where a request comes from: its real peer, or, where that is one
// of TRUSTED_PROXIES, what X-Forwarded-For or X-Real-IP says.
func client(config *Config, log *slog.Logger) func(http.Handler) http.Handler {
	proxies := newProxies(config.proxies())
	stranger := sync.OnceFunc(func() {
		log.Warn("a proxy on this machine forwards requests, and is not trusted to say from where: set TRUSTED_PROXIES=127.0.0.1/32,::1/128 if it is yours; until then all come from loopback, which is not limited")
	})
	contradiction := sync.OnceFunc(func() {
		log.Warn("a trusted proxy says one thing in X-Forwarded-For and another in X-Real-IP, so one of them is the caller's own: have it set both; until then such requests count as the proxy's")
	})
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			peer, _, _ := net.SplitHostPort(r.RemoteAddr)
			address, forwarded, agreed := proxies.client(r, peer)
			if !agreed {
				contradiction()
			}
			ctx := auth.WithOrigin(r.Context(), auth.Origin{Address: address, Agent: r.UserAgent()})
			if loopback(peer) && !forwarded {
				if says(r) {
					stranger()
				}
				ctx = context.WithValue(ctx, localKey{}, true)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// says reports whether somebody tells where a request came from before.
func says(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("X-Real-IP") != ""
}

// proxies are those that are believed; nil for none.
type proxies struct {
	trusted         []netip.Prefix
	forwarded, real func(http.Handler) http.Handler
}

func newProxies(networks []string) *proxies {
	if len(networks) == 0 {
		return nil
	}
	known := &proxies{forwarded: middleware.ClientIPFromXFF(networks...), real: middleware.ClientIPFromHeader("X-Real-IP", networks...)}
	for _, network := range networks {
		known.trusted = append(known.trusted, netip.MustParsePrefix(network))
	}
	return known
}

// client is where a request comes from, and whether a trusted proxy has
// forwarded it. A proxy that sets one of the headers hands on the other as the
// caller has written it: where the two do not agree, neither is believed.
func (p *proxies) client(r *http.Request, peer string) (address string, forwarded, agreed bool) {
	if p == nil || !p.trusts(peer) || !says(r) {
		return peer, false, true
	}
	first, second := found(p.forwarded, r), found(p.real, r)
	if p.trusts(second) {
		second = "" // the proxy before
	}
	switch {
	case first == "" && second == "":
		return peer, true, true
	case first == "":
		return second, true, true
	case second == "" || first == second:
		return first, true, true
	}
	return peer, true, false
}

func (p *proxies) trusts(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && slices.ContainsFunc(p.trusted, func(network netip.Prefix) bool { return network.Contains(address.Unmap().WithZone("")) })
}

// found is the address that a middleware finds; "" for none.
func found(by func(http.Handler) http.Handler, r *http.Request) (address string) {
	by(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { address = middleware.GetClientIP(r.Context()) })).ServeHTTP(nil, r)
	return address
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}

// proxies are TRUSTED_PROXIES; a single address is a network of one.
func (c *Config) proxies() []string {
	var proxies []string
	for text := range strings.SplitSeq(c.TrustedProxies, ",") {
		text = strings.TrimSpace(text)
		if address, err := netip.ParseAddr(text); err == nil {
			text = netip.PrefixFrom(address, address.BitLen()).String()
		}
		if text != "" {
			proxies = append(proxies, text)
		}
	}
	return proxies
}

func (c *Config) checkProxies() error {
	for _, proxy := range c.proxies() {
		if _, err := netip.ParsePrefix(proxy); err != nil {
			return fmt.Errorf("TRUSTED_PROXIES holds %q: it takes addresses and networks such as 10.0.0.0/8, separated by commas", proxy)
		}
	}
	return nil
}
