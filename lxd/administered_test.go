package lxd

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// grants are the projects that a caller may read, and of those the ones that he administers.
type grants map[string]bool

func (g grants) Allows(project string, write bool) bool {
	administers, reads := g[project]
	return project != "" && reads && (!write || administers)
}

// What a project shows may be another's: who administers the one need not
// administer the other.
func TestWhoAdministersAProjectAdministersWhatItOwns(t *testing.T) {
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodGet:
			t.Errorf("sent %s %s", r.Method, r.RequestURI)
		case r.URL.Path == "/1.0":
			io.WriteString(w, `{"type":"sync","metadata":{"api_extensions":[]}}`)
		default:
			name := strings.TrimPrefix(r.URL.Path, "/1.0/projects/")
			io.WriteString(w, `{"type":"sync","metadata":{"name":"`+name+`","config":{"features.profiles":"`+map[bool]string{true: "true", false: "false"}[name == "own"]+`"}}}`)
		}
	})
	for _, one := range []struct {
		as             grants
		project, owner string
		status         int
	}{
		{grants{"own": true}, "own", "own", 0},
		{grants{"own": false}, "own", "", http.StatusForbidden},
		{grants{"shares": true, "default": false}, "shares", "", http.StatusForbidden},
		{grants{"shares": true}, "shares", "", http.StatusNotFound},
		{grants{"shares": true, "default": true}, "shares", "default", 0},
		{grants{"own": true}, "shares", "", http.StatusNotFound},
	} {
		owner, err := client.administered(t.Context(), one.as, one.project, FeatureProfiles)
		status := 0
		switch {
		case errors.As(err, new(*ForbiddenError)):
			status = http.StatusForbidden
		case IsNotFound(err):
			status = http.StatusNotFound
		}
		if owner != one.owner || status != one.status {
			t.Errorf("%v in %s: %q, %v", one.as, one.project, owner, err)
		}
		shared := one.project
		_, created := client.CreateProfile(t.Context(), one.as, NewChangePlan(true), &CreateProfileInput{Name: "", Project: &shared})
		var bad *InputError
		if (one.status == 0) != errors.As(created, &bad) {
			t.Errorf("%v makes a profile in %s: %v", one.as, one.project, created)
		}
	}
}
