package lxd

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Operation is work in progress, of LXD or of lxdql itself.
type Operation struct {
	UUID        string         `json:"id"`
	Kind        string         `json:"class"`
	Description string         `json:"description"`
	StatusCode  int            `json:"status_code"`
	CreatedAt   Time           `json:"created_at"`
	UpdatedAt   Time           `json:"updated_at"`
	MayCancel   bool           `json:"may_cancel"`
	Err         string         `json:"err"`
	Affected    JSON           `json:"resources"`
	Details     map[string]any `json:"metadata"`
	Member      string         `json:"location"`
	// Project is the effective project, which LXD's answers leave out and its
	// events tell; "" for the server's own.
	Project string `json:"-"`
	// Own is set on an operation of lxdql, which LXD does not know.
	Own bool `json:"-"`
	// Items are the instances of a bulk; nil for other operations.
	Items []*BulkItem `json:"-"`

	server string
}

// OperationStatus is how far an operation is.
type OperationStatus string

// The statuses of an operation.
const (
	OperationPending    OperationStatus = "PENDING"
	OperationRunning    OperationStatus = "RUNNING"
	OperationCancelling OperationStatus = "CANCELLING"
	OperationSuccess    OperationStatus = "SUCCESS"
	OperationFailure    OperationStatus = "FAILURE"
	OperationCancelled  OperationStatus = "CANCELLED"
	OperationUnknown    OperationStatus = "UNKNOWN"
)

// LXD's status codes. Those from 200 on are final.
const (
	codeRunning    = 103
	codeCancelling = 104
	codePending    = 105
	codeFinal      = 200
	codeFailure    = 400
	codeCancelled  = 401
)

var operationStatuses = map[int]OperationStatus{
	codePending: OperationPending, codeRunning: OperationRunning, codeCancelling: OperationCancelling,
	codeFinal: OperationSuccess, codeFailure: OperationFailure, codeCancelled: OperationCancelled,
}

// OperationClass is what an operation is.
type OperationClass string

// IsNode marks that an operation has an id.
func (*Operation) IsNode() {}

// ID is the operation's id. It does not hold the project, so that it can be
// made before the project is known.
func (o *Operation) ID() string {
	return ID{Server: o.server, Kind: "Operation", Name: o.UUID}.String()
}

// Class is what the operation is.
func (o *Operation) Class() OperationClass {
	return known[OperationClass](strings.ToUpper(o.Kind), "TASK", "WEBSOCKET", "DURABLE")
}

// Status is how far the operation is.
func (o *Operation) Status() OperationStatus {
	if status, ok := operationStatuses[o.StatusCode]; ok {
		return status
	}
	return OperationUnknown
}

// Final reports whether nothing follows.
func (o *Operation) Final() bool { return o.StatusCode >= codeFinal }

// Error is why the operation failed; nil otherwise.
func (o *Operation) Error() *string { return optional(o.Err) }

// Location is the cluster member; nil outside a cluster.
func (o *Operation) Location() *string { return location(&o.Member) }

// LxdURL is the operation's path in LXD's API; nil for one of lxdql.
func (o *Operation) LxdURL() *string {
	if o.Own {
		return nil
	}
	return optional(path("operations", o.UUID))
}

// Resources is what the operation works on; {} for nothing.
func (o *Operation) Resources() JSON {
	if len(o.Affected) == 0 || string(o.Affected) == "null" {
		return JSON("{}")
	}
	return o.Affected
}

// Metadata is what else LXD says, without secrets.
func (o *Operation) Metadata() JSON {
	if len(o.Details) == 0 {
		return nil
	}
	data, err := json.Marshal(o.Details)
	if err != nil {
		return nil
	}
	return data
}

// OperationProgress is how far an operation that tells is.
type OperationProgress struct {
	Percent        *int
	Stage          string
	BytesPerSecond *int64
	// Bytes is how many have passed at this stage, TotalBytes how many do in all.
	Bytes, TotalBytes *int64
}

// Progress is read from LXD's metadata, whose numbers are strings; nil when it does not tell.
func (o *Operation) Progress() *OperationProgress {
	told, ok := o.Details["progress"].(map[string]any)
	if !ok {
		return nil
	}
	text := func(key string) string { value, _ := told[key].(string); return value }
	progress := &OperationProgress{Stage: text("stage")}
	if percent, err := strconv.Atoi(text("percent")); err == nil {
		progress.Percent = &percent
	}
	for key, into := range map[string]**int64{"speed": &progress.BytesPerSecond, "processed": &progress.Bytes, "total": &progress.TotalBytes} {
		if number, err := strconv.ParseInt(text(key), 10, 64); err == nil {
			*into = &number
		}
	}
	return progress
}

// secretDetails are the keys of LXD's metadata that open something, tokens and
// the secrets of an operation's WebSockets, and what an exec was given, which
// people put passwords into.
var secretDetails = []string{"secret", "fds", "control", "fs", "criu", "request", "command", "environment"}

// redact takes the secrets away before anything else sees the operation.
func (o *Operation) redact() {
	for _, key := range secretDetails {
		delete(o.Details, key)
	}
	o.withoutSource()
}

// isToken reports whether the operation is a token, which opens LXD itself and
// is never shown.
func (o *Operation) isToken() bool { return o.Kind == "token" }
