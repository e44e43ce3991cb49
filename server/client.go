package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
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
	forwarded, real := forwardedBy(config.proxies())
	warn := sync.OnceFunc(func() {
		log.Warn("a proxy on this machine forwards requests, and is not trusted to say from where: set TRUSTED_PROXIES=127.0.0.1/32,::1/128 if it is yours; until then all come from loopback, which is not limited")
	})
	return func(next http.Handler) http.Handler {
		known := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			peer, _, _ := net.SplitHostPort(r.RemoteAddr)
			address := middleware.GetClientIP(r.Context())
			says := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("X-Real-IP") != ""
			if address == "" {
				address = peer
			}
			ctx := auth.WithOrigin(r.Context(), auth.Origin{Address: address, Agent: r.UserAgent()})
			if loopback(peer) && address == peer {
				if says {
					warn()
				}
				ctx = context.WithValue(ctx, localKey{}, true)
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
		viaForwarded, viaReal := forwarded(known), real(known)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Forwarded-For") != "" {
				viaForwarded.ServeHTTP(w, r)
				return
			}
			viaReal.ServeHTTP(w, r)
		})
	}
}

// forwardedBy reads what trusted proxies say; without any, nothing is read.
func forwardedBy(proxies []string) (forwarded, real func(http.Handler) http.Handler) {
	if len(proxies) == 0 {
		same := func(next http.Handler) http.Handler { return next }
		return same, same
	}
	return middleware.ClientIPFromXFF(proxies...), middleware.ClientIPFromHeader("X-Real-IP", proxies...)
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
