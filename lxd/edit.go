package lxd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// mostRetries bounds how often a change is tried again because somebody else
// has changed the object meanwhile.
const mostRetries = 10

// PreconditionError says that an object is not any more what the caller saw.
type PreconditionError struct {
	// ETag is what LXD calls the object as it is now.
	ETag string
}

func (e *PreconditionError) Error() string {
	return "the object was changed meanwhile: read it again, with its etag, and decide anew"
}

// object is an object of LXD's as it sends it, so that what lxdql does not
// know, and what is hidden from the caller, is written back as it was.
type object map[string]json.RawMessage

func (o object) read(key string, into any) error {
	if len(o[key]) == 0 {
		return nil
	}
	return json.Unmarshal(o[key], into)
}

func (o object) write(key string, value any) error {
	data, err := json.Marshal(value)
	o[key] = data
	return err
}

// edit changes an object that LXD gives an ETag for: it is read, changed, and
// written whole on the condition that nobody has changed it in between. With
// ifMatch, an ETag that the caller has seen, a change in between is a
// *PreconditionError; without, it is read and changed again. With a plan
// nothing is written.
func (c *Client) edit(ctx context.Context, as Scope, plan *ChangePlan, project, address string, ifMatch *string, change func(object) error) (*Operation, error) {
	for retry := 0; ; retry++ {
		answer, err := read[object](ctx, c, address)
		if err != nil {
			return nil, err
		}
		seen := strings.Trim(answer.etag, `"`)
		if ifMatch != nil && strings.Trim(*ifMatch, `"`) != seen {
			return nil, &PreconditionError{ETag: seen}
		}
		before := maps.Clone(answer.Metadata)
		if err := change(answer.Metadata); err != nil {
			return nil, err
		}
		if plan != nil {
			return nil, plan.tell(as, project, http.MethodPut, address, before, answer.Metadata)
		}
		operation, err := c.put(ctx, project, address, seen, answer.Metadata)
		if !isStatus(err, http.StatusPreconditionFailed) || retry == mostRetries {
			return operation, err
		}
		if err := sleep(ctx, rand.N(20*time.Millisecond)); err != nil {
			return nil, err
		}
	}
}

// do sends a change as it is; with a plan it only tells it. Before is the
// object as it is now, nil where there is none.
func (c *Client) do(ctx context.Context, as Scope, plan *ChangePlan, project, method, address string, before, body any) (*Operation, error) {
	if plan != nil {
		return nil, plan.tell(as, project, method, address, before, body)
	}
	return change(ctx, c, project, method, address, body)
}

// put writes an object whole, if it is still what the ETag says.
func (c *Client) put(ctx context.Context, project, address, etag string, body object) (*Operation, error) {
	return changeIf(ctx, c, project, http.MethodPut, address, etag, body)
}

// StringMapPatch changes a configuration: a nil value takes its key away.
type StringMapPatch map[string]*string

// UnmarshalGQL reads a JSON object of strings and nulls.
func (p *StringMapPatch) UnmarshalGQL(value any) error {
	entries, ok := value.(map[string]any)
	if !ok {
		return inputError(`a StringMap is a JSON object such as {"limits.cpu": "2"}, not %s`, jsonKind(value))
	}
	*p = make(StringMapPatch, len(entries))
	for key, entry := range entries {
		if err := checkKey(key); err != nil {
			return err
		}
		if entry == nil {
			(*p)[key] = nil
			continue
		}
		text, err := stringOf(entry)
		if err != nil {
			return inputError("the value of %q %w", key, err)
		}
		(*p)[key] = &text
	}
	return nil
}

// apply changes a configuration in place.
func (p StringMapPatch) apply(config StringMap) {
	for key, value := range p {
		if value == nil {
			delete(config, key)
		} else {
			config[key] = *value
		}
	}
}

// DeviceMapPatch changes devices: a nil one is taken away, and of the others
// the options that are given are changed.
type DeviceMapPatch map[string]StringMapPatch

// UnmarshalGQL reads a JSON object of objects and nulls.
func (p *DeviceMapPatch) UnmarshalGQL(value any) error {
	entries, ok := value.(map[string]any)
	if !ok {
		return inputError(`devices are a JSON object such as {"eth0": {"type": "nic", "network": "lxdbr0"}}, not %s`, jsonKind(value))
	}
	*p = make(DeviceMapPatch, len(entries))
	for name, entry := range entries {
		if err := checkKey(name); err != nil {
			return err
		}
		if entry == nil {
			(*p)[name] = nil
			continue
		}
		var options StringMapPatch
		if err := options.UnmarshalGQL(entry); err != nil {
			return inputError("the device %q: %w", name, err)
		}
		(*p)[name] = options
	}
	return nil
}

// conflict says why a change does not fit what is.
func conflict(format string, arguments ...any) error {
	return &ConflictError{fmt.Sprintf(format, arguments...)}
}

// MarshalGQL writes a JSON object, its keys in order.
func (p StringMapPatch) MarshalGQL(w io.Writer) { writeJSON(w, p) }

// MarshalGQL writes a JSON object of objects.
func (p DeviceMapPatch) MarshalGQL(w io.Writer) { writeJSON(w, p) }
