package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/lxdql/lxdql/server/transport"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/goleak"
)

// Nothing may be left behind, whatever a test has done to a transport.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var schema = gqlparser.MustLoadSchema(&ast.Source{Input: `
	type Query {
		hello: String
		"Whose question it is."
		asker: String
		"An object that was encoded with line ends in it."
		lines: String
		fails: String
		panics: String
		"Refused by what stands around the execution."
		limited: String
		"Waits for the test, whatever becomes of the caller."
		stubborn: String
	}
	type Mutation { change: String }
	type Subscription {
		count(to: Int!): Int
		silence: Int
		lags: Int
		explodes: Int
		"Events of 64 KiB, as fast as they are taken."
		flood: String
		"See ticks."
		ticks(after: String, size: Int = 0): String
	}`})

type askerKey struct{}

// server is a GraphQL server on a port of its own, with a schema that has one
// field for each way in which an answer can come.
type server struct {
	*httptest.Server
	sockets  *transport.WebSocket
	stop     context.CancelFunc // ends the context of every request
	produced atomic.Int64       // events of flood
	running  atomic.Int64       // subscriptions that have not ended
	begun    chan struct{}      // gets one for each stubborn question that runs
	ticks    *ticks
	release  chan struct{} // lets stubborn questions end, one each
}

func serve(t *testing.T, http transport.HTTP, sockets *transport.WebSocket) *server {
	t.Helper()
	s := &server{sockets: sockets, begun: make(chan struct{}), release: make(chan struct{})}
	graphQL := handler.New(&graphql.ExecutableSchemaMock{
		ExecFunc:       s.execute,
		SchemaFunc:     func() *ast.Schema { return schema },
		ComplexityFunc: func(context.Context, string, string, int, map[string]any) (int, bool) { return 0, false },
	})
	graphQL.SetRecoverFunc(func(context.Context, any) error { return coded("INTERNAL", "internal error") })
	graphQL.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if strings.Contains(graphql.GetOperationContext(ctx).RawQuery, "limited") {
			return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{coded("RATE_LIMITED", "slower, please")}})
		}
		return next(ctx)
	})
	graphQL.Use(onlyKnown{})
	graphQL.AddTransport(sockets)
	graphQL.AddTransport(http)
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	sockets.Detach = func(context.Context) context.Context { return ctx }
	s.Server = httptest.NewUnstartedServer(graphQL)
	s.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	s.Start()
	t.Cleanup(func() {
		stop()
		s.Client().CloseIdleConnections()
		s.Close()
		sockets.Wait()
	})
	return s
}

func coded(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}

// onlyKnown refuses before execution what names itself so.
type onlyKnown struct{}

func (onlyKnown) ExtensionName() string                   { return "OnlyKnown" }
func (onlyKnown) Validate(graphql.ExecutableSchema) error { return nil }
func (onlyKnown) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	if operation.OperationName == "Secret" {
		return coded("UNAUTHENTICATED", "log in first")
	}
	return nil
}
func (onlyKnown) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	if params.Query == "" {
		return coded("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
	}
	return nil
}

// execute answers the first field of an operation.
func (s *server) execute(ctx context.Context) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	field := operation.Operation.SelectionSet[0].(*ast.Field)
	if field.Name == "ticks" {
		return s.ticks.events(ctx, field, operation.Variables)
	}
	if operation.Operation.Operation == ast.Subscription {
		s.running.Add(1)
		context.AfterFunc(ctx, func() { s.running.Add(-1) })
		return s.events(ctx, field)
	}
	done := false
	return func(answering context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return &graphql.Response{Data: []byte(`{"` + field.Alias + `":` + s.value(answering, field.Name) + `}`)}
	}
}

func (s *server) value(ctx context.Context, field string) string {
	switch field {
	case "asker":
		asker, _ := ctx.Value(askerKey{}).(string)
		return fmt.Sprintf("%q", asker)
	case "lines":
		return "{\"a\":\r\n1}\n"
	case "fails":
		graphql.AddError(ctx, coded("NOT_FOUND", "there is no such thing"))
		return "null"
	case "panics":
		panic("a bug")
	case "stubborn":
		s.begun <- struct{}{}
		<-s.release
	}
	return `"world"`
}

func (s *server) events(ctx context.Context, field *ast.Field) graphql.ResponseHandler {
	sent := 0
	var buffer bytes.Buffer // one for all events of a stream, as in generated code
	one := func(value string) *graphql.Response {
		sent++
		buffer.Reset()
		buffer.WriteString(`{"` + field.Name + `":` + value + `}`)
		return &graphql.Response{Data: buffer.Bytes()}
	}
	return func(context.Context) *graphql.Response {
		switch {
		case field.Name == "count" && fmt.Sprint(sent) != field.Arguments[0].Value.Raw, field.Name == "lags" && sent == 0:
			return one(fmt.Sprint(sent + 1))
		case field.Name == "lags":
			reason := coded("SUBSCRIPTION_LAGGED", "it lags behind")
			reason.Extensions["cursor"] = "42"
			transport.EndStream(ctx, reason)
		case field.Name == "explodes":
			panic("a bug")
		case field.Name == "flood" && ctx.Err() == nil:
			s.produced.Add(1)
			return one(`"` + strings.Repeat("x", 64<<10) + `"`)
		case field.Name == "silence":
			<-ctx.Done()
		}
		return nil
	}
}
