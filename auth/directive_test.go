package auth_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"github.com/lxdql/lxdql/auth"
)

var _ graphql.Marshaler = auth.RoleViewer

func TestHasRole(t *testing.T) {
	cases := []struct {
		name   string
		caller *auth.Identity
		role   auth.Role
		wanted error
	}{
		{"anonymous", nil, auth.RoleViewer, auth.ErrUnauthenticated},
		{"no role at all", identity("", nil), auth.RoleViewer, auth.ErrForbidden},
		{"a lower role", identity(auth.RoleViewer, nil), auth.RoleOperator, auth.ErrForbidden},
		{"a lower grant", identity("", map[string]auth.Role{"web": auth.RoleOperator}), auth.RoleAdmin, auth.ErrForbidden},
		{"a demand that is no role", identity(auth.RoleAdmin, nil), "ROOT", auth.ErrForbidden},
		{"the role", identity(auth.RoleOperator, nil), auth.RoleOperator, nil},
		{"a higher role", identity(auth.RoleAdmin, nil), auth.RoleViewer, nil},
		{"the role in some project", identity("", map[string]auth.Role{"web": auth.RoleOperator}), auth.RoleOperator, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			resolved := false
			next := func(context.Context) (any, error) { resolved = true; return "the field", nil }
			value, err := auth.HasRole(auth.With(t.Context(), c.caller), nil, next, c.role)
			if c.wanted != nil {
				refused(t, err, c.wanted)
			} else if err != nil || value != "the field" {
				t.Errorf("got %v and %v", value, err)
			}
			if resolved != (c.wanted == nil) {
				t.Errorf("the resolver ran: %v", resolved)
			}
		})
	}
}

func TestPublicIsForEverybody(t *testing.T) {
	value, err := auth.Public(t.Context(), nil, func(context.Context) (any, error) { return "the field", nil })
	if err != nil || value != "the field" {
		t.Errorf("got %v and %v", value, err)
	}
}

func TestRoleOnTheWire(t *testing.T) {
	role := auth.RoleViewer
	for _, bad := range []any{"admin", "", "ROOT", 3, nil} {
		if err := role.UnmarshalGQL(bad); err == nil {
			t.Errorf("%v was taken for a role", bad)
		}
	}
	if role != auth.RoleViewer {
		t.Errorf("a refused role changed the value to %s", role)
	}
	if err := role.UnmarshalGQL("ADMIN"); err != nil || role != auth.RoleAdmin {
		t.Errorf("got %s and %v", role, err)
	}
	var written bytes.Buffer
	role.MarshalGQL(&written)
	if written.String() != `"ADMIN"` {
		t.Errorf("wrote %s", written.String())
	}
}
