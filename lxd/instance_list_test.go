package lxd

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// A newer LXD is spared the parts of the state that nobody asks for; an older
// one would take the parameter for no recursion at all, and never gets it.
func TestPartsOfTheState(t *testing.T) {
	for extensions, want := range map[string]string{"": "2", `"` + selective + `"`: "2;fields=state.network"} {
		var asked string
		client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/1.0") {
				io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted","api_extensions":[`+extensions+`]}}`)
				return
			}
			asked = r.URL.Query().Get("recursion")
			io.WriteString(w, `{"type":"sync","metadata":[]}`)
		})
		if _, err := client.Instances(t.Context(), System, InstanceList{Detail: DetailFull, WithoutDisk: true}); err != nil {
			t.Fatal(err)
		}
		if asked != want {
			t.Errorf("with %q LXD is asked for recursion=%s, want %s", extensions, asked, want)
		}
	}
}

// An expression that would break LXD, or guess a secret, is never sent.
func TestFiltersThatAreNotSent(t *testing.T) {
	sent := false
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		sent = sent || r.URL.Query().Get("filter") != ""
		if r.URL.Path == "/1.0" {
			io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted"}}`)
			return
		}
		io.WriteString(w, `{"type":"sync","metadata":[]}`)
	})
	for _, filter := range []string{
		"state.status eq Running", "name eq x and snapshots.name eq y", "name.x eq y", "name eq x AND NOT\tarchitecture. ne y",
		"created_at.wall foo x", `description eq "a b" or profiles.0 eq x`, `name eq "x" and name.y eq "z"`,
	} {
		if _, err := client.Instances(t.Context(), System, InstanceList{Filter: filter}); err == nil || sent {
			t.Errorf("%q: %v", filter, err)
		}
	}
	for _, filter := range []string{"config.user.password eq h.*", "used_by eq .*", "expanded_devices.root.user.password eq h.*"} {
		if _, err := client.Instances(t.Context(), only("default"), InstanceList{Filter: filter}); err == nil || sent {
			t.Errorf("a viewer asks for a secret by %q: %v", filter, err)
		}
	}
	for _, filter := range []string{"name eq a.b", "name eq \"a.b c.d\" and status ne Running", "expanded_devices.root.pool eq x", "not config.user.a.b eq c.d"} {
		if _, err := client.Instances(t.Context(), System, InstanceList{Filter: filter}); err != nil {
			t.Errorf("%q: %v", filter, err)
		}
	}
}

// A list of all projects is one request where LXD can, and one per project
// where it would ignore the parameter.
func TestListsOfAllProjects(t *testing.T) {
	for extensions, want := range map[string]int32{"": 2, `"profiles_all_projects"`: 1} {
		var requests atomic.Int32
		client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/1.0":
				io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted","api_extensions":[`+extensions+`]}}`)
			case r.URL.Path == "/1.0/projects":
				io.WriteString(w, `{"type":"sync","metadata":[{"name":"default","config":{}},{"name":"shared","config":{"features.profiles":"false"}},{"name":"own","config":{"features.profiles":"true"}}]}`)
			case r.URL.Query().Get("all-projects") == "true":
				requests.Add(1)
				io.WriteString(w, `{"type":"sync","metadata":[{"name":"p","project":"default"},{"name":"p","project":"own"}]}`)
			default:
				requests.Add(1)
				io.WriteString(w, `{"type":"sync","metadata":[{"name":"p"}]}`)
			}
		})
		profiles, err := client.AllProfiles(t.Context(), System)
		if err != nil || len(profiles) != 2 || profiles[0].Project == profiles[1].Project || requests.Load() != want {
			t.Errorf("with %q: %d requests, %+v, %v", extensions, requests.Load(), profiles, err)
		}
		if seen, err := client.AllProfiles(t.Context(), only("own")); err != nil || len(seen) != 1 || seen[0].Project != "own" {
			t.Errorf("one who sees one project sees %+v, %v", seen, err)
		}
	}
}

// What lxdql's own identity may do is asked where LXD can tell.
func TestEntitlements(t *testing.T) {
	for extensions, told := range map[string]bool{"": false, `"entities_with_entitlements"`: true} {
		client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/1.0":
				io.WriteString(w, `{"type":"sync","metadata":{"auth":"trusted","api_extensions":[`+extensions+`]}}`)
			case strings.Contains(r.URL.Query().Get("with-access-entitlements"), "can_edit"):
				io.WriteString(w, `{"type":"sync","metadata":[{"name":"c1","access_entitlements":["can_edit"]}]}`)
			default:
				io.WriteString(w, `{"type":"sync","metadata":[{"name":"c1"}]}`)
			}
		})
		instances, err := client.Instances(t.Context(), System, InstanceList{Entitlements: true})
		if err != nil || (instances[0].AccessEntitlements != nil) != told {
			t.Errorf("with %q: %+v, %v", extensions, instances[0].AccessEntitlements, err)
		}
	}
}
