package lxd

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// ChangePlan tells what a change would do, without doing it. The calls that
// take one send nothing to LXD when it is not nil.
type ChangePlan struct {
	// Request is what would be sent; nil when a blocker is known before it is.
	Request *PlannedRequest
	// Changes are the differences from now, in the order of their fields.
	Changes []*PlannedChange
	// Blockers stand in the way, or are to be known before it.
	Blockers []*ChangeBlocker
}

// PlannedRequest is a request to LXD, without the secrets that are hidden from
// the caller.
type PlannedRequest struct {
	Method string
	// Path is the address below LXD's socket or URL, with its query.
	Path string
	// Body is what LXD would read; nil for none.
	Body *JSON
}

// PlannedChange is one value that would be another one.
type PlannedChange struct {
	// Field is the dotted path: "config.limits.cpu", "devices.root.size".
	Field string
	// Before is nil where there is none now, and After where there would be none.
	Before, After *JSON
}

// ChangeBlocker is one reason why a change would fail, or what it needs.
type ChangeBlocker struct {
	Code ChangeBlockerCode
	// Message says what to do.
	Message string
}

// ChangeBlockerCode is the kind of a [ChangeBlocker].
type ChangeBlockerCode string

// The kinds.
const (
	BlockedByName    ChangeBlockerCode = "ALREADY_EXISTS"
	BlockedByState   ChangeBlockerCode = "CONFLICT"
	BlockedByUse     ChangeBlockerCode = "IN_USE"
	BlockedByLimit   ChangeBlockerCode = "LIMIT_EXCEEDED"
	BlockedByMissing ChangeBlockerCode = "NOT_FOUND"
	BlockedByRestart ChangeBlockerCode = "RESTART_NEEDED"
)

// NewChangePlan is a plan where one is asked for, else nil.
func NewChangePlan(asked bool) *ChangePlan {
	if !asked {
		return nil
	}
	return &ChangePlan{Changes: []*PlannedChange{}, Blockers: []*ChangeBlocker{}}
}

// Block notes down what stands in the way and goes on; without a plan, and for
// what is wrong with the question itself, the error stays one.
func (p *ChangePlan) Block(err error) error {
	var (
		exists   *ExistsError
		state    *ConflictError
		limit    *LimitError
		occupied *InUseError
	)
	switch {
	case p == nil || err == nil:
		return err
	case errors.As(err, &exists):
		p.note(BlockedByName, err)
	case errors.As(err, &occupied):
		p.note(BlockedByUse, err)
	case errors.As(err, &state):
		p.note(BlockedByState, err)
	case errors.As(err, &limit):
		p.note(BlockedByLimit, err)
	default:
		return err
	}
	return nil
}

func (p *ChangePlan) note(code ChangeBlockerCode, err error) {
	p.Blockers = append(p.Blockers, &ChangeBlocker{code, err.Error()})
}

// NeedsRestart notes down a change that holds from the next start on.
func (p *ChangePlan) NeedsRestart(message string) {
	p.Blockers = append(p.Blockers, &ChangeBlocker{BlockedByRestart, message})
}

// tell fills in what would be sent, and how it differs from what is: before is
// nil for a new object, and body for one that goes.
func (p *ChangePlan) tell(as Scope, project, method, address string, before, body any) error {
	visible := SeesSecrets(as, project)
	was, err := plannable(before, visible)
	if err != nil {
		return err
	}
	is, err := plannable(body, visible)
	if err != nil {
		return err
	}
	p.Request = &PlannedRequest{Method: method, Path: address}
	if body != nil {
		data, err := json.Marshal(is)
		if err != nil {
			return err
		}
		p.Request.Body = (*JSON)(&data)
	}
	p.Changes, err = differences(was, is)
	return err
}

// plannable is an object as the caller may see it.
func plannable(value any, secrets bool) (map[string]any, error) {
	fields := map[string]any{}
	if value == nil {
		return fields, nil
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	if !secrets {
		withoutSecrets(fields)
	}
	return fields, nil
}

// withoutSecrets takes away the keys that are hidden, at any depth.
func withoutSecrets(fields map[string]any) {
	maps.DeleteFunc(fields, func(key string, _ any) bool { return IsSecretKey(key) })
	for _, value := range fields {
		if below, ok := value.(map[string]any); ok {
			withoutSecrets(below)
		}
	}
}

// differences compares what both have on the same path.
func differences(was, is map[string]any) ([]*PlannedChange, error) {
	before, after := map[string]string{}, map[string]string{}
	flatten("", was, before)
	flatten("", is, after)
	fields := slices.Collect(maps.Keys(after))
	for field := range before {
		// A body need not have all that LXD shows: what it does not name stays.
		top, _, below := strings.Cut(field, ".")
		_, named := is[top]
		if _, kept := after[field]; !kept && (named && below || len(is) == 0) {
			fields = append(fields, field)
		}
	}
	slices.Sort(fields)
	changes := []*PlannedChange{}
	for _, field := range fields {
		one := &PlannedChange{Field: field, Before: jsonOf(before, field), After: jsonOf(after, field)}
		if before[field] != after[field] {
			changes = append(changes, one)
		}
	}
	return changes, nil
}

// flatten writes the values of all paths, objects taken apart, empty ones left out.
func flatten(at string, fields map[string]any, into map[string]string) {
	for key, value := range fields {
		if below, ok := value.(map[string]any); ok {
			flatten(at+key+".", below, into)
			continue
		}
		if data, err := json.Marshal(value); err == nil && value != nil {
			into[at+key] = string(data)
		}
	}
}

func jsonOf(values map[string]string, field string) *JSON {
	value, ok := values[field]
	if !ok {
		return nil
	}
	raw := JSON(value)
	return &raw
}
