package lxd

// ImageSource is where a copied image comes from: an image server, a file of a
// web server, or another project of the same LXD.
type ImageSource struct {
	// Server is the URL of an image server; nil is this LXD.
	Server   *string
	Protocol *ImageProtocol
	// Certificate is the server's, in PEM.
	Certificate *string
	// Alias and Fingerprint name an image; exactly one of them is given.
	Alias       *string
	Fingerprint *string
	// Type says which of two images of one alias is meant.
	Type *InstanceType
	// Secret opens an image of another LXD that is not public.
	Secret *string
	// Project is the image's at an LXD.
	Project *string
	// URL leads to an image without an image server.
	URL *string
	// Known marks a server whose URL the caller has not named, only its shortcut.
	Known bool
}

// check refuses fields that do not go together.
func (s *ImageSource) check() error {
	const at = "input.source"
	from := map[string]bool{"server": s.Server != nil, "protocol": s.Protocol != nil, "certificate": s.Certificate != nil, "alias": s.Alias != nil, "fingerprint": s.Fingerprint != nil, "type": s.Type != nil, "secret": s.Secret != nil, "project": s.Project != nil}
	if s.URL != nil {
		for _, field := range sortedKeys(from) {
			if from[field] {
				return &InputError{at + "." + field, "a source with url has no " + field}
			}
		}
		return checkServer(at+".url", *s.URL)
	}
	ofLXD := s.Server == nil || value(s.Protocol) == ProtocolLXD
	switch {
	case (s.Alias == nil) == (s.Fingerprint == nil):
		return &InputError{at, "a source takes either an alias or a fingerprint, or a url alone"}
	case s.Alias != nil && *s.Alias == "":
		return &InputError{at + ".alias", "the alias is empty"}
	case s.Fingerprint != nil && !validFingerprint(*s.Fingerprint):
		return &InputError{at + ".fingerprint", "a fingerprint is up to 64 hexadecimal digits"}
	case s.Project != nil && !ofLXD:
		return &InputError{at + ".project", "only an LXD has projects: leave project out, or say protocol: LXD"}
	case s.Secret != nil && (s.Server == nil || !ofLXD || s.Fingerprint == nil):
		return &InputError{at + ".secret", "a secret opens an image of another LXD, named by its fingerprint"}
	case s.Server != nil:
		return checkServer(at+".server", *s.Server)
	}
	for _, field := range []string{"protocol", "certificate", "type"} {
		if from[field] {
			return &InputError{at + "." + field, "a source without server has no " + field}
		}
	}
	return nil
}

// mayReach refuses an address that the caller has named to all but
// administrators of the server: it is asked from the host's network.
func (s *ImageSource) mayReach(as Scope) error {
	switch {
	case as.Allows("", true):
		return nil
	case s.URL != nil:
		return hostError("input.source.url", "an address reaches the host's network")
	case s.Server != nil && !s.Known:
		return hostError("input.source.server", "the address of a server reaches the host's network")
	}
	return nil
}

// body is a source that is not this LXD, as LXD reads it.
func (s *ImageSource) body() map[string]any {
	if s.URL != nil {
		return map[string]any{"type": "url", "url": *s.URL}
	}
	body := map[string]any{"type": "image", "mode": "pull", "server": *s.Server, "protocol": "simplestreams"}
	if value(s.Protocol) == ProtocolLXD {
		body["protocol"] = "lxd"
	}
	for key, given := range map[string]*string{"certificate": s.Certificate, "alias": s.Alias, "fingerprint": s.Fingerprint, "secret": s.Secret, "project": s.Project} {
		if given != nil {
			body[key] = *given
		}
	}
	if s.Type != nil && *s.Type != TypeUnknown {
		body["image_type"] = s.Type.word()
	}
	return body
}
