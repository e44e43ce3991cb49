package lxd

import "context"

// Versioned is an object that LXD gives an ETag for.
type Versioned interface {
	// versioned is whose scope has to allow to read it, and where it is.
	versioned() (project, address string)
}

// ETag reads what LXD calls the present content of an object, for the argument
// ifMatch; nil where its release has none for the kind.
func (c *Client) ETag(ctx context.Context, as Scope, object Versioned) (*string, error) {
	project, address := object.versioned()
	if err := enter(as, project, false); err != nil {
		return nil, err
	}
	return etag(ctx, c, address)
}

func (p *Profile) versioned() (project, address string) {
	return p.Project, in(p.Project, path("profiles", p.Name))
}
