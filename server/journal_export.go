package server

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
)

// exportSize is how many rows are read at once; the answer has no end of its own.
const exportSize = 500

// exportedEvent is one line of exported events.
type exportedEvent struct {
	Cursor    string              `json:"cursor"`
	Timestamp lxd.Time            `json:"timestamp"`
	Type      lxd.EventType       `json:"type"`
	Project   *string             `json:"project"`
	Location  *string             `json:"location"`
	Action    string              `json:"action,omitempty"`
	Source    string              `json:"source,omitempty"`
	Requestor *lxd.EventRequestor `json:"requestor,omitempty"`
	Operation *lxd.Operation      `json:"operation,omitempty"`
}

// exportedAudit is one line of the exported audit trail.
type exportedAudit struct {
	Cursor    string   `json:"cursor"`
	CreatedAt lxd.Time `json:"createdAt"`
	Username  *string  `json:"username"`
	Address   string   `json:"address"`
	Action    string   `json:"action"`
	Project   *string  `json:"project"`
	Input     lxd.JSON `json:"input"`
	Code      *string  `json:"code"`
	Duration  int      `json:"durationMilliseconds"`
	Operation *string  `json:"operation"`
	RequestID string   `json:"requestId"`
}

// exportKinds are what can be exported, each with the parameters that choose
// among it.
var exportKinds = map[string]struct {
	parameters []string
	export     func(*export) error
}{
	"events":     {[]string{"project", "allProjects", "types", "actions", "after"}, (*export).events},
	"operations": {[]string{"project", "allProjects"}, (*export).operations},
	"audit":      {[]string{"username", "action", "from", "to", "after"}, (*export).audit},
}

// export is one question for lines of the journal.
type export struct {
	*http.Request
	journal *journal.Journal
	caller  *auth.Identity
	query   url.Values
	lines   *lineWriter
}

// journalExport writes the journal as lines of JSON, as far as the caller may
// see it: kind is events (the default), operations or audit. Of a project that is
// gone it has what is kept.
func journalExport(told *journal.Journal, refuse func(http.ResponseWriter, *http.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked := &export{Request: r, journal: told, caller: auth.From(r.Context()), query: r.URL.Query()}
		if asked.caller == nil {
			refuse(w, r, auth.ErrUnauthenticated)
			return
		}
		kind := cmp.Or(asked.query.Get("kind"), "events")
		what, known := exportKinds[kind]
		if !known {
			refuse(w, r, &lxd.InputError{Argument: "kind", Message: "kind is events, operations or audit, not " + strconv.Quote(kind)})
			return
		}
		for name, given := range asked.query {
			if name != "kind" && !slices.Contains(what.parameters, name) || len(given) != 1 {
				refuse(w, r, &lxd.InputError{Argument: name, Message: "of " + kind + " these choose, each once: " + strings.Join(what.parameters, ", ")})
				return
			}
		}
		asked.lines = &lineWriter{w: w, r: r, refuse: refuse, encoder: json.NewEncoder(w)}
		asked.lines.end(what.export(asked))
	}
}

// where is the project that is asked for, or all of them.
func (x *export) where() (project string, all bool, err error) {
	project = cmp.Or(x.query.Get("project"), "default")
	if text := x.query.Get("allProjects"); text != "" {
		if all, err = strconv.ParseBool(text); err != nil {
			return "", false, &lxd.InputError{Argument: "allProjects", Message: "allProjects is true or false"}
		}
	}
	if all {
		return "", true, nil
	}
	if !x.caller.Allows(project, false) {
		return "", false, lxd.NotFound("Project")
	}
	return project, false, nil
}

// list is a parameter with commas; nil for none.
func (x *export) list(name string) []string {
	if text := x.query.Get(name); text != "" {
		return strings.Split(text, ",")
	}
	return nil
}

// moment is a parameter that is a time; zero for none.
func (x *export) moment(name string) (at time.Time, err error) {
	if text := x.query.Get(name); text != "" {
		if at, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return at, &lxd.InputError{Argument: name, Message: name + " is a time such as 2026-01-31T12:00:00Z"}
		}
	}
	return at.UTC(), nil
}

func (x *export) events() error {
	project, all, err := x.where()
	if err != nil {
		return err
	}
	var types []lxd.EventType
	for _, word := range x.list("types") {
		kind := lxd.EventType(word)
		if !slices.Contains([]lxd.EventType{lxd.EventLifecycle, lxd.EventOperation, lxd.EventGap}, kind) {
			return &lxd.InputError{Argument: "types", Message: "types are LIFECYCLE, OPERATION and GAP, with commas between them"}
		}
		types = append(types, kind)
	}
	filter := lxd.EventFilter{Project: project, AllProjects: all, Want: lxd.WantEvents(types, x.list("actions"))}
	for after := x.query.Get("after"); ; {
		found, err := x.journal.Events(x.Context(), x.caller, filter, after, exportSize)
		if err != nil {
			return err
		}
		for _, event := range found.Events {
			if types != nil && !slices.Contains(types, event.Head().Type) {
				continue // gaps are always among them
			}
			if err := x.lines.write(exportable(event)); err != nil {
				return err
			}
		}
		if !found.More {
			return nil
		}
		after = found.End
	}
}

func exportable(event lxd.Event) exportedEvent {
	head := event.Head()
	line := exportedEvent{Cursor: head.Cursor, Timestamp: head.Timestamp, Type: head.Type, Project: head.Project(), Location: head.Location()}
	switch event := event.(type) {
	case *lxd.LifecycleEvent:
		line.Action, line.Source, line.Requestor = event.Action, event.Source, event.Requestor
	case *lxd.OperationEvent:
		line.Operation = event.Operation
	}
	return line
}

func (x *export) operations() error {
	project, _, err := x.where()
	if err != nil {
		return err
	}
	for operation, err := range x.journal.EachOperation(x.Context(), x.caller, project) {
		if err != nil {
			return err
		}
		if err := x.lines.write(operation); err != nil {
			return err
		}
	}
	return nil
}

func (x *export) audit() error {
	if !x.caller.Allows("", true) {
		return &lxd.ForbiddenError{Reason: "the audit trail is for an ADMIN of the whole server"}
	}
	query := journal.AuditQuery{Most: exportSize, Username: x.query.Get("username"), Action: x.query.Get("action")}
	var err error
	if query.From, err = x.moment("from"); err != nil {
		return err
	}
	if query.To, err = x.moment("to"); err != nil {
		return err
	}
	if after := x.query.Get("after"); after != "" {
		if query.Before, err = journal.ParseAuditCursor("after", after); err != nil {
			return err
		}
	}
	for {
		rows, _, err := x.journal.AuditEvents(x.Context(), query)
		for _, e := range rows {
			line := exportedAudit{e.Cursor(), e.CreatedAt, e.User(), e.Address, e.Action, e.Project(), e.Input, e.Code(), e.DurationMilliseconds(), e.OperationUUID(), e.RequestID}
			if err := x.lines.write(line); err != nil {
				return err
			}
			query.Before = e.Sequence
		}
		if err != nil || len(rows) < exportSize {
			return err
		}
	}
}

// lineWriter writes lines of JSON. Nothing is sent before the first of them, so
// that what is wrong from the start has its status.
type lineWriter struct {
	w       http.ResponseWriter
	r       *http.Request
	refuse  func(http.ResponseWriter, *http.Request, error)
	encoder *json.Encoder
	begun   bool
}

func (l *lineWriter) begin() {
	if !l.begun {
		l.begun = true
		l.w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	}
}

func (l *lineWriter) write(line any) error {
	l.begin()
	return l.encoder.Encode(line)
}

// end says what went wrong: with a status, or in a last line where lines were
// sent already.
func (l *lineWriter) end(err error) {
	if err == nil {
		l.begin()
		return
	}
	if !l.begun {
		l.refuse(l.w, l.r, err)
		return
	}
	code, details := classify(err)
	l.encoder.Encode(map[string]any{"error": err.Error(), "code": code, "details": details})
}
