package lxd

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
)

// ID names one object among all kinds and servers. Its text is opaque to
// callers and stays as long as name and project stay.
type ID struct {
	// Server is lxdql's name for the LXD server.
	Server string
	// Kind is the GraphQL type: "Instance".
	Kind string
	// Project is the effective project; empty for what belongs to the server.
	Project string
	// Name is unique in kind and project; a child's is "parent/child".
	Name string
}

// ErrMalformedID says that a text is no id of ours.
var ErrMalformedID = errors.New("this is not an id: take ids from the field `id` of an object")

// String is the id's text: URL-safe letters only.
func (id ID) String() string {
	// Each object of an answer has one: two arrays instead of six allocations.
	var plain [128]byte
	var encoded [192]byte
	text := append(plain[:0], url.QueryEscape(id.Server)...)
	for _, part := range [...]string{id.Kind, id.Project, id.Name} {
		text = append(append(text, ':'), url.QueryEscape(part)...)
	}
	return string(base64.RawURLEncoding.AppendEncode(encoded[:0], text))
}

// ParseID reads what String wrote; anything else is ErrMalformedID. So is an
// object of a project without one: "" is the server, which everybody may read,
// and LXD takes it for default.
func ParseID(text string) (ID, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return ID{}, ErrMalformedID
	}
	parts := strings.Split(string(data), ":")
	if len(parts) != 4 {
		return ID{}, ErrMalformedID
	}
	for i := range parts {
		if parts[i], err = url.QueryUnescape(parts[i]); err != nil {
			return ID{}, ErrMalformedID
		}
	}
	id := ID{Server: parts[0], Kind: parts[1], Project: parts[2], Name: parts[3]}
	if id.String() != text || id.Kind == "" || id.Name == "" || ofServer[id.Kind] != (id.Project == "") {
		return ID{}, ErrMalformedID
	}
	return id, nil
}

// Node is what has an id.
type Node interface {
	// IsNode marks the types of the GraphQL interface Node.
	IsNode()
}
