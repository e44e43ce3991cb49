package simplestreams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// What a server may send: more is refused. Ubuntu's own lists are some megabytes.
const (
	maxFile      = 32 << 20
	maxFiles     = 8
	maxImages    = 50_000
	maxRedirects = 3
)

// Error says that an image server cannot be read.
type Error struct {
	// Server is the server's address.
	Server string
	// Cause is what went wrong.
	Cause error
}

func (e *Error) Error() string {
	return fmt.Sprintf("the image server %s cannot be read: %v", e.Server, e.Cause)
}

func (e *Error) Unwrap() error { return e.Cause }

// sameHost follows a server only to itself: what a server says must not make
// lxdql ask another one.
func sameHost(request *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("it redirects again and again")
	}
	if request.URL.Scheme != "https" || request.URL.Host != via[0].URL.Host {
		return errors.New("it redirects to another server")
	}
	return nil
}

// fetch reads all that a server offers.
func (c *Client) fetch(ctx context.Context, server string) ([]*RemoteImage, error) {
	var index stream
	if err := c.file(ctx, server, "streams/v1/index.json", &index); err != nil {
		return nil, err
	}
	paths := index.paths()
	if len(paths) > maxFiles {
		return nil, fmt.Errorf("it has %d lists of images, which is too much", len(paths))
	}
	images, seen := []*RemoteImage{}, map[string]bool{}
	for _, path := range paths {
		var products catalogue
		if err := c.file(ctx, server, path, &products); err != nil {
			return nil, err
		}
		for _, image := range products.images(server) {
			if !seen[image.Fingerprint] { // lists may overlap
				seen[image.Fingerprint] = true
				images = append(images, image)
			}
		}
		if len(images) > maxImages {
			return nil, errors.New("it offers too many images")
		}
	}
	return images, nil
}

func (c *Client) file(ctx context.Context, server, path string, into any) error {
	address, err := below(server, path)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers HTTP %d for %s", response.StatusCode, path)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxFile+1))
	if err != nil {
		return err
	}
	if len(data) > maxFile {
		return fmt.Errorf("%s is too large", path)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s is no list of images: %w", path, err)
	}
	return nil
}

// below is the address of a server's file: a path that leads elsewhere is refused.
func below(server, path string) (string, error) {
	base, err := url.Parse(strings.TrimSuffix(server, "/") + "/")
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(path, "/") || strings.Contains(path, "\\") || strings.Contains(path, "..") || strings.Contains(path, "://") {
		return "", fmt.Errorf("the list %q is on another server", path)
	}
	return base.JoinPath(path).String(), nil
}
