package lxd

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// NewOperation makes an operation of lxdql's own that runs. It is a value that
// does not change: see [Operation.Ended].
func (c *Client) NewOperation(description, project string, resources map[string][]string) *Operation {
	operation := c.OwnOperation(uuid.NewString(), description, project, time.Now().UTC())
	affected, err := json.Marshal(resources)
	if err != nil { // strings always marshal
		affected = nil
	}
	operation.Affected = affected
	return operation
}

// OwnOperation is an operation of lxdql's own that began before.
func (c *Client) OwnOperation(id, description, project string, createdAt time.Time) *Operation {
	begun := Time{createdAt}
	operation := &Operation{UUID: id, Kind: "task", Description: description, StatusCode: codeRunning, CreatedAt: begun, UpdatedAt: begun, MayCancel: true, Own: true}
	c.own(operation, project)
	return operation
}

// WithItems is a bulk with how far its items are.
func (o *Operation) WithItems(items []*BulkItem) *Operation {
	with := *o
	with.Items, with.UpdatedAt = items, Time{time.Now().UTC()}
	counts, ended := map[BulkOutcome]int{}, 0
	for _, item := range items {
		counts[item.Outcome]++
		if item.Ended() {
			ended++
		}
	}
	with.Details = maps.Clone(o.Details)
	if with.Details == nil {
		with.Details = map[string]any{}
	}
	with.Details["total"], with.Details["done"], with.Details["failed"], with.Details["skipped"] = len(items), counts[BulkDone], counts[BulkFailed], counts[BulkSkipped]
	percent := 100
	if len(items) > 0 {
		percent = ended * 100 / len(items)
	}
	with.Details["progress"] = map[string]any{"percent": strconv.Itoa(percent), "stage": "bulk"}
	return &with
}

// Ended is the operation at its end: nil is success, context.Canceled is
// cancelled, anything else is failure.
func (o *Operation) Ended(reason error) *Operation {
	ended := *o
	ended.UpdatedAt, ended.MayCancel, ended.StatusCode = Time{time.Now().UTC()}, false, codeFinal
	switch {
	case errors.Is(reason, context.Canceled):
		ended.StatusCode = codeCancelled
	case reason != nil:
		ended.StatusCode, ended.Err = codeFailure, reason.Error()
	}
	return &ended
}
