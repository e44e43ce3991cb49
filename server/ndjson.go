package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/lxdql/lxdql/lxd"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// pagingArguments are those of a list that lines have no use for.
var pagingArguments = []string{"first", "after", "last", "before", "limit", "offset"}

// ndjson answers with a root list as lines of JSON, an object each. It asks page
// after page of GraphQL, so that no more than a page is ever in memory, and with
// the same rights and costs as anybody who asks there.
func ndjson(schema *ast.Schema, ask http.Handler, refuse func(http.ResponseWriter, *http.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		list := schema.Query.Fields.ForName(chi.URLParam(r, "kind"))
		if list == nil || !strings.HasSuffix(list.Type.Name(), "Connection") {
			refuse(w, r, lxd.NotFound("List"))
			return
		}
		query, variables, err := pageQuery(schema, list, r)
		if err != nil {
			refuse(w, r, err)
			return
		}
		for begun := false; ; begun = true {
			page, err := askPage(ask, r, query, variables)
			switch {
			case begun && (err != nil || page.Data.List == nil):
				panic(http.ErrAbortHandler) // what came is not all
			case err != nil:
				refuse(w, r, err)
				return
			case page.Data.List == nil:
				refusePage(w, r, page)
				return
			}
			if !writePage(w, page) || !page.Data.List.PageInfo.HasNextPage {
				return
			}
			variables["after"] = page.Data.List.PageInfo.EndCursor
		}
	}
}

// refusePage tells why GraphQL has no list.
func refusePage(w http.ResponseWriter, r *http.Request, page *askedPage) {
	told := map[string]any{"error": page.Errors[0].Message}
	maps.Copy(told, page.Errors[0].Extensions)
	code, _ := told["code"].(string)
	status := statuses[code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	refused(w, r, status, told)
}

// writePage sends the lines of a page; false when nobody takes them.
func writePage(w http.ResponseWriter, page *askedPage) bool {
	w.Header().Set("Content-Type", "application/x-ndjson")
	for _, node := range page.Data.List.Nodes {
		if _, err := w.Write(append(node, '\n')); err != nil {
			return false
		}
	}
	return http.NewResponseController(w).Flush() == nil
}

// pageQuery is the question for one page, with what the parameters say.
func pageQuery(schema *ast.Schema, list *ast.FieldDefinition, r *http.Request) (string, map[string]any, error) {
	parameters := r.URL.Query()
	declared, passed := []string{"$after: String"}, []string{"first: 100", "after: $after"}
	variables := map[string]any{}
	for _, argument := range list.Arguments {
		if !parameters.Has(argument.Name) || slices.Contains(pagingArguments, argument.Name) {
			continue
		}
		value, err := argumentValue(schema, argument, parameters.Get(argument.Name))
		if err != nil {
			return "", nil, err
		}
		declared = append(declared, "$"+argument.Name+": "+argument.Type.String())
		passed = append(passed, argument.Name+": $"+argument.Name)
		variables[argument.Name] = value
	}
	for name, given := range parameters {
		if len(given) > 1 {
			return "", nil, &lxd.InputError{Argument: name, Message: name + " is given more than once: ask for each by itself"}
		}
		if name != "fields" && list.Arguments.ForName(name) == nil || slices.Contains(pagingArguments, name) {
			return "", nil, &lxd.InputError{Argument: name, Message: "the parameters are fields and the arguments of the list, without those of pages"}
		}
	}
	fields := strings.ReplaceAll(parameters.Get("fields"), ",", " ")
	if strings.TrimSpace(fields) == "" {
		fields = leaves(schema, list)
	}
	if !selects(fields) {
		return "", nil, &lxd.InputError{Argument: "fields", Message: "fields are names with commas between them, with what is below an object in braces"}
	}
	return fmt.Sprintf("query(%s) { list: %s(%s) { pageInfo { hasNextPage endCursor } nodes { %s } } }", strings.Join(declared, ", "), list.Name, strings.Join(passed, ", "), fields), variables, nil
}

// selects reports whether a text is what may stand between two braces, and so
// does not leave them.
func selects(fields string) bool {
	document, err := parser.ParseQuery(&ast.Source{Input: "{" + fields + "}"})
	return err == nil && len(document.Operations) == 1 && len(document.Fragments) == 0
}

// leaves are id and name, of what has them.
func leaves(schema *ast.Schema, list *ast.FieldDefinition) string {
	object := schema.Types[schema.Types[list.Type.Name()].Fields.ForName("nodes").Type.Name()]
	var names []string
	for _, name := range []string{"id", "name", "fingerprint"} {
		if object.Fields.ForName(name) != nil {
			names = append(names, name)
		}
	}
	return strings.Join(append(names, "__typename"), " ")
}

// argumentValue reads a parameter as what the argument is: texts as they are, all
// else as JSON.
func argumentValue(schema *ast.Schema, argument *ast.ArgumentDefinition, text string) (any, error) {
	kind := schema.Types[argument.Type.Name()]
	if argument.Type.Elem == nil && (kind.Name == "String" || kind.Name == "ID" || kind.Kind == ast.Enum) {
		return text, nil
	}
	if kind.Name == "Boolean" {
		if value, err := strconv.ParseBool(text); err == nil {
			return value, nil
		}
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return nil, &lxd.InputError{Argument: argument.Name, Message: argument.Name + " is JSON, as a variable of GraphQL would be"}
	}
	return value, nil
}

// askedPage is GraphQL's answer with one page.
type askedPage struct {
	Data struct {
		List *struct {
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
			Nodes []json.RawMessage
		}
	}
	Errors []struct {
		Message    string
		Extensions map[string]any
	}
}

// askPage asks GraphQL as if by POST, and as the same caller.
func askPage(ask http.Handler, r *http.Request, query string, variables map[string]any) (*askedPage, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	response := &inMemory{header: http.Header{}}
	ask.ServeHTTP(response, request)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	page := &askedPage{}
	if err := json.Unmarshal(response.body.Bytes(), page); err != nil {
		return nil, errors.Join(errors.New("GraphQL's answer cannot be read"), err)
	}
	if page.Data.List == nil && page.Errors == nil {
		return nil, errors.New("GraphQL answered without a list")
	}
	return page, nil
}

// inMemory keeps an answer: a page is small.
type inMemory struct {
	header http.Header
	body   bytes.Buffer
}

func (m *inMemory) Header() http.Header         { return m.header }
func (m *inMemory) Write(p []byte) (int, error) { return m.body.Write(p) }
func (m *inMemory) WriteHeader(int)             {}
