package lxd

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// CreateNetworkZoneRecordInput is a new name of a zone.
type CreateNetworkZoneRecordInput struct {
	Name        string
	Description *string
	Config      StringMap
	Entries     []*NetworkZoneRecordEntryInput
}

// UpdateNetworkZoneRecordInput is a change of a record: what is nil stays as it is.
type UpdateNetworkZoneRecordInput struct {
	Description *string
	Config      StringMapPatch
	// Entries replace those that it has.
	Entries []*NetworkZoneRecordEntryInput
}

// NetworkZoneRecordEntryInput is what a name stands for.
type NetworkZoneRecordEntryInput struct {
	Type       string
	TTLSeconds *int
	Value      string
}

// entryType is a word: LXD puts it into a line of a zone file.
var entryType = regexp.MustCompile(`^[A-Z0-9]{1,16}$`)

func recordEntries(inputs []*NetworkZoneRecordEntryInput) ([]*NetworkZoneRecordEntry, error) {
	entries := make([]*NetworkZoneRecordEntry, len(inputs))
	for n, input := range inputs {
		at := fmt.Sprintf("input.entries.%d.", n)
		ttl := value(input.TTLSeconds)
		switch {
		case !entryType.MatchString(input.Type):
			return nil, &InputError{at + "type", "the type is a kind of DNS entry such as A, AAAA or CNAME"}
		case ttl < 0 || ttl > 1<<31-1:
			return nil, &InputError{at + "ttlSeconds", "ttlSeconds is 0 to 2147483647"}
		case input.Value == "" || strings.ContainsAny(input.Value, "\r\n"):
			return nil, &InputError{at + "value", "the value is one line that is not empty"}
		}
		entries[n] = &NetworkZoneRecordEntry{Type: input.Type, TTLSeconds: int64(ttl), Value: input.Value}
	}
	return entries, nil
}

// refusedRecord gives types to what LXD says of a record. One of 5.0.2 has a
// name in one zone only.
func refusedRecord(err error) error {
	if err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed") {
		return &ExistsError{"a record of that name exists already, if not in this zone then in another: LXD of 5.0 has each name once"}
	}
	return refusedInput(err, "input.entries", "Bad zone record entry", "Duplicate record")
}

// CreateNetworkZoneRecord begins to add a name to a zone.
func (c *Client) CreateNetworkZoneRecord(ctx context.Context, as Scope, project, zone string, input *CreateNetworkZoneRecordInput) (*Operation, error) {
	_, err := c.changeableZone(ctx, as, project, zone)
	if err == nil {
		err = checkRecordName(input.Name)
	}
	if err == nil {
		err = mayConfigurePart(as, harmlessPart, input.Config)
	}
	if err != nil {
		return nil, err
	}
	entries, err := recordEntries(input.Entries)
	if err != nil {
		return nil, err
	}
	if _, err := c.zoneRecord(ctx, as, project, zone, input.Name); !IsNotFound(err) {
		if err == nil {
			err = &ExistsError{"a record " + input.Name + " exists already in the zone " + zone + ": change that one"}
		}
		return nil, err
	}
	body := map[string]any{"name": input.Name, "description": value(input.Description), "config": input.Config, "entries": entries}
	operation, err := change(ctx, c, project, http.MethodPost, in(project, path("network-zones", zone, "records")), body)
	return operation, refusedRecord(err)
}

func (c *Client) zoneRecord(ctx context.Context, as Scope, project, zone, name string) (*NetworkZoneRecord, error) {
	records, err := c.NetworkZoneRecords(ctx, as, project, zone)
	if err != nil {
		return nil, err
	}
	for _, record := range records {
		if record.Name == name {
			return record, nil
		}
	}
	return nil, hidden("Network zone record")
}

// changeableRecord reads a record that the caller may change.
func (c *Client) changeableRecord(ctx context.Context, as Scope, project, zone, name string) (*NetworkZoneRecord, error) {
	if _, err := c.changeableZone(ctx, as, project, zone); err != nil {
		return nil, err
	}
	return c.zoneRecord(ctx, as, project, zone, name)
}

// UpdateNetworkZoneRecord begins to change a record.
func (c *Client) UpdateNetworkZoneRecord(ctx context.Context, as Scope, project, zone, name string, ifMatch *string, input *UpdateNetworkZoneRecordInput) (*Operation, error) {
	if _, err := c.changeableRecord(ctx, as, project, zone, name); err != nil {
		return nil, err
	}
	entries, err := recordEntries(input.Entries)
	if err != nil {
		return nil, err
	}
	operation, err := c.edit(ctx, as, nil, project, in(project, path("network-zones", zone, "records", name)), ifMatch, func(current object) error {
		was, is, err := current.reconfigure(input.Description, input.Config)
		if err == nil && input.Entries != nil {
			err = current.write("entries", entries)
		}
		if err != nil {
			return err
		}
		return mayConfigurePart(as, harmlessPart, changedKeys(was, is))
	})
	return operation, refusedRecord(err)
}

// DeleteNetworkZoneRecord begins to take a name away from a zone, and gives it
// as it was.
func (c *Client) DeleteNetworkZoneRecord(ctx context.Context, as Scope, project, zone, name string) (*NetworkZoneRecord, *Operation, error) {
	record, err := c.changeableRecord(ctx, as, project, zone, name)
	if err != nil {
		return nil, nil, err
	}
	operation, err := change(ctx, c, project, http.MethodDelete, in(project, path("network-zones", zone, "records", name)), nil)
	return record, operation, err
}

// Actions are what the caller, as an administrator, can do to it now.
func (r *NetworkZoneRecord) Actions(as Scope) []NetworkAction {
	return partActions(as, r.project, true)
}
