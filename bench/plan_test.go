package bench

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/graph"
	"github.com/lxdql/lxdql/graph/bind"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
	"github.com/lxdql/lxdql/page"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/server/transport"
	"github.com/vektah/gqlparser/v2/ast"
)

// ready are objects that are there already, so that nothing is measured but
// how they become an answer.
type ready struct {
	*resolvers.Resolver
	list *page.InstanceConnection
}

type readyQuery struct {
	graph.QueryResolver
	list *page.InstanceConnection
}

func (r *ready) Query() graph.QueryResolver { return readyQuery{r.Resolver.Query(), r.list} }

func (q readyQuery) Instances(context.Context, *string, *bool, *lxd.InstanceType, map[string]any, *string, *string, *page.OrderBy, *int, *string, *int, *string, *int, *int, mirror.Freshness) (*page.InstanceConnection, error) {
	return q.list, nil
}

// instancesReady are instances as LXD's list brings them.
func instancesReady(b *testing.B, count int) *page.InstanceConnection {
	client, err := lxd.New(b.Context(), lxd.Config{SocketPath: start(b, count).socket})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	instances, err := client.Instances(b.Context(), lxd.System, lxd.InstanceList{AllProjects: true})
	if err != nil {
		b.Fatal(err)
	}
	list := &page.InstanceConnection{TotalCount: count, PageInfo: &page.PageInfo{}}
	for _, instance := range instances {
		list.Edges = append(list.Edges, page.NewEdge(instance, func(*lxd.Instance) string { return "c" }))
	}
	return list
}

// plain is the same object as encoding/json writes it.
type plain struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Status      string    `json:"status"`
	Type        string    `json:"type"`
	Location    *string   `json:"location"`
	CreatedAt   time.Time `json:"createdAt"`
	LastUsedAt  time.Time `json:"lastUsedAt"`
	Arch        string    `json:"architecture"`
	Ephemeral   bool      `json:"ephemeral"`
	Stateful    bool      `json:"stateful"`
	Tags        []string  `json:"tags"`
	Limits      struct {
		CPU         *string `json:"cpu"`
		MemoryBytes *int64  `json:"memoryBytes"`
	} `json:"limits"`
}

const leaves = `{ instances { nodes { id name description status type location createdAt lastUsedAt architecture ephemeral stateful tags limits { cpu memoryBytes } } } }`

// serving is the whole path of a request over HTTP, but for the socket.
func serving(b *testing.B, list *page.InstanceConnection, planned bool) http.Handler {
	b.Helper()
	root := &ready{&resolvers.Resolver{}, list}
	directives := graph.DirectiveRoot{HasRole: auth.HasRole, Public: auth.Public}
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: root, Directives: directives})
	serving := handler.New(schema)
	serving.AddTransport(transport.HTTP{})
	serving.SetQueryCache(lru.New[*ast.QueryDocument](10))
	if planned {
		registry, err := plan.New(schema, bind.Objects(root, directives), bind.Interfaces(), nil, resolvers.Direct())
		if err != nil {
			b.Fatal(err)
		}
		made := plan.Make(registry)
		serving.AroundResponses(made.AroundResponse)
		serving.AroundFields(made.AroundField)
	}
	viewer := auth.RoleViewer
	caller := &auth.Identity{User: &auth.User{ID: 1, Role: &viewer}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.ServeHTTP(w, r.WithContext(auth.With(r.Context(), caller)))
	})
}

// nowhere takes an answer and counts it.
type nowhere struct {
	header http.Header
	bytes  int
	status int
}

func (w *nowhere) Header() http.Header               { return w.header }
func (w *nowhere) WriteHeader(status int)            { w.status = status }
func (w *nowhere) Write(data []byte) (int, error)    { w.bytes += len(data); return len(data), nil }
func (w *nowhere) WriteString(s string) (int, error) { w.bytes += len(s); return len(s), nil }

func post(b *testing.B, to http.Handler, query string) int {
	body, _ := json.Marshal(map[string]string{"query": query})
	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(string(body)))
	request.Header.Set("Content-Type", "application/json")
	w := &nowhere{header: http.Header{}}
	to.ServeHTTP(w, request)
	if w.status != http.StatusOK || w.bytes < 1000 {
		b.Fatal(w.status, w.bytes)
	}
	return w.bytes
}

// spent is the processor's time: others may have the cores meanwhile.
func spent(do func()) time.Duration {
	var before, after syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	do()
	syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	return time.Duration(after.Utime.Nano() - before.Utime.Nano() + after.Stime.Nano() - before.Stime.Nano())
}

// BenchmarkLeaves compares 1,000 objects of 14 leaves, from the request's bytes
// to the answer's, with encoding/json of structs that hold just that. One core,
// so that time is processor time.
func BenchmarkLeaves(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	list := instancesReady(b, 1000)
	structs := make([]plain, len(list.Edges))
	for n, edge := range list.Edges {
		i := edge.Node
		structs[n] = plain{
			ID: i.ID(), Name: i.Name, Description: i.Description, Status: string(i.Status), Type: string(i.Type), Location: i.Location(),
			CreatedAt: i.CreatedAt.Time, LastUsedAt: i.LastUsedAt.Time, Arch: i.Architecture, Ephemeral: i.Ephemeral, Stateful: i.Stateful, Tags: i.Tags(),
		}
		structs[n].Limits.CPU, structs[n].Limits.MemoryBytes = i.Limits().CPU, i.Limits().MemoryBytes
	}
	planned, stock := serving(b, list, true), serving(b, list, false)
	var ours, theirs, gqlgens time.Duration
	bytes := 0
	turns := 0
	for b.Loop() {
		if turns++; turns%10 == 1 {
			gqlgens += 10 * spent(func() { post(b, stock, leaves) })
		}
		ours += spent(func() { bytes = post(b, planned, leaves) })
		theirs += spent(func() { json.NewEncoder(io.Discard).Encode(structs) })
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-json")
	b.ReportMetric(float64(gqlgens)/float64(ours), "gqlgen/plan")
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "plan-µs/op")
	b.ReportMetric(float64(bytes), "bytes/op")
}

const estatePage = `{ instances(allProjects: true, first: 100, orderBy: {field: NAME}) { totalCount pageInfo { hasNextPage endCursor } nodes {
	id name status type location createdAt tags project { name } profiles { name } image { fingerprint description }
	devices { name type ... on DiskDevice { path pool { name driver } } ... on NicDevice { network { name type } } }
	snapshots { name } availableActions } } }`

// BenchmarkPlan asks for a page of the estate with the plan and without, in
// turn, four at once: how many more requests the plan answers.
func BenchmarkPlan(b *testing.B) {
	on, off := start(b, 500, "--plan=on", "--answer-cache-mib=0"), start(b, 500, "--plan=off")
	var with, without time.Duration
	for b.Loop() {
		with += timed(func() { atOnce(4, func() { on.ask(estatePage, nil) }) })
		without += timed(func() { atOnce(4, func() { off.ask(estatePage, nil) }) })
	}
	b.ReportMetric(float64(without)/float64(with), "x-without")
	b.ReportMetric(float64(with.Microseconds())/float64(4*b.N), "µs/question")
}

func atOnce(callers int, ask func()) {
	var all sync.WaitGroup
	for range callers {
		all.Go(ask)
	}
	all.Wait()
}
