package lxd

import (
	"context"
	"fmt"
	"slices"
)

// Server is what LXD says of itself.
type Server struct {
	APIVersion    string             `json:"api_version"`
	APIExtensions []string           `json:"api_extensions"`
	Auth          string             `json:"auth"`
	Environment   *ServerEnvironment `json:"environment"`
	// Config is nil for a certificate that is restricted to projects.
	Config map[string]any `json:"config"`

	extensions map[string]bool
	connection *LxdEndpoint
}

// Version is LXD's release, such as "5.0.2"; "unknown" while LXD does not trust us.
func (s *Server) Version() string {
	if s.Environment == nil {
		return "unknown"
	}
	return s.Environment.ServerVersion
}

// Simulated reports whether this is lxdql's simulation of LXD.
func (s *Server) Simulated() bool {
	return s.Environment != nil && s.Environment.Server == "lxdsim"
}

// Has reports whether LXD has an API extension.
func (s *Server) Has(extension string) bool { return s.extensions[extension] }

// ConfigFor is LXD's configuration as an administrator may see it, without
// passwords; nil for others.
func (s *Server) ConfigFor(as Scope) StringMap {
	if !SeesSecrets(as, "") || s.Config == nil {
		return nil
	}
	config := make(StringMap, len(s.Config))
	for key, value := range s.Config {
		if !IsSecretKey(key) {
			config[key] = fmt.Sprint(value)
		}
	}
	return config
}

// Connection is the way to LXD.
func (s *Server) Connection() *LxdEndpoint { return s.connection }

// SecurityNotes says what should be known of the set-up; empty when there is
// nothing. What LXD's configuration says is for administrators.
func (s *Server) SecurityNotes(as Scope) []string {
	notes := []string{}
	if s.Simulated() {
		notes = append(notes, "This is a simulated LXD: nothing that it shows exists, and nothing that is done to it happens.")
	}
	notes = append(notes, s.connection.notes()...)
	if !as.Allows("", true) {
		return notes
	}
	if s.Config["core.trust_ca_certificates"] == "true" || s.Config["core.trust_ca_certificates"] == true {
		notes = append(notes, "LXD trusts whoever has a certificate of its CA (core.trust_ca_certificates): each of them is root on LXD's host. Unset it, and add certificates one by one.")
	}
	if _, ok := s.Config["core.trust_password"]; ok {
		notes = append(notes, "LXD has a trust password: whoever learns it becomes root on LXD's host. Remove it with `lxc config unset core.trust_password` and hand out tokens instead.")
	}
	return notes
}

// Server asks LXD about itself.
func (c *Client) Server(ctx context.Context, as Scope) (*Server, error) {
	server, err := get[*Server](ctx, c, "/1.0")
	if err != nil {
		return nil, err
	}
	server.extensions = make(map[string]bool, len(server.APIExtensions))
	for _, extension := range server.APIExtensions {
		server.extensions[extension] = true
	}
	if c.standing != nil {
		c.standing.learn(server.Auth == "trusted")
	}
	server.connection = c.endpoint(server)
	c.known.Store(server)
	return server, nil
}

// Has reports whether LXD has an API extension. It asks LXD once, and again
// after the connection was lost.
func (c *Client) Has(ctx context.Context, extension string) (bool, error) {
	server := c.known.Load()
	if server == nil {
		var err error
		if server, err = c.Server(ctx, System); err != nil {
			return false, err
		}
	}
	return server.Has(extension), nil
}

// need is an *ExtensionError where LXD lacks an API extension.
func (c *Client) need(ctx context.Context, extension string) error {
	able, err := c.Has(ctx, extension)
	if err == nil && !able {
		err = &ExtensionError{Extension: extension}
	}
	return err
}

// sortedKeys are the keys of a map in order, so that answers do not change by themselves.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
