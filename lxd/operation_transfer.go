package lxd

import (
	"maps"
	"strconv"
	"time"
)

// WithTransfer is an operation with how many bytes have passed in how many
// seconds, of how many (0 for not known), and what else there is to know.
func (o *Operation) WithTransfer(stage string, passed, total int64, seconds float64, facts map[string]any) *Operation {
	with := *o
	with.UpdatedAt = Time{time.Now().UTC()}
	with.Details = maps.Clone(o.Details)
	if with.Details == nil {
		with.Details = map[string]any{}
	}
	maps.Copy(with.Details, facts)
	progress := map[string]any{"stage": stage}
	if passed > 0 || total > 0 {
		progress["processed"] = strconv.FormatInt(passed, 10) // LXD's own word
	}
	if total > 0 {
		progress["total"] = strconv.FormatInt(total, 10)
		progress["percent"] = strconv.FormatInt(min(passed*100/total, 100), 10)
	}
	if seconds > 0.01 && passed > 0 {
		progress["speed"] = strconv.FormatInt(int64(float64(passed)/seconds), 10)
	}
	with.Details["progress"] = progress
	return &with
}
