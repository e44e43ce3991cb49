package auth

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// Whatever an identity, a user or a token has either decides what it may do, and
// is in its rights, or does not, and is named here. A new field has to be looked
// at: rights that differ must never look alike.
func TestRightsHoldAllThatDecides(t *testing.T) {
	for _, c := range []struct {
		of      any
		decides []string
		not     []string
	}{
		// What a provider gives is among the roles of the identity.
		{Identity{}, []string{"User", "Token", "Grants"}, []string{"SessionID", "ExpiresAt", "given"}},
		// Grants of a user are those of its identity; one that is disabled is nobody.
		{User{}, []string{"Role", "Grants"}, []string{"ID", "Username", "DisabledAt", "PasswordHash", "CreatedAt"}},
		{ApiToken{}, []string{"Role", "Projects", "ReadOnly"}, []string{"ID", "UserID", "User", "Hash", "Description", "FromEnvironment", "ExpiresAt", "CreatedAt", "LastUsedAt"}},
		{Grant{}, []string{"ProjectName", "Role"}, nil},
	} {
		known := map[string]bool{}
		for _, name := range append(c.decides, c.not...) {
			known[name] = true
		}
		kind := reflect.TypeOf(c.of)
		for n := range kind.NumField() {
			if !known[kind.Field(n).Name] {
				t.Errorf("%s.%s is new: does it decide what a caller may see? Then it belongs into the rights", kind.Name(), kind.Field(n).Name)
			}
		}
	}
}

var (
	someRoles    = []Role{"", RoleViewer, RoleOperator, RoleAdmin}
	someProjects = []string{"", "default", "a", "b", `a","b`, "a\nb"}
)

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func anyRole(random *rand.Rand) *Role {
	if role := pick(random, someRoles); role != "" {
		return &role
	}
	return nil
}

func anyIdentity(random *rand.Rand) *Identity {
	user := &User{ID: random.Int64N(1000), Username: "u", Role: anyRole(random), CreatedAt: time.Now()}
	for _, project := range someProjects[1:] {
		if role := pick(random, someRoles); role != "" && random.IntN(2) == 0 {
			user.Grants = append(user.Grants, &Grant{project, role})
		}
	}
	if random.IntN(2) == 0 {
		return &Identity{User: user, SessionID: "s", Grants: user.grants()}
	}
	token := &ApiToken{ID: "t", User: user, Role: anyRole(random), ReadOnly: random.IntN(2) == 0}
	if random.IntN(2) == 0 {
		token.Projects = []string{}
		for range random.IntN(3) {
			token.Projects = append(token.Projects, pick(random, someProjects[1:]))
		}
	}
	identity, err := (&Service{}).ofToken(token, nil)
	if err != nil {
		panic(err)
	}
	return identity
}

// mayDo is all that an identity is asked.
func mayDo(i *Identity) []bool {
	answers := []bool{i.ReadOnly(), i.IsAdmin(), i.confined()}
	for _, role := range someRoles {
		answers = append(answers, i.Has(role))
	}
	for _, project := range append(someProjects, "another") {
		for _, write := range []bool{false, true} {
			answers = append(answers, i.Allows(project, write), Administrator{i}.Allows(project, write))
		}
		for _, role := range someRoles[1:] {
			answers = append(answers, i.RoleIn(project) == role)
		}
	}
	return answers
}

// Equal texts are equal rights, and who is made of the text has the same and is
// nobody.
func TestEqualRightsAllowTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	byText := map[string][]bool{}
	shared := 0
	for range 20_000 {
		identity := anyIdentity(random)
		text, bare := identity.Rights()
		may := mayDo(identity)
		if before, ok := byText[text]; ok {
			if shared++; !reflect.DeepEqual(before, may) {
				t.Fatalf("%s stands for different rights", text)
			}
		}
		byText[text] = may
		if !reflect.DeepEqual(mayDo(bare), may) {
			t.Fatalf("who is made of %s may do something else", text)
		}
		if bare.User.ID != 0 || bare.User.Username != "" || bare.SessionID != "" || !bare.ExpiresAt.IsZero() || (bare.Token != nil && (bare.Token.ID != "" || bare.Token.User != nil)) {
			t.Fatalf("who is made of %s is somebody: %+v", text, bare)
		}
	}
	if shared < 1000 {
		t.Errorf("only %d of the identities had rights that another had: this test sees little", shared)
	}
	if text, bare := (*Identity)(nil).Rights(); text != "" || bare != nil {
		t.Error("an anonymous caller has rights")
	}
}
