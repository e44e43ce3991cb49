package lxd

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// twoMembers are a cluster of two, which show one certificate, and a client of both.
func twoMembers(t *testing.T, change func(*Config)) (first, second *overTLS, client *Client) {
	t.Helper()
	first, second = newOverTLS(t), newOverTLS(t)
	second.certificate.Store(first.certificate.Load())
	client = first.client(t, func(c *Config) {
		c.URL = first.url + ", " + second.url + "/"
		if change != nil {
			change(c)
		}
	})
	return first, second, client
}

// Nothing is tried behind the back of a member that shows another certificate,
// whichever it is, and one pin holds for all of them.
func TestOnePinHoldsForAllMembers(t *testing.T) {
	first, second, client := twoMembers(t, nil)
	if err := client.CheckTrust(t.Context()); err != nil || second.asked.Load() != 0 {
		t.Fatalf("%v, and the second was asked", err)
	}
	changed := first.show(t, nil)
	var refused *CertificateError
	if err := client.CheckTrust(t.Context()); !errors.As(err, &refused) || refused.Seen != changed {
		t.Errorf("the first shows another: %v", err)
	}
	if _, err := client.Projects(t.Context(), System); !errors.As(err, &refused) || second.asked.Load() != 0 {
		t.Errorf("the second was asked: %v", err)
	}

	first, second, client = twoMembers(t, nil)
	first.server.Close()
	changed = second.show(t, nil)
	if err := client.CheckTrust(t.Context()); !errors.As(err, &refused) || refused.Seen != changed || second.asked.Load() != 0 {
		t.Errorf("the second shows another: %v", err)
	}
	// What is accepted is what the member shows that was turned to.
	if accepted, _, err := client.Accept(t.Context(), System, changed); err != nil || accepted != changed {
		t.Errorf("%s %v", accepted, err)
	}
	if err := client.CheckTrust(t.Context()); err != nil || client.URL() != second.url {
		t.Errorf("at %s: %v", client.URL(), err)
	}
}

// A CA vouches for each member by its own name.
func TestACAVouchesForEachMember(t *testing.T) {
	signs := newAuthority(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	writePEM(t, ca, "CERTIFICATE", signs.certificate.Raw)
	first, second := newOverTLS(t), newOverTLS(t)
	second.show(t, signs)
	first.server.Close()
	byName := "https://localhost:" + second.url[strings.LastIndex(second.url, ":")+1:]
	var refused *CertificateError
	for at, right := range map[string]bool{byName: false, second.url: true} {
		client := first.client(t, func(c *Config) { c.Fingerprint, c.TrustedCAPath, c.URL = "", ca, first.url+","+at })
		if err := client.CheckTrust(t.Context()); right != (err == nil) || right == errors.As(err, &refused) {
			t.Errorf("a certificate for 127.0.0.1 at %s: %v", at, err)
		}
	}
}

// A member that is away, starting or silent is left for the next one, which stays in use.
func TestTheNextMemberIsTurnedTo(t *testing.T) {
	for _, how := range []string{"away", "starting", "silent"} {
		t.Run(how, func(t *testing.T) {
			first, second, client := twoMembers(t, func(c *Config) { c.Timeout = time.Second })
			if err := client.CheckTrust(t.Context()); err != nil || client.URL() != first.url {
				t.Fatalf("at %s: %v", client.URL(), err)
			}
			if how == "away" {
				first.server.CloseClientConnections()
				first.server.Listener.Close()
			} else {
				first.auth.Store(how)
			}
			_, err := client.Projects(t.Context(), System)
			if (how == "silent") != (err != nil) {
				t.Errorf("the question on its way: %v", err)
			}
			if _, err := client.Projects(t.Context(), System); err != nil {
				t.Errorf("the next question: %v", err)
			}
			stream, err := client.dialWebSocket(t.Context(), "/1.0/events")
			if err != nil {
				t.Fatalf("the event stream: %v", err)
			}
			stream.Close()
			before := second.asked.Load()
			if err := client.CheckTrust(t.Context()); err != nil || client.URL() != second.url || second.asked.Load() == before {
				t.Errorf("at %s: %v", client.URL(), err)
			}
			if at := client.Endpoint(); at.URL != second.url || len(at.MemberURLs) != 2 || at.MemberURLs[0] != first.url {
				t.Errorf("%+v", at)
			}
		})
	}
	// Where nobody is left, that is said.
	first, second, client := twoMembers(t, nil)
	first.server.Close()
	second.server.Close()
	var away *UnavailableError
	if _, err := client.Projects(t.Context(), System); !errors.As(err, &away) || !strings.Contains(err.Error(), first.url+" or "+second.url) {
		t.Errorf("%v", err)
	}
}

// Addresses that cannot work are told.
func TestURLsOfMembers(t *testing.T) {
	for text, says := range map[string]string{
		"":                                 "has to be like https://lxd-host:8443",
		"https://a:8443,":                  "separated by commas",
		"https://a,http://b":               "separated by commas",
		"https://a;https://b":              "a host and a port only",
		"https://a:8443, https://a":        "twice",
		"https://a:8443,https://x@b:8443":  "a host and a port only",
		"https://a:8443 https://b:8443":    "has to be like",
		"https://a:8443,https://b:8443/no": "a host and a port only",
	} {
		if urls, err := RemoteURLs(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %s %v", text, urls, err)
		}
	}
	if urls, err := RemoteURLs(" https://a , https://b:9/,https://[::1]"); err != nil || urls != "https://a:8443,https://b:9,https://[::1]:8443" {
		t.Errorf("%s %v", urls, err)
	}
}
