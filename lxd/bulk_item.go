package lxd

// BulkOutcome is how far one instance of a bulk is.
type BulkOutcome string

// The outcomes.
const (
	BulkPending BulkOutcome = "PENDING"
	BulkRunning BulkOutcome = "RUNNING"
	BulkDone    BulkOutcome = "DONE"
	BulkFailed  BulkOutcome = "FAILED"
	BulkSkipped BulkOutcome = "SKIPPED"
)

// BulkItem is one instance of a bulk. It is a value that does not change.
type BulkItem struct {
	Name    string
	Project string
	Outcome BulkOutcome
	// ErrorCode is the error's code, and Reason says why; "" for none.
	ErrorCode, Reason string
}

// Code is the error's code; nil without an error.
func (i *BulkItem) Code() *string { return optional(i.ErrorCode) }

// Message says why it failed or was skipped; nil without a reason.
func (i *BulkItem) Message() *string { return optional(i.Reason) }

// Ended reports whether nothing follows.
func (i *BulkItem) Ended() bool { return i.Outcome != BulkPending && i.Outcome != BulkRunning }
