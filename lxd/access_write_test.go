package lxd

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// newerLXD answers as LXD 6.x does to what 5.0.2 does not know, and keeps the
// last change that it was sent.
type newerLXD struct{ sent string }

func (n *newerLXD) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answers := map[string]string{
		"/1.0":                                     `{"api_extensions":["access_management","access_management_tls","auth_bearer","instance_placement_groups","clustering_evacuation_mode","clustering_restore_skip_mode"]}`,
		"/1.0/auth/identities":                     `[{"authentication_method":"tls","id":"ab12","name":"laptop","groups":["readers"]},{"authentication_method":"bearer","id":"1-2-3","name":"robot"},{"authentication_method":"oidc","id":"a@example.org","name":"twin"},{"authentication_method":"oidc","id":"b@example.org","name":"twin"}]`,
		"/1.0/auth/identities/tls/ab12":            `{"authentication_method":"tls","id":"ab12","name":"laptop","groups":["readers"],"newer":1}`,
		"/1.0/auth/groups":                         `[{"name":"readers","description":"d"}]`,
		"/1.0/auth/groups/readers":                 `{"name":"readers","description":"d","permissions":[{"entity_type":"server","url":"/1.0","entitlement":"viewer"}]}`,
		"/1.0/auth/identity-provider-groups":       `[{"name":"sales","groups":["readers"]}]`,
		"/1.0/auth/identity-provider-groups/sales": `{"name":"sales","groups":["readers"]}`,
		"/1.0/projects/default":                    `{"name":"default"}`,
		"/1.0/projects":                            `[{"name":"default"}]`,
		"/1.0/placement-groups":                    `[{"name":"used","project":"default","used_by":["/1.0/instances/c1"]},{"name":"free","project":"default"}]`,
		"/1.0/placement-groups/free":               `{"name":"free","config":{"policy":"spread","rigor":"strict","user.secret":"kept"}}`,
		"/1.0/cluster/members/n1":                  `{"server_name":"n1","status":"Online"}`,
		"/1.0/cluster/members/n2":                  `{"server_name":"n2","status":"Evacuated"}`,
	}
	if r.Method == http.MethodGet {
		w.Header().Set("Etag", `"e1"`)
		if answers[r.URL.Path] == "" {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"type":"error","error_code":404,"error":"not found"}`)
			return
		}
		fmt.Fprintf(w, `{"type":"sync","metadata":%s}`, answers[r.URL.Path])
		return
	}
	body, _ := io.ReadAll(r.Body)
	n.sent = r.Method + " " + r.URL.RequestURI() + " " + string(body)
	metadata := "null"
	switch {
	case strings.Contains(string(body), `"token":true`):
		metadata = `{"client_name":"x","secret":"s3cret","fingerprint":"ff","addresses":[],"expires_at":"0001-01-01T00:00:00Z","type":"Client certificate (pending)"}`
	case strings.HasSuffix(r.URL.Path, "/token"):
		metadata = `{"token":"jwt"}`
	}
	fmt.Fprintf(w, `{"type":"sync","metadata":%s}`, metadata)
}

// What 5.0.2 does not know goes to LXD as the newer ones want it.
func TestTheWritesOfNewerReleases(t *testing.T) {
	newer := &newerLXD{}
	client := onSocket(t, newer.ServeHTTP)
	ctx, yes, text, policy, mode := t.Context(), true, "new", PlacementPolicy("COMPACT"), ClusterEvacuationMode("LIVE_MIGRATE")
	permissions := []*PermissionInput{{"server", "/1.0", "admin"}}
	for _, one := range []struct {
		sent string
		do   func() (*Operation, error)
	}{
		{`POST /1.0/auth/identities/tls {"groups":["readers"],"name":"x","token":true}`, func() (*Operation, error) {
			token, err := client.CreateIdentity(ctx, System, &CreateIdentityInput{Method: MethodTLS, Name: "x", Groups: []string{"readers"}, Token: &yes})
			if err == nil {
				wantToken(t, token, "s3cret", "Client certificate (pending)")
			}
			return nil, err
		}},
		{`POST /1.0/auth/identities/bearer {"groups":[],"name":"x","type":"Client token bearer"}`, func() (*Operation, error) {
			_, err := client.CreateIdentity(ctx, System, &CreateIdentityInput{Method: MethodBearer, Name: "x"})
			return nil, err
		}},
		{`PUT /1.0/auth/identities/tls/ab12 {"authentication_method":"tls","groups":[],"id":"ab12","name":"laptop","newer":1}`, func() (*Operation, error) {
			return client.UpdateIdentity(ctx, System, MethodTLS, "laptop", &UpdateIdentityInput{Groups: []string{}}, nil, false)
		}},
		{`DELETE /1.0/auth/identities/oidc/a@example.org `, func() (*Operation, error) {
			_, operation, err := client.DeleteIdentity(ctx, System, MethodOIDC, "a@example.org", false)
			return operation, err
		}},
		{`POST /1.0/auth/identities/bearer/1-2-3/token {"expiry":"30d"}`, func() (*Operation, error) {
			_, _, err := client.CreateIdentityToken(ctx, System, "robot", "30d")
			return nil, err
		}},
		{`DELETE /1.0/auth/identities/bearer/1-2-3/token `, func() (*Operation, error) {
			_, operation, err := client.RevokeIdentityToken(ctx, System, "robot")
			return operation, err
		}},
		{`POST /1.0/auth/groups {"description":"","name":"writers","permissions":[{"entity_type":"server","url":"/1.0","entitlement":"admin"}]}`, func() (*Operation, error) {
			return client.CreateAuthGroup(ctx, System, &CreateAuthGroupInput{Name: "writers", Permissions: permissions})
		}},
		{`PUT /1.0/auth/groups/readers {"description":"new","name":"readers","permissions":[{"entity_type":"server","url":"/1.0","entitlement":"viewer"}]}`, func() (*Operation, error) {
			return client.UpdateAuthGroup(ctx, System, "readers", &UpdateAuthGroupInput{Description: &text}, nil)
		}},
		{`POST /1.0/auth/groups/readers {"name":"new"}`, func() (*Operation, error) { return client.RenameAuthGroup(ctx, System, "readers", "new") }},
		{`POST /1.0/auth/identity-provider-groups {"groups":["readers"],"name":"it"}`, func() (*Operation, error) {
			return client.CreateIdentityProviderGroup(ctx, System, &CreateIdentityProviderGroupInput{"it", []string{"readers"}})
		}},
		{`PUT /1.0/auth/identity-provider-groups/sales {"groups":[],"name":"sales"}`, func() (*Operation, error) {
			return client.UpdateIdentityProviderGroup(ctx, System, "sales", &UpdateIdentityProviderGroupInput{[]string{}}, nil)
		}},
		{`POST /1.0/auth/identity-provider-groups/sales {"name":"new"}`, func() (*Operation, error) {
			return client.RenameIdentityProviderGroup(ctx, System, "sales", "new")
		}},
		{`POST /1.0/placement-groups?project=default {"config":{"policy":"compact"},"description":"","name":"x"}`, func() (*Operation, error) {
			return client.CreatePlacementGroup(ctx, System, &CreatePlacementGroupInput{Name: "x", Policy: policy})
		}},
		{`PUT /1.0/placement-groups/free?project=default {"config":{"policy":"compact","rigor":"strict","user.secret":"kept"},"name":"free"}`, func() (*Operation, error) {
			return client.UpdatePlacementGroup(ctx, System, "", "free", &UpdatePlacementGroupInput{Policy: &policy}, nil)
		}},
		{`POST /1.0/placement-groups/free?project=default {"name":"new"}`, func() (*Operation, error) {
			return client.RenamePlacementGroup(ctx, System, "", "free", "new")
		}},
		{`POST /1.0/cluster/members/n1/state {"action":"evacuate","mode":"live-migrate"}`, func() (*Operation, error) {
			return client.EvacuateClusterMember(ctx, System, "n1", &mode)
		}},
		{`POST /1.0/cluster/members/n2/state {"action":"restore","mode":"skip"}`, func() (*Operation, error) {
			return client.RestoreClusterMember(ctx, System, "n2", true)
		}},
	} {
		if _, err := one.do(); err != nil || newer.sent != one.sent {
			t.Errorf("%s (%v), want %s", newer.sent, err, one.sent)
		}
	}
}

func wantToken(t *testing.T, token *Token, secret, kind string) {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(token.Text)
	var told map[string]any
	if err != nil || json.Unmarshal(data, &told) != nil || told["secret"] != secret || told["type"] != kind || !token.ExpiresAt.IsZero() {
		t.Errorf("the token is %s", data)
	}
}

// What is wrong is said before LXD is asked to change anything.
func TestWhatNewerReleasesAreNotAsked(t *testing.T) {
	newer := &newerLXD{}
	client := onSocket(t, newer.ServeHTTP)
	ctx, yes := t.Context(), true
	var input *InputError
	var exists *ExistsError
	var state *ConflictError
	var use *InUseError
	for what, one := range map[string]struct {
		into any
		err  error
	}{
		"an identity without a certificate": {&input, errorOf(client.CreateIdentity(ctx, System, &CreateIdentityInput{Method: MethodTLS, Name: "x"}))},
		"an identity of OIDC":               {&input, errorOf(client.CreateIdentity(ctx, System, &CreateIdentityInput{Method: MethodOIDC, Name: "x"}))},
		"a bearer with a token":             {&input, errorOf(client.CreateIdentity(ctx, System, &CreateIdentityInput{Method: MethodBearer, Name: "x", Token: &yes}))},
		"an identity's name that is taken":  {&exists, errorOf(client.CreateIdentity(ctx, System, &CreateIdentityInput{Method: MethodBearer, Name: "robot"}))},
		"one of two of the same name":       {&state, errorBehind(client.DeleteIdentity(ctx, System, MethodOIDC, "twin", false))},
		"an odd expiry":                     {&input, errorBehind(client.CreateIdentityToken(ctx, System, "robot", "soon"))},
		"a group's name with a colon":       {&input, errorOf(client.CreateAuthGroup(ctx, System, &CreateAuthGroupInput{Name: "a:b"}))},
		"a group's name that is taken":      {&exists, errorOf(client.CreateAuthGroup(ctx, System, &CreateAuthGroupInput{Name: "readers"}))},
		"a mapping that is there":           {&exists, errorOf(client.CreateIdentityProviderGroup(ctx, System, &CreateIdentityProviderGroupInput{Name: "sales"}))},
		"a placement group that is used":    {&use, errorBehind(client.DeletePlacementGroup(ctx, System, "", "used"))},
		"a placement group that is there":   {&exists, errorOf(client.CreatePlacementGroup(ctx, System, &CreatePlacementGroupInput{Name: "free", Policy: "SPREAD"}))},
		"a policy that nobody knows":        {&input, errorOf(client.CreatePlacementGroup(ctx, System, &CreatePlacementGroupInput{Name: "x", Policy: "UNKNOWN"}))},
	} {
		if !errors.As(one.err, one.into) || newer.sent != "" {
			t.Errorf("%s: %v, and %q was sent", what, one.err, newer.sent)
		}
	}
}

func errorOf[T any](_ T, err error) error { return err }

func errorBehind[A, B any](_ A, _ B, err error) error { return err }

// ofOneProject is an ADMIN of one project and of nothing else.
type ofOneProject struct{}

func (ofOneProject) Allows(project string, write bool) bool { return project == "mine" || !write }

// An ADMIN of a project changes nothing of the server's.
func TestAnAdministratorOfAProjectIsNoneOfTheServer(t *testing.T) {
	newer := &newerLXD{}
	client := onSocket(t, newer.ServeHTTP)
	ctx, as, uuid := context.Background(), ofOneProject{}, "1-2"
	calls := []error{
		errorOf(client.CreateCertificate(ctx, as, &CreateCertificateInput{})), errorOf(client.CreateCertificateToken(ctx, as, &CreateCertificateInput{})),
		errorBehind(client.UpdateCertificate(ctx, as, "ab", &UpdateCertificateInput{}, nil, true)), errorBehind(client.DeleteCertificate(ctx, as, "ab", true)),
		errorOf(client.UpdateWarning(ctx, as, uuid, "NEW")), errorBehind(client.DeleteWarning(ctx, as, uuid)),
		errorOf(client.UpdateServerConfig(ctx, as, "", &UpdateServerConfigInput{}, nil, true)), errorOf(client.EnableCluster(ctx, as, "n1")),
		errorOf(client.CreateClusterJoinToken(ctx, as, "n1")), errorOf(client.UpdateClusterCertificate(ctx, as, &UpdateClusterCertificateInput{}, true)),
		errorOf(client.UpdateClusterMember(ctx, as, "n1", &UpdateClusterMemberInput{}, nil)), errorOf(client.RenameClusterMember(ctx, as, "n1", "n2")),
		errorBehind(client.DeleteClusterMember(ctx, as, "n1", true)), errorOf(client.EvacuateClusterMember(ctx, as, "n1", nil)), errorOf(client.RestoreClusterMember(ctx, as, "n2", false)),
		errorOf(client.CreateClusterGroup(ctx, as, &CreateClusterGroupInput{})), errorOf(client.UpdateClusterGroup(ctx, as, "g", &UpdateClusterGroupInput{}, nil)),
		errorOf(client.RenameClusterGroup(ctx, as, "g", "h")), errorBehind(client.DeleteClusterGroup(ctx, as, "g")),
		errorOf(client.CreateIdentity(ctx, as, &CreateIdentityInput{Method: MethodTLS})), errorOf(client.UpdateIdentity(ctx, as, MethodTLS, "laptop", &UpdateIdentityInput{}, nil, true)),
		errorBehind(client.DeleteIdentity(ctx, as, MethodTLS, "laptop", true)), errorBehind(client.CreateIdentityToken(ctx, as, "robot", "")), errorBehind(client.RevokeIdentityToken(ctx, as, "robot")),
		errorOf(client.CreateAuthGroup(ctx, as, &CreateAuthGroupInput{Name: "x"})), errorOf(client.UpdateAuthGroup(ctx, as, "readers", &UpdateAuthGroupInput{}, nil)),
		errorOf(client.RenameAuthGroup(ctx, as, "readers", "x")), errorBehind(client.DeleteAuthGroup(ctx, as, "readers")),
		errorOf(client.CreateIdentityProviderGroup(ctx, as, &CreateIdentityProviderGroupInput{})), errorOf(client.UpdateIdentityProviderGroup(ctx, as, "sales", &UpdateIdentityProviderGroupInput{}, nil)),
		errorOf(client.RenameIdentityProviderGroup(ctx, as, "sales", "x")), errorBehind(client.DeleteIdentityProviderGroup(ctx, as, "sales")),
		errorOf(client.CreatePlacementGroup(ctx, as, &CreatePlacementGroupInput{})), errorOf(client.UpdatePlacementGroup(ctx, as, "", "free", &UpdatePlacementGroupInput{}, nil)),
		errorOf(client.RenamePlacementGroup(ctx, as, "", "free", "x")), errorBehind(client.DeletePlacementGroup(ctx, as, "", "free")),
	}
	for n, err := range calls {
		if !errors.As(err, new(*ForbiddenError)) {
			t.Errorf("call %d: %v", n, err)
		}
	}
	if newer.sent != "" {
		t.Errorf("%s was sent", newer.sent)
	}
}
