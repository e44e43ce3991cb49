package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/graph"
	gql "github.com/vektah/gqlparser/v2/ast"
)

const module = "github.com/lxdql/lxdql/"

// rooms says which room may import which of ours, and why not more.
var rooms = map[string]struct {
	may []string
	why string
}{
	"lxd":              {nil, "the client of LXD stands on nothing, so that it can be read and used alone"},
	"auth":             {nil, "who may do what is decided without knowing LXD or SQL"},
	"auth/oidctest":    {nil, "the tests' own identity provider knows nothing of who uses it"},
	"page":             {[]string{"auth", "journal", "lxd", "simplestreams"}, "lists know the types that are listed: they are handed what the caller may see"},
	"simplestreams":    {nil, "image servers are others' and know nothing of LXD or of us"},
	"work":             {[]string{"journal", "lxd"}, "operations of ours are steps of LXD: who may is asked of the scope that they are given"},
	"mirror":           {[]string{"lxd"}, "the inventory in memory is LXD's, and is filtered by the scope that it is given"},
	"journal":          {[]string{"lxd"}, "what happened is LXD's events; who asked is words that it is given"},
	"db":               {[]string{"auth", "journal", "lxd", "work", "trust"}, "the only room that says SQL implements the others' stores"},
	"db/pgtest":        {nil, "the tests' own PostgreSQL knows nothing of who uses it"},
	"relay":            {[]string{"work", "lxd", "auth"}, "byte streams are between a caller and LXD, as operations of ours"},
	"trust":            {[]string{"lxd"}, "whom lxdql takes for LXD is decided without knowing users, SQL or GraphQL"},
	"health":           {nil, "whether something answers is asked by those who know it"},
	"graph":            {[]string{"simplestreams", "lxd", "auth", "health", "page", "journal", "relay", "trust", "work", "mirror"}, "generated code binds types and decides nothing"},
	"resolvers":        {[]string{"graph/plan", "simplestreams", "graph", "health", "page", "journal", "relay", "trust", "work", "lxd", "auth", "mirror"}, "a resolver is a line: it names who answers"},
	"web":              {nil, "what a browser loads is files"},
	"lxd/lxdsim":       {nil, "the imitation of LXD is a daemon: it shares the wire with the client and no code"},
	"server/transport": {nil, "transports carry GraphQL whatever it is about"},
	"server":           {[]string{"graph/bind", "graph/plan", "simplestreams", "auth", "db", "graph", "health", "lxd", "lxd/lxdsim", "page", "relay", "resolvers", "server/transport", "web", "journal", "work", "trust", "mirror"}, "the server puts the rooms together"},
	"":                 {[]string{"db", "server"}, "main is the command line"},

	"bench/report":              {nil, "what shows figures knows nothing of what was measured"},
	"graph/plan":                {nil, "the plan executes selections of whatever is bound, and knows nothing of what that is"},
	"graph/bind":                {[]string{"simplestreams", "graph", "graph/plan", "lxd", "auth", "health", "page", "journal", "relay", "trust", "work", "mirror"}, "generated code binds fields to Go for the plan and decides nothing"},
	"graph/generate":            {nil, "what writes generated code stands on none of it"},
	"graph/plan/plantest":       {[]string{"lxd"}, "what holds the plan to account knows no more than the plan, and how LXD's values are written"},
	"graph/plan/plantest/bound": {[]string{"graph/plan", "graph/plan/plantest", "lxd"}, "generated code of the plan's tests"},
}

// outside are packages of others that a room may not import, and why.
var outside = map[string]map[string]string{
	"lxd":       {"log": "rooms return errors, the edge logs", "log/slog": "rooms return errors, the edge logs", "github.com/99designs/gqlgen/graphql": "the client knows no GraphQL", "github.com/go-chi/chi/v5": "the client serves nothing", "github.com/uptrace/bun": "the client stores nothing"},
	"auth":      {"database/sql": "db says SQL", "github.com/uptrace/bun": "db says SQL", "log/slog": "rooms return errors, the edge logs"},
	"resolvers": {"net/http": "a resolver names who answers", "database/sql": "db says SQL", "os": "a resolver names who answers", "log": "rooms return errors, the edge logs", "log/slog": "rooms return errors, the edge logs"},
	"page":      {"net/http": "lists are cut, not fetched"},
	"mirror":    {"log": "rooms return errors, the edge logs", "log/slog": "rooms return errors, the edge logs"},
}

// Rooms import one way only.
func TestImportsGoOneWay(t *testing.T) {
	eachPackage(t, func(room string, files map[string]*ast.File) {
		rule, known := rooms[room]
		for name, file := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			if !known && room != "e2e" && room != "bench" && room != "lxd/contract" {
				t.Errorf("%s: the room %q is not in the table: add it with its reason", name, room)
			}
			for _, imported := range file.Imports {
				target := strings.Trim(imported.Path.Value, `"`)
				if why := outside[room][target]; why != "" {
					t.Errorf("%s imports %s: %s", name, target, why)
				}
				ours, inside := strings.CutPrefix(target, module)
				if known && inside && !slices.Contains(rule.may, ours) {
					t.Errorf("%s imports %s: %s", name, ours, rule.why)
				}
			}
		}
	})
}

// Every package says what it is.
func TestEveryPackageHasAComment(t *testing.T) {
	eachPackage(t, func(room string, files map[string]*ast.File) {
		for name, file := range files {
			if file.Doc != nil || strings.HasSuffix(file.Name.Name, "_test") {
				return
			}
			if len(files) == 1 && strings.HasSuffix(name, "_test.go") {
				return
			}
		}
		if room != "graph" {
			t.Errorf("the package in %q has no comment", room)
		}
	})
}

// Nobody gets at a field because somebody forgot to say who may.
func TestEveryRootFieldSaysWhoMay(t *testing.T) {
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for _, root := range []*gql.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			own := slices.Contains([]string{"viewer", "sessions", "apiTokens", "logout", "setPassword", "revokeSession", "revokeApiToken"}, field.Name)
			if field.Directives.ForName("hasRole") == nil && field.Directives.ForName("public") == nil && !own {
				t.Errorf("%s.%s has neither @hasRole nor @public", root.Name, field.Name)
			}
			if (field.Directives.ForName("loggedIn") != nil) != own {
				t.Errorf("%s.%s: @loggedIn is for the caller's own account", root.Name, field.Name)
			}
		}
	}
}

// A VIEWER changes nothing but what is the caller's own.
func TestViewersChangeNothing(t *testing.T) {
	own := []string{"login", "refreshToken", "logout", "setPassword", "createApiToken", "revokeApiToken", "revokeSession"}
	for _, field := range graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields {
		role := field.Directives.ForName("hasRole")
		if slices.Contains(own, field.Name) {
			continue
		}
		if role == nil || role.Arguments.ForName("role").Value.Raw == "VIEWER" {
			t.Errorf("a VIEWER may %s", field.Name)
		}
	}
}

// A type has an id exactly when it is a Node.
func TestIdsAreNodes(t *testing.T) {
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for name, definition := range schema.Types {
		if definition.Kind != gql.Object || strings.HasPrefix(name, "__") {
			continue
		}
		if (definition.Fields.ForName("id") != nil) != slices.Contains(definition.Interfaces, "Node") {
			t.Errorf("%s: a type has an id exactly when it is a Node", name)
		}
	}
}

// Nothing of ours is unfinished.
func TestNoStubIsLeft(t *testing.T) {
	stub := `panic(fmt.Errorf("not ` + `implemented` // as gqlgen writes it
	filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || skipped(name, entry) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "graph/") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		for _, word := range []string{stub, "TO" + "DO", "FIX" + "ME"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s says %q", name, word)
			}
		}
		return nil
	})
}

func skipped(name string, entry fs.DirEntry) bool {
	return entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "data")
}

func eachPackage(t *testing.T, visit func(room string, files map[string]*ast.File)) {
	t.Helper()
	packages := map[string]map[string]*ast.File{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if skipped(name, entry) {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || name == "tools.go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		room := strings.TrimPrefix(path.Dir(filepath.ToSlash(name)), ".")
		if packages[room] == nil {
			packages[room] = map[string]*ast.File{}
		}
		packages[room][name] = file
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for room, files := range packages {
		visit(room, files)
	}
}
