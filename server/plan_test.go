package server

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/graph/plan/plantest"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/work"
	"github.com/vektah/gqlparser/v2/ast"
)

// uneven is a simulated LXD whose neighbours are not alike: some of what is
// asked one by one fails, and descriptions hold what has to be escaped. What it
// has answered once it answers again: live values would differ between two looks.
type uneven struct {
	http.Handler
	mutex sync.Mutex
	kept  map[string]*httptest.ResponseRecorder
}

var (
	description = regexp.MustCompile(`"description":"([^"\\]*)"`)
	oneByOne    = regexp.MustCompile(`/(state|leases|snapshots|backups|logs|metadata|resources)$`)
	odd         = []string{"", `tab\tand \"quotes\"`, `\u0001\u001f\u007f`, "snöö ☃ 𝄞", `\u2028 </script>`}
)

func sum(text string) uint32 {
	hash := fnv.New32a()
	hash.Write([]byte(text))
	return hash.Sum32()
}

func (u *uneven) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "" {
		u.Handler.ServeHTTP(w, r)
		return
	}
	if oneByOne.MatchString(r.URL.Path) && sum(r.URL.Path)%4 == 0 {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintf(w, `{"type":"error","error":"cannot tell %s","error_code":500}`, strings.ReplaceAll(r.URL.Path, "/", " "))
		return
	}
	u.mutex.Lock()
	kept := u.kept[r.URL.String()]
	if kept == nil || r.Method != http.MethodGet {
		kept = httptest.NewRecorder()
		u.Handler.ServeHTTP(kept, r)
		u.kept[r.URL.String()] = kept
	}
	u.mutex.Unlock()
	body := description.ReplaceAllFunc(kept.Body.Bytes(), func(found []byte) []byte {
		return []byte(`"description":"` + odd[int(sum(string(found)))%len(odd)] + `"`)
	})
	for name, values := range kept.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(kept.Code)
	w.Write(body)
}

// twin is the real resolvers on a simulated LXD, with the plan and without.
type twin struct {
	stock, planned *executor.Executor
	plan           *plan.Plan
	schema         *ast.Schema
	log            *bytes.Buffer
}

func newTwin(t testing.TB, handler func(*lxdsim.Server) http.Handler) *twin {
	t.Helper()
	simulated := lxdsim.New(lxdsim.Options{Instances: 12, Pools: 2, Networks: 3, Projects: 3, OperationDelay: time.Millisecond, Seed: 7})
	directory, err := os.MkdirTemp("", "twin")
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewUnstartedServer(handler(simulated))
	listening.Listener.Close()
	if listening.Listener, err = net.Listen("unix", filepath.Join(directory, "s")); err != nil {
		t.Fatal(err)
	}
	listening.Start()
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: filepath.Join(directory, "s"), Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	database, err := db.Open(t.Context(), "sqlite:///"+filepath.Join(directory, "db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := database.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	hub := lxd.NewHub(client)
	made := &twin{log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(made.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	resolver := &resolvers.Resolver{
		LXD: client, Hub: hub, Health: checker(client, database, &journal.Journal{}), Endpoints: endpoints, Tell: tell(log),
		Work: work.New(running, client, hub, database, nil, func(error) {}),
		Auth: auth.New(database, auth.Options{Secret: []byte(secret)}),
	}
	t.Cleanup(func() {
		stop()
		client.Close()
		listening.Close()
		simulated.Close()
		database.Close()
		os.RemoveAll(directory)
	})
	schema := executable(resolver)
	made.schema = schema.Schema()
	registry, err := bindings(schema, resolver)
	if err != nil {
		t.Fatal(err)
	}
	made.plan = planned(registry, log)
	made.stock, made.planned = executor.New(schema), executor.New(schema)
	for _, one := range []*executor.Executor{made.stock, made.planned} {
		one.SetErrorPresenter(presenter(log))
		one.SetRecoverFunc(recovered(log))
		one.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
			return next(resolver.WithLoaders(ctx))
		})
	}
	made.planned.AroundResponses(made.plan.AroundResponse)
	made.planned.AroundFields(made.plan.AroundField)
	return made
}

// unsteady are fields that do not answer the same when asked twice, or that ask elsewhere.
var unsteady = map[string]bool{
	"Server.metrics": true, "Server.resources": true, "Health.lxd": true, "Health.database": true, "InstanceUsage.cpuPercent": true,
	"ClusterMember.state": true, "ClusterMember.resources": true, "Server.connection": true,
}

// unsteadyOf adds the moment that each list is as of.
func unsteadyOf(schema *ast.Schema) map[string]bool {
	all := maps.Clone(unsteady)
	for name := range schema.Types {
		all[name+".asOf"] = true
	}
	return all
}

var realRoots = []string{
	"instances", "instances(first: 5, allProjects: true)", "instances(first: 0)", "instances(allProjects: true, orderBy: {field: NAME, direction: DESC}, last: 4)",
	"profiles", "profiles(allProjects: true)", "projects", "images(allProjects: true)", "storagePools", "storageVolumes(allProjects: true, first: 9)",
	"networks", "networks(allProjects: true)", "operations(allProjects: true)", "networkAcls", "imageAliases", "server", "viewer", "httpEndpoints",
	"instancesAggregate(groupBy: [STATUS])", `search(query: "web")`, `instance(name: "web-0")`, `instance(name: "nobody")`, `project(name: "default")`, `networkAllocations`,
	`storageBuckets`, `networkZones`, `warnings`, `certificates`, `clusterMembers`, `users`, `nodes(ids: ["nonsense"])`,
}

func realValue(r *rand.Rand, argument *ast.ArgumentDefinition) string {
	values := map[string][]string{
		"prefix": {"", `"limits."`, `"volatile."`, "$text", "null"}, "first": {"", "", "1", "3", "$number", "200"}, "last": {""}, "after": {"", `"nonsense"`}, "before": {""},
		"maxBytes": {"", "100", "0"}, "path": {`"/"`}, "project": {"", "null", `"default"`},
	}[argument.Name]
	if len(values) == 0 {
		return ""
	}
	return values[r.IntN(len(values))]
}

// The plan says what gqlgen says of all that there is, for whoever asks.
// `make soak` asks for ten minutes.
func TestThePlanSaysTheSameOfEverything(t *testing.T) {
	long := 8 * time.Second
	if os.Getenv("LXDQL_SOAK") != "" {
		long = 10 * time.Minute
	}
	both := newTwin(t, func(s *lxdsim.Server) http.Handler {
		return &uneven{Handler: s, kept: map[string]*httptest.ResponseRecorder{}}
	})
	callers := []*auth.Identity{
		{User: &auth.User{ID: 1, Username: "ann", Role: role(auth.RoleAdmin)}},
		{User: &auth.User{ID: 2, Username: "ben", Role: role(auth.RoleViewer)}},
		{User: &auth.User{ID: 3, Username: "cat"}, Grants: map[string]auth.Role{"default": auth.RoleOperator}},
		{User: &auth.User{ID: 4, Username: "dan"}, Grants: map[string]auth.Role{"project-1": auth.RoleViewer}},
	}
	seed := rand.Uint64()
	asked := &plantest.Questions{Schema: both.schema, Random: rand.New(rand.NewPCG(seed, 2)), Roots: realRoots, Without: unsteadyOf(both.schema), Depth: 4, Value: realValue}
	valid, withErrors, moved := 0, 0, 0
	for end := time.Now().Add(long); time.Now().Before(end); {
		query, caller := asked.Next(), callers[asked.Random.IntN(len(callers))]
		ctx := auth.With(t.Context(), caller)
		want := plantest.Ask(ctx, both.stock, query, plantest.Variables())
		if want.Invalid {
			continue
		}
		if valid++; len(want.Errors) > 0 {
			withErrors++
		}
		got := plantest.Ask(ctx, both.planned, query, plantest.Variables())
		for tries := 0; !got.Same(want) && tries < 3; tries++ { // what LXD answers may have moved meanwhile
			moved++
			want = plantest.Ask(ctx, both.stock, query, plantest.Variables())
			got = plantest.Ask(ctx, both.planned, query, plantest.Variables())
		}
		if !got.Same(want) {
			t.Fatalf("seed %d, %s asks\n%s\nplan   %s\ngqlgen %s", seed, caller.User.Username, query, got, want)
		}
	}
	counts := both.plan.Counts()
	t.Logf("seed %d: %d valid, %d with errors, %d asked again, %+v", seed, valid, withErrors, moved, counts)
	if valid < 20 || withErrors == 0 || counts.Planned < int64(valid)/2 || moved > valid/10 {
		t.Error("too little was compared")
	}
}
