package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// hiddenWays are questions about what is hidden, with W for the word that is in
// all of its names. Each has to be answered as if there were nothing of the kind.
var hiddenWays = map[string]string{
	"an instance":                      `{ instance(name: "W-i1", project: "W-own") { id } }`,
	"a list":                           `{ instances(project: "W-own") { totalCount } }`,
	"a search in the project":          `{ search(query: "W", project: "W-own") { totalCount } }`,
	"a search everywhere":              `{ search(query: "W", allProjects: true) { totalCount nodes { __typename } } }`,
	"a count":                          `{ instances(allProjects: true, where: {name: {contains: "W"}}) { totalCount } }`,
	"an aggregate":                     `{ instancesAggregate(project: "W-own") { count } }`,
	"the journal of the project":       `{ events(project: "W-own") { nodes { cursor } } }`,
	"operations of the project":        `{ operations(project: "W-own") { totalCount } }`,
	"warnings of the project":          `{ warnings(project: "W-own") { totalCount } }`,
	"an image by its alias":            `{ image(alias: "W-alias", project: "W-own") { id } }`,
	"an image by what has no alias":    `{ image(alias: "W-alias") { id } }`,
	"a profile":                        `{ profile(name: "W-profile", project: "W-own") { id } }`,
	"a volume":                         `{ storageVolume(pool: "default", name: "W-vol", project: "W-own") { id } }`,
	"metrics of the project":           `{ server { metrics(project: "W-own") { name } } }`,
	"a copy of an instance":            `mutation { copyInstance(name: "W-i1", project: "W-own", input: {name: "x", project: "MINE"}) { operation { id } } }`,
	"a copy as a source":               `mutation { createInstance(input: {name: "x", project: "MINE", source: {type: COPY, instance: "W-i1", project: "W-own"}}) { operation { id } } }`,
	"a copy into the project":          `mutation { copyInstance(name: "m1", project: "MINE", input: {name: "W-i1", project: "W-own"}) { operation { id } } }`,
	"a copy of a volume":               `mutation { copyStorageVolume(pool: "default", name: "W-vol", project: "W-own", input: {name: "x", project: "MINE"}) { operation { id } } }`,
	"a volume of the project attached": `mutation { attachVolume(name: "m1", project: "MINE", pool: "default", volume: "W-vol", path: "/mnt") { operation { id } } }`,
	"a profile of the project used":    `mutation { createInstance(input: {name: "x", project: "MINE", source: {alias: "busybox"}, profiles: ["W-profile"]}, wait: 10) { operation { id } } }`,
	"an image of the project used":     `mutation { createInstance(input: {name: "x", project: "MINE", source: {alias: "W-alias"}}, wait: 10) { operation { id } } }`,
	"a name that is taken there":       `mutation { createInstance(input: {name: "W-i1", project: "W-own", source: {alias: "busybox"}}) { operation { id } } }`,
	"a bulk":                           `mutation { bulkInstances(action: START, names: ["W-i1"], project: "W-own", wait: 10) { items { name code message } } }`,
	"a bulk of what matches":           `mutation { bulkInstances(action: START, where: {name: {contains: "W"}}, allProjects: true, wait: 10) { items { name } } }`,
	"a plan":                           `mutation { deleteInstance(name: "W-i1", project: "W-own", dryRun: true) { plan { blockers { message } } } }`,
	"a ticket":                         `mutation { createExecSession(name: "W-i1", project: "W-own", command: ["sh"]) { url } }`,
	"a command":                        `mutation { runCommand(name: "W-i1", project: "W-own", command: ["true"]) { exitCode } }`,
	"a token for the project":          `mutation { createApiToken(input: {description: "x", projects: ["W-own"]}) { token } }`,
	"a project that is to be made":     `mutation { createProject(input: {name: "W-own"}) { project { name } } }`,
	"a project that is to be renamed":  `mutation { renameProject(name: "MINE", newName: "W-own") { project { name } } }`,
	"a role in the project":            `mutation { grantRole(username: "W", project: "W-own", role: VIEWER) { user { id } } }`,
	"LXD's filter":                     `{ instances(allProjects: true, filter: "name eq W-i1") { totalCount } }`,
	"LXD's filter by project":          `{ instances(allProjects: true, filter: "project eq W-own") { totalCount } }`,
	"LXD's filter of volumes":          `{ storageVolumes(allProjects: true, filter: "name eq W-vol") { totalCount } }`,
}

// hiddenPaths are the same of what is no GraphQL.
var hiddenPaths = []string{
	"/api/v1/instances/W-i1/files/etc/passwd?project=W-own", "/api/v1/instances/W-i1/files?path=/&project=W-own",
	"/api/v1/instances/W-i1/export?project=W-own", "/api/v1/instances/W-i1/backups/W-backup/export?project=W-own",
	"/api/v1/instances/W-i1/logs/lxc.log?project=W-own", "/api/v1/instances/W-i1/exec?project=W-own&ticket=x", "/api/v1/instances/W-i1/console?project=W-own&ticket=x",
	"/api/v1/storage-pools/default/volumes/W-vol/export?project=W-own", "/api/v1/instances.ndjson?project=W-own", "/api/v1/images.ndjson?project=W-own",
	"/api/v1/journal.ndjson?project=W-own", "/api/v1/journal.ndjson?kind=operations&project=W-own", "/api/v1/journal.ndjson?kind=audit",
}

// hiddenNodes are kinds and names by which ids are made.
var hiddenNodes = map[string][2]string{
	"Instance": {"W-own", "W-i1"}, "InstanceSnapshot": {"W-own", "W-i1/W-snap"}, "InstanceBackup": {"W-own", "W-i1/W-backup"}, "Project": {"", "W-own"},
	"Profile": {"W-own", "W-profile"}, "ImageAlias": {"W-own", "W-alias"}, "StorageVolume": {"W-own", "default/custom/W-vol"},
	"StorageVolumeSnapshot": {"W-own", "default/custom/W-vol/W-vsnap"}, "Network": {"W-own", "W-net"},
}

// hiddenStreams are subscriptions that are refused as for a project that there is not.
var hiddenStreams = []string{
	`subscription { events(project: "W-own") { cursor } }`, `subscription { instanceChanged(project: "W-own") { kind } }`, `subscription { instanceState(names: ["W-i1"], project: "W-own") { state { pid } } }`,
	`subscription { storageVolumeChanged(project: "W-own") { kind } }`, `subscription { imageChanged(project: "W-own") { kind } }`, `subscription { profileChanged(project: "W-own") { kind } }`,
}

// Who may not see a project learns nothing of it, in whatever way: what is there
// and what is not are answered alike, with as many requests to LXD.
func TestNothingIsLearntOfAHiddenProject(t *testing.T) {
	h := newHiding(t)
	callers := map[string]string{
		"viewer":   h.caller(t, "vera", map[string]string{"default": "VIEWER", h.mine: "VIEWER"}),
		"operator": h.caller(t, "olga", map[string]string{h.mine: "OPERATOR"}),
		"admin":    h.caller(t, "anna", map[string]string{h.mine: "ADMIN", "default": "ADMIN"}),
	}
	schema := h.schema(t)
	for who, token := range callers {
		h.asksForNames(t, who, token, schema)
		h.asksForAll(t, who, token, schema)
	}
	h.asksWithCursors(t, callers["operator"])
	h.repeatsAnothersKey(t, callers["operator"])
	h.listens(t, callers["operator"])
}

// asksForNames compares what is hidden with what there is not.
func (h *hiding) asksForNames(t *testing.T, who, token string, schema *ast.Schema) {
	t.Helper()
	ways := map[string]func(word string) string{}
	for what, query := range hiddenWays {
		ways[what] = func(word string) string {
			return h.ask(t, token, strings.NewReplacer("W", word, "MINE", h.mine).Replace(strings.ReplaceAll(query, "VIEWER", "OPERATOR")), nil).Text
		}
	}
	for _, path := range hiddenPaths {
		ways[path] = func(word string) string { return h.get(t, token, strings.ReplaceAll(path, "W", word)) }
	}
	ways["an image's archive"] = func(word string) string {
		return strings.ReplaceAll(h.get(t, token, "/api/v1/images/"+h.fingerprintOr(word)+"/export?project="+word+"-own"), h.fingerprintOr(word), "…")
	}
	for kind, named := range hiddenNodes {
		ways["the id of "+kind] = func(word string) string {
			id := quoted(idOf(kind, strings.ReplaceAll(named[0], "W", word), strings.ReplaceAll(named[1], "W", word)))
			return h.ask(t, token, `{ node(id: `+id+`) { id } nodes(ids: [`+id+`]) { id } }`, nil).Text
		}
	}
	for root, operation := range map[*ast.Definition]string{schema.Query: "query", schema.Mutation: "mutation"} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") || slices.Contains([]string{"login", "logout", "refreshToken", "probeServer", "remoteImages"}, field.Name) {
				continue
			}
			ways[field.Name] = func(word string) string {
				return h.ask(t, token, about(schema, operation, field, word+"-own", word+"-i1"), nil).Text
			}
		}
	}
	for what, ask := range ways {
		if hidden, missing := h.same(ask(h.word), h.word), h.same(ask(h.other), h.other); hidden != missing {
			t.Errorf("%s, %s:\nhidden  %s\nmissing %s", who, what, hidden, missing)
		}
	}
}

func (h *hiding) fingerprintOr(word string) string {
	if word == h.word {
		return h.fingerprint
	}
	return strings.Repeat("0123456789abcdef", 4)
}

var ofProjects, ofNames = regexp.MustCompile(`(?i)project$`), regexp.MustCompile(`(?i)^(names?|instance|volume)$`)

// about is a question for a root field, of a project and what is in it.
func about(schema *ast.Schema, operation string, field *ast.FieldDefinition, project, name string) string {
	text := question(schema, operation, field)
	head, rest, _ := strings.Cut(text, field.Name)
	var given []string
	for _, argument := range field.Arguments {
		switch required := argument.Type.NonNull && argument.DefaultValue == nil; {
		case ofProjects.MatchString(argument.Name):
			given = append(given, argument.Name+": "+quoted(project))
		case ofNames.MatchString(argument.Name) && argument.Type.Elem != nil:
			given = append(given, argument.Name+": ["+quoted(name)+"]")
		case ofNames.MatchString(argument.Name):
			given = append(given, argument.Name+": "+quoted(name))
		case argument.Name == "pool":
			given = append(given, `pool: "default"`)
		case required && argument.Name == "id" || argument.Name == "ids":
			given = append(given, argument.Name+": "+quoted(idOf("Instance", project, name)))
		case required && argument.Name == "input" && schema.Types[argument.Type.Name()].Fields.ForName("project") != nil:
			given = append(given, "input: "+strings.Replace(anything(schema, argument.Type), "{", "{project: "+quoted(project)+", ", 1))
		case required:
			given = append(given, argument.Name+": "+anything(schema, argument.Type))
		}
	}
	if i := strings.LastIndex(rest, ")"); i >= 0 {
		rest = rest[i+1:]
	}
	if given == nil {
		return head + field.Name + rest
	}
	return head + field.Name + "(" + strings.Join(given, ", ") + ")" + rest
}

// asksForAll asks each root list, with all edges, for what the caller may see.
func (h *hiding) asksForAll(t *testing.T, who, token string, schema *ast.Schema) {
	t.Helper()
	choose := chooser{schema, []string{"resources", "configurationMetadata"}} // which say nothing of projects, in megabytes
	for _, field := range schema.Query.Fields {
		kind := schema.Types[field.Type.Name()]
		if strings.HasPrefix(field.Name, "__") || !kind.IsCompositeType() || slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil }) {
			continue
		}
		variants := []string{""}
		for _, argument := range field.Arguments {
			switch argument.Name {
			case "allProjects":
				variants = append(variants, "(allProjects: true)")
			case "project":
				variants = append(variants, "(project: "+quoted(h.mine)+")")
			}
		}
		for _, variant := range variants {
			text := "{ " + field.Name + variant + " { " + choose.everything(kind, 1, nil) + " } }"
			got := h.ask(t, token, text, nil)
			if got.code() == "GRAPHQL_VALIDATION_FAILED" || got.code() == "QUERY_TOO_COMPLEX" || got.code() == "LIMIT_EXCEEDED" {
				t.Errorf("%s cannot ask %s: %s", who, text, got.Text[:min(len(got.Text), 500)])
			}
			if told := h.tells(got.Text); told != "" {
				t.Errorf("%s is told by %s%s: %s", who, field.Name, variant, told)
			}
		}
	}
	for _, path := range []string{"/api/v1/journal.ndjson?allProjects=true", "/api/v1/journal.ndjson?kind=operations&allProjects=true", "/api/v1/instances.ndjson?allProjects=true", "/api/v1/storageVolumes.ndjson?allProjects=true"} {
		if told := h.tells(h.get(t, token, path)); told != "" {
			t.Errorf("%s is told by %s: %s", who, path, told)
		}
	}
}

// asksWithCursors asks with what somebody has seen who may.
func (h *hiding) asksWithCursors(t *testing.T, token string) {
	t.Helper()
	seen := h.must(t, h.admin, `query($p: String!) { events(project: $p, first: 3) { nodes { cursor } } operations(project: $p) { nodes { id uuid } } }`, map[string]any{"p": h.own})
	past := h.must(t, token, `query($c: String) { events(after: $c, allProjects: true) { nodes { project cursor } } }`, map[string]any{"c": seen.at("events", "nodes", 0, "cursor")})
	for _, event := range past.at("events", "nodes").([]any) {
		if project := into(event, "project"); project != nil && project != h.mine {
			t.Errorf("an event of %v", project)
		}
	}
	const nowhere = "00000000-0000-4000-8000-000000000000"
	for _, field := range []string{"uuid", "id"} {
		hidden, missing := seen.at("operations", "nodes", 0, field).(string), nowhere
		if field == "id" {
			missing = idOf("Operation", "", nowhere)
		}
		for _, query := range []string{`{ operation(id: %q) { id } }`, `{ waitOperation(id: %q, timeoutSeconds: 1) { id } }`, `mutation { cancelOperation(id: %q) { operation { id } } }`} {
			a, b := h.ask(t, token, fmt.Sprintf(query, hidden), nil), h.ask(t, token, fmt.Sprintf(query, missing), nil)
			a.Text, b.Text = h.same(a.Text, "calls"), h.same(b.Text, "calls")
			if a.code() != "NOT_FOUND" || a.code() != b.code() || a.Errors[0].Message != b.Errors[0].Message {
				t.Errorf("%s: %s, and of none %s", query, a.Text, b.Text)
			}
		}
	}
}

// repeatsAnothersKey begins what another user began with the same key.
func (h *hiding) repeatsAnothersKey(t *testing.T, token string) {
	t.Helper()
	const start = `mutation($n: String!, $p: String!) { bulkInstances(action: START, names: [$n], project: $p, idempotencyKey: "the same", wait: 30) { operation { id } items { name outcome } } }`
	first := h.must(t, h.admin, start, map[string]any{"n": h.word + "-i1", "p": h.own})
	if again := h.ask(t, token, start, map[string]any{"n": h.word + "-i1", "p": h.own}); again.code() != "NOT_FOUND" || h.tells(again.Text) != "" {
		t.Errorf("the key of another: %s", again.Text)
	}
	own := h.must(t, token, start, map[string]any{"n": "m1", "p": h.mine})
	if own.at("bulkInstances", "operation", "id") == first.at("bulkInstances", "operation", "id") || own.at("bulkInstances", "items", 0, "name") != "m1" {
		t.Errorf("the same key of another user: %s", own.Text)
	}
}

// listens hears of its own project only, and is refused the other one as one
// that there is not.
func (h *hiding) listens(t *testing.T, token string) {
	t.Helper()
	ws := h.connect(t, token)
	for n, query := range hiddenStreams {
		var told [2]string
		for which, word := range []string{h.word, h.other} {
			id := fmt.Sprintf("%d-%d", n, which)
			ws.subscribe(id, strings.ReplaceAll(query, "W", word), nil)
			got := ws.receive()
			told[which] = got.Type + h.same(string(got.Payload), word)
			if got.Type == "next" && strings.Contains(string(got.Payload), "errors") { // the refusal, and then its end
				if ended := ws.receive(); ended.Type != "complete" {
					t.Errorf("%s goes on: %s %s", query, ended.Type, ended.Payload)
				}
			}
		}
		if told[0] != told[1] || !strings.Contains(told[0], "NOT_FOUND") {
			t.Errorf("%s:\nhidden  %s\nmissing %s", query, told[0], told[1])
		}
	}
	listening := h.connect(t, token)
	listening.subscribe("e", `subscription { events(allProjects: true) { project __typename ... on LifecycleEvent { action source } ... on OperationEvent { operation { description resources items { name } } } } }`, nil)
	listening.subscribe("i", `subscription { instanceChanged(allProjects: true, snapshot: true) { kind name project } }`, nil)
	time.Sleep(time.Second)
	h.must(t, h.admin, `mutation($w: String!) { bulkInstances(action: RESTART, where: {name: {contains: $w}}, allProjects: true, force: true, wait: 60) { operation { status } } }`, map[string]any{"w": h.word})
	h.must(t, h.admin, `mutation($p: String!) { addTag(name: "m1", project: $p, tag: "end") { instance { name } } }`, map[string]any{"p": h.mine})
	for {
		got := listening.receive()
		if told := h.tells(string(got.Payload)); told != "" {
			t.Fatalf("told by an event: %s", told)
		}
		var heard struct {
			Data struct{ InstanceChanged struct{ Kind string } }
		}
		if got.Type != "next" || json.Unmarshal(got.Payload, &heard) != nil {
			t.Fatalf("%s %s", got.Type, got.Payload)
		}
		if heard.Data.InstanceChanged.Kind == "UPDATED" {
			return
		}
	}
}
