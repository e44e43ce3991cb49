package plan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// shadow is a question that both answer. gqlgen's answer is the one that is
// given; the loaders are the same, so that what LXD says cannot differ.
type shadow struct {
	mutex   sync.Mutex
	answers []shadowed
}

// shadowed is what the plan says of one root field.
type shadowed struct {
	object, field, alias string
	data                 []byte // nil is null
	errors               gqlerror.List
}

// shadow answers a root field of a query beside gqlgen.
func (p *Plan) shadow(ctx context.Context, s *shadow, field *graphql.FieldContext, value any) {
	if field.Object != "Query" {
		return
	}
	beside := graphql.WithFreshResponseContext(ctx)
	marshaler, err := p.answer(beside, field, value)
	if err != nil {
		return // gqlgen would have answered
	}
	said := shadowed{object: field.Object, field: field.Field.Name, alias: field.Field.Alias, errors: graphql.GetErrors(beside)}
	if marshaler != graphql.Null {
		var data bytes.Buffer
		marshaler.MarshalGQL(&data)
		said.data = data.Bytes()
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.answers = append(s.answers, said)
}

// compare looks at gqlgen's answer beside the plan's. What is told is where they
// differ and never what they say.
func (p *Plan) compare(ctx context.Context, s *shadow, response *graphql.Response) {
	var data map[string]json.RawMessage
	if json.Unmarshal(response.Data, &data) != nil {
		return
	}
	for _, said := range s.answers {
		p.compared.Add(1)
		what := ""
		var others gqlerror.List
		for _, err := range response.Errors {
			if len(err.Path) > 0 && err.Path[0] == ast.PathName(said.alias) {
				others = append(others, err)
			}
		}
		if given, there := data[said.alias]; there && !same(said.data, given) {
			what = fmt.Sprintf("the data, from byte %d on", differs(said.data, given))
		} else if !slices.Equal(places(said.errors), places(others)) {
			what = fmt.Sprintf("the errors: %d and %d", len(said.errors), len(others))
		}
		if what != "" {
			p.differed.Add(1)
			if p.Differs != nil {
				p.Differs(ctx, said.object, said.field, what)
			}
		}
	}
}

func same(said, given []byte) bool {
	if said == nil {
		return string(given) == "null"
	}
	return bytes.Equal(said, given)
}

func differs(said, given []byte) int {
	for n := range min(len(said), len(given)) {
		if said[n] != given[n] {
			return n
		}
	}
	return min(len(said), len(given))
}

// places are errors as text, in an order of their own.
func places(errs gqlerror.List) []string {
	texts := make([]string, len(errs))
	for n, err := range errs {
		texts[n] = fmt.Sprint(err.Path, err.Locations, err.Message)
	}
	slices.Sort(texts)
	return texts
}
