package server

import (
	"encoding/json"
	"net/http"
	"strconv"

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

// journalExport writes the journal as lines of JSON, as far as the caller may
// see it: kind is events (the default), operations or audit.
func journalExport(told *journal.Journal, refuse func(http.ResponseWriter, *http.Request, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		caller := auth.From(r.Context())
		query := r.URL.Query()
		all, _ := strconv.ParseBool(query.Get("allProjects"))
		project := query.Get("project")
		switch {
		case caller == nil:
			refuse(w, r, auth.ErrUnauthenticated)
			return
		case !all && project != "" && !caller.Allows(project, false):
			refuse(w, r, lxd.NotFound("Project"))
			return
		}
		lines := &lineWriter{w: w, r: r, refuse: refuse, encoder: json.NewEncoder(w)}
		var err error
		switch kind := query.Get("kind"); kind {
		case "", "events":
			err = exportEvents(r, told, lines, lxd.EventFilter{Project: project, AllProjects: all}, query.Get("after"))
		case "operations":
			err = exportOperations(r, told, lines, project, all)
		case "audit":
			if !caller.Allows("", true) {
				refuse(w, r, &lxd.ForbiddenError{Reason: "the audit trail is for an ADMIN of the whole server"})
				return
			}
			err = exportAudit(r, told, lines)
		default:
			refuse(w, r, &lxd.InputError{Argument: "kind", Message: "kind is events, operations or audit, not " + strconv.Quote(kind)})
			return
		}
		lines.end(err)
	}
}

func exportEvents(r *http.Request, told *journal.Journal, lines *lineWriter, filter lxd.EventFilter, after string) error {
	for {
		found, err := told.Events(r.Context(), auth.From(r.Context()), filter, after, exportSize)
		if err != nil {
			return err
		}
		for _, event := range found.Events {
			if err := lines.write(exportable(event)); err != nil {
				return err
			}
		}
		if !found.More {
			return nil
		}
		after = found.End
		if count := len(found.Events); count > 0 {
			after = found.Events[count-1].Head().Cursor
		}
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

func exportOperations(r *http.Request, told *journal.Journal, lines *lineWriter, project string, all bool) error {
	if project == "" && !all {
		project = "default"
	}
	if all {
		project = ""
	}
	for operation, err := range told.EachOperation(r.Context(), auth.From(r.Context()), project) {
		if err != nil {
			return err
		}
		if err := lines.write(operation); err != nil {
			return err
		}
	}
	return nil
}

func exportAudit(r *http.Request, told *journal.Journal, lines *lineWriter) error {
	query := journal.AuditQuery{Most: exportSize}
	for {
		rows, _, err := told.AuditEvents(r.Context(), query)
		for _, e := range rows {
			line := exportedAudit{e.Cursor(), e.CreatedAt, e.User(), e.Address, e.Action, e.Project(), e.Input, e.Code(), e.DurationMilliseconds(), e.OperationUUID(), e.RequestID}
			if err := lines.write(line); err != nil {
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
