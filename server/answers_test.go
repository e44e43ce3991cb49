package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/lxd/lxdsim"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/vektah/gqlparser/v2/ast"
)

// pair are two servers on one LXD and one database: one keeps answers, the
// other keeps none.
func pair(t *testing.T, change ...func(*Config)) (keeps, makes *running) {
	t.Helper()
	simulated := lxdsim.New(lxdsim.Options{Instances: 12, Pools: 2, Networks: 2, Projects: 2, OperationDelay: time.Millisecond, Seed: 3})
	t.Cleanup(simulated.Close)
	socket := listening(t, simulated)
	database := "sqlite:///" + filepath.Join(filepath.Dir(socket), "test.db")
	return runOn(t, socket, database, 16, change...), runOn(t, socket, database, 0)
}

// listening serves an LXD on a socket, in a directory that goes with the test.
func listening(t *testing.T, daemon http.Handler) (socket string) {
	t.Helper()
	directory, err := os.MkdirTemp("", "lxd") // short enough for a socket's path
	if err != nil {
		t.Fatal(err)
	}
	socket = filepath.Join(directory, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	serving := &http.Server{Handler: daemon}
	go serving.Serve(listener)
	t.Cleanup(func() {
		serving.Close()
		os.RemoveAll(directory)
	})
	return socket
}

func runOn(t *testing.T, socket, database string, mib int, change ...func(*Config)) *running {
	t.Helper()
	config := &Config{
		Host: "127.0.0.1", LXDMode: "local", LXDSocket: socket, LXDTimeout: timeoutOption(10 * time.Second), AnswerCacheMiB: mib,
		DatabaseURL: database, JWTSecret: secret, AccessMinutes: 30, RefreshDays: 7, AdminName: "admin", AdminPassword: "the first administrator", JournalKeepDays: 1, JournalMaxEvents: 1000,
	}
	for _, change := range change {
		change(config)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- Run(ctx, config, slog.New(slog.DiscardHandler), func(address string) { ready <- address })
	}()
	server := &running{t: t}
	select {
	case address := <-ready:
		server.url = "http://" + address
	case err := <-ended:
		t.Fatal(err)
	}
	users, err := db.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	server.service = auth.New(users, auth.Options{Secret: []byte(secret)})
	t.Cleanup(func() {
		users.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return server
}

// got is an answer to a GET.
type got struct {
	status     int
	etag, text string
	data       string
	errors     int
	id         string
}

func (s *running) get(token, query string, variables map[string]any, match string) got {
	s.t.Helper()
	text, _ := json.Marshal(variables)
	request, err := http.NewRequest(http.MethodGet, s.url+"/graphql?"+url.Values{"query": {query}, "variables": {string(text)}}.Encode(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if match != "" {
		request.Header.Set("If-None-Match", match)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var parts struct {
		Data       json.RawMessage
		Errors     []any
		Extensions struct{ RequestID string }
	}
	json.Unmarshal(body, &parts)
	return got{response.StatusCode, response.Header.Get("ETag"), string(body), string(parts.Data), len(parts.Errors), parts.Extensions.RequestID}
}

// selection are the fields of a type that need no argument, and what hangs on
// them that deep; with a registry, those only that are made of memory.
func selection(schema *ast.Schema, kind string, deep int, of *plan.Registry) string {
	var text strings.Builder
	for _, field := range schema.Types[kind].Fields {
		if strings.HasPrefix(field.Name, "__") || field.Name == "asOf" || slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }) {
			continue
		}
		if of != nil && !of.Plain(kind, field.Name, resolvers.Kept()) {
			continue
		}
		below := schema.Types[field.Type.Name()]
		switch {
		case below.IsLeafType():
			text.WriteString(field.Name + " ")
		case deep > 0 && below.Kind == ast.Object:
			if inner := selection(schema, below.Name, deep-1, of); inner != "" {
				text.WriteString(field.Name + " { " + inner + "} ")
			}
		}
	}
	return text.String()
}

// needed are arguments that root fields ask for, or that show more.
var needed = map[string]string{
	"instances": "allProjects: true", "instance": `name: "inst", project: "red"`, "project": `name: "red"`, "profile": `name: "default", project: "red"`, "network": `name: "lxdbr0"`,
	"profiles": "allProjects: true", "images": "allProjects: true", "imageAliases": "allProjects: true", "networks": "allProjects: true", "networkAcls": "allProjects: true",
	"storageVolumes": "allProjects: true, type: CUSTOM", "imageAlias": `name: "busybox"`, "networkAcl": `name: "acl"`, "storagePool": `name: "default"`,
	"storageVolume": `pool: "default", name: "vol"`,
	"certificate":   `fingerprint: "x"`, "clusterMember": `name: "x"`, "networkZone": `name: "x"`, "node": `id: "x"`, "nodes": `ids: ["x"]`, "operation": `id: "x"`,
	"waitOperation": `id: "x"`, "search": `query: "a"`, "probeServer": `url: "https://127.0.0.1:1"`, "storageBucket": `pool: "default", name: "x"`, "warning": `id: "x"`, "remoteImages": `remote: "nowhere"`,
}

// callers are who asks, in turns.
func callers(t *testing.T, on *running) (admin string, tokens map[string]string) {
	t.Helper()
	admin = on.user("boss", role(auth.RoleAdmin))
	for _, project := range []string{"red", "blue"} {
		for _, change := range []string{
			`mutation { createProject(input: {name: "` + project + `"}) { project { name } } }`,
			`mutation { createProfile(input: {name: "only-` + project + `", project: "` + project + `", description: "of ` + project + `"}) { profile { name } } }`,
			`mutation { createInstance(input: {name: "inst", project: "` + project + `", description: "of ` + project + `", source: {type: NONE}, devices: {root: {type: "disk", path: "/", pool: "default"}}}, wait: 30) { operation { status } } }`,
		} {
			if made := on.ask(admin, change); made.code() != "" {
				t.Fatal(made.text)
			}
		}
	}
	granted := func(name, project, role string) string {
		token := on.user(name, nil)
		if given := on.ask(admin, `mutation { grantRole(username: "`+name+`", project: "`+project+`", role: `+role+`) { user { id } } }`); given.code() != "" {
			t.Fatal(given.text)
		}
		return token
	}
	return admin, map[string]string{
		"admin": admin, "viewer of red": granted("redv", "red", "VIEWER"), "viewer of blue": granted("bluev", "blue", "VIEWER"),
		"operator of red": granted("redo", "red", "OPERATOR"), "viewer": on.user("v", role(auth.RoleViewer)),
	}
}

// Every root field, asked by callers of other rights in turns, of a server that
// keeps answers, is answered as by one that keeps none; and what may not be kept
// has no tag.
func TestKeptAnswersAreNobodyElses(t *testing.T) {
	keeps, makes := pair(t)
	_, tokens := callers(t, keeps)
	resolver := &resolvers.Resolver{}
	registry, err := bindings(executable(resolver), resolver)
	if err != nil {
		t.Fatal(err)
	}
	schema := executable(resolver).Schema()
	tagged := map[string]int{}
	settled(t, tokens["admin"], keeps, makes)
	for _, field := range schema.Query.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		arguments := needed[field.Name]
		if arguments != "" {
			arguments = "(" + arguments + ")"
		}
		for what, of := range map[string]*plan.Registry{"plain": registry, "all": nil} {
			if of != nil && !resolvers.KeptRoots[field.Name] {
				continue
			}
			depth := 3
			if of == nil {
				depth = 1
			}
			query := "{ " + field.Name + arguments
			if kind := schema.Types[field.Type.Name()]; kind.Kind == ast.Object {
				if inner := selection(schema, kind.Name, depth, of); inner != "" {
					query += " { " + inner + "}"
				} else {
					query += " { __typename }"
				}
			} else if !kind.IsLeafType() {
				query += " { __typename }"
			}
			query += " }"
			answered := map[string]string{}
			for round := range 3 {
				for name, token := range tokens { // in any order
					hot := keeps.get(token, query, nil, "")
					if hot.data == "" && !strings.Contains(hot.text, "BAD_USER_INPUT") {
						t.Errorf("%s is no question: %s", query, hot.text)
					}
					if hot.etag != "" {
						tagged[field.Name]++
						if !resolvers.KeptRoots[field.Name] {
							t.Errorf("%s is kept", field.Name)
						}
					}
					if !resolvers.KeptRoots[field.Name] || of == nil {
						continue // it may live
					}
					if cold := makes.get(token, query, nil, ""); cold.data != hot.data || cold.errors != hot.errors || cold.etag != "" {
						t.Errorf("%s of %s, %s, round %d:\n%s\nwithout keeping:\n%s", field.Name, name, what, round, hot.text, cold.text)
					}
					if before, ok := answered[name]; ok && before != hot.data {
						t.Errorf("%s of %s changed by itself", field.Name, name)
					}
					answered[name] = hot.data
					other := map[string]string{"viewer of red": "of blue", "operator of red": "of blue", "viewer of blue": "of red"}[name]
					if other != "" && strings.Contains(hot.data, other) {
						t.Errorf("%s tells %s: %s", field.Name, name, hot.data)
					}
				}
			}
		}
	}
	for _, name := range []string{"instances", "projects", "project", "profiles", "profile", "networks", "images", "storagePools", "storagePool", "storageVolumes"} {
		if tagged[name] == 0 {
			t.Errorf("%s is not kept: %v", name, tagged)
		}
	}
}

// settled waits until both answer from memory.
func settled(t *testing.T, token string, servers ...*running) {
	t.Helper()
	for _, server := range servers {
		for until := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			text := server.get(token, "{ projects { totalCount } profiles { totalCount } }", nil, "").text
			if strings.Contains(text, `"calls":0`) {
				break
			}
			if time.Now().After(until) {
				t.Fatal("it does not answer from memory:", text)
			}
		}
	}
}

// A tag is good until something of what was asked changes; what is of the
// request, and what the clock says, is of each.
func TestATagIsGoodUntilSomethingChanges(t *testing.T) {
	keeps, _ := pair(t)
	admin, tokens := callers(t, keeps)
	settled(t, admin, keeps)
	const query = `query($p: String!) { profiles(project: $p) { asOf totalCount nodes { name description } } }`
	red := map[string]any{"p": "red"}
	first := keeps.get(admin, query, red, "")
	again := keeps.get(admin, query, red, "")
	if first.etag == "" || again.etag != first.etag || again.data != first.data || again.id == first.id || again.id == "" {
		t.Fatalf("%+v\n%+v", first, again)
	}
	if same := keeps.get(admin, query, red, `"x", `+first.etag); same.status != http.StatusNotModified || same.text != "" {
		t.Fatalf("%+v", same)
	}
	for name, token := range tokens {
		if other := keeps.get(token, query, red, first.etag); name != "admin" && other.status != http.StatusOK {
			t.Errorf("the tag is good for %s: %+v", name, other)
		}
	}
	if refused := keeps.get("nobody", query, red, first.etag); refused.status == http.StatusNotModified || refused.data != "" && refused.data != "null" && refused.errors == 0 {
		t.Errorf("%+v", refused)
	}
	if fresh := keeps.get(admin, query+" # again", red, ""); fresh.data != first.data {
		t.Errorf("kept:\n%s\nmade anew:\n%s", first.data, fresh.data)
	}
	for n := range 20 {
		change := fmt.Sprintf(`mutation { updateProfile(name: "only-red", project: "red", input: {description: "changed %d"}) { profile { description } } }`, n)
		if changed := keeps.ask(admin, change); changed.code() != "" {
			t.Fatal(changed.text)
		}
		if now := keeps.get(admin, query, red, first.etag); now.status != http.StatusOK || !strings.Contains(now.data, fmt.Sprintf("changed %d\"", n)) {
			t.Fatalf("after change %d: %+v", n, now)
		}
		keeps.get(admin, query, red, "")
	}
	if live := keeps.get(admin, strings.Replace(query, "project: $p", "project: $p, freshness: LIVE", 1), red, ""); live.etag != "" {
		t.Error("LIVE is kept")
	}
}
