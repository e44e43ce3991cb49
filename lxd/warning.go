package lxd

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Warning is something that LXD has found wrong.
type Warning struct {
	UUID        string          `json:"uuid"`
	Type        string          `json:"type"`
	Status      WarningStatus   `json:"status"`
	Severity    WarningSeverity `json:"severity"`
	Count       int             `json:"count"`
	FirstSeenAt Time            `json:"first_seen_at"`
	LastSeenAt  Time            `json:"last_seen_at"`
	LastMessage string          `json:"last_message"`
	Member      string          `json:"location"`
	// Project is "" for the server itself.
	Project   string `json:"project"`
	EntityURL string `json:"entity_url"`

	server string
}

// WarningStatus is what has become of a warning.
type WarningStatus string

// UnmarshalJSON reads LXD's word.
func (s *WarningStatus) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*s = known[WarningStatus](strings.ToUpper(word), "NEW", "ACKNOWLEDGED", "RESOLVED")
	return err
}

// WarningSeverity is how bad a warning is.
type WarningSeverity string

// UnmarshalJSON reads LXD's word.
func (s *WarningSeverity) UnmarshalJSON(data []byte) error {
	var word string
	err := json.Unmarshal(data, &word)
	*s = known[WarningSeverity](strings.ToUpper(word), "LOW", "MODERATE", "HIGH")
	return err
}

// IsNode marks that a warning has an id.
func (*Warning) IsNode() {}

// ID is the warning's id.
func (w *Warning) ID() string {
	return ID{Server: w.server, Kind: "Warning", Name: w.UUID}.String()
}

// Location is the cluster member; nil outside a cluster.
func (w *Warning) Location() *string { return location(&w.Member) }

// Warnings lists what LXD has found wrong in projects that the scope allows.
// Filter is an expression of LXD's own; "" is none.
func (c *Client) Warnings(ctx context.Context, as Scope, filter string) ([]*Warning, error) {
	if err := checkFilter(as, "", true, filter); err != nil {
		return nil, err
	}
	query := url.Values{"recursion": {"1"}}
	if filter != "" {
		query.Set("filter", filter)
	}
	warnings, err := get[[]*Warning](ctx, c, "/1.0/warnings?"+query.Encode())
	for _, warning := range warnings {
		warning.server = c.Name()
	}
	return slices.DeleteFunc(warnings, func(w *Warning) bool { return !as.Allows(w.Project, false) }), filterError(filter, err)
}

// Warning reads one warning.
func (c *Client) Warning(ctx context.Context, as Scope, uuid string) (*Warning, error) {
	warning, err := get[*Warning](ctx, c, path("warnings", uuid))
	if err != nil {
		return nil, err
	}
	warning.server = c.Name()
	if !as.Allows(warning.Project, false) {
		return nil, hidden("Warning")
	}
	return warning, nil
}
