package trust

import "github.com/lxdql/lxdql/lxd"

// EnrolServerInput says which LXD to enrol with, and how to know it.
type EnrolServerInput struct {
	URL, Token, Fingerprint *string
}

// enrolment is the input as the program's own.
func (i EnrolServerInput) enrolment() Enrolment {
	text := func(given *string) string {
		if given == nil {
			return ""
		}
		return *given
	}
	return Enrolment{URL: text(i.URL), Token: text(i.Token), Fingerprint: text(i.Fingerprint)}
}

// EnrolServerPayload is what enrolling gives.
type EnrolServerPayload struct {
	// Connection is the way to that LXD.
	Connection *lxd.LxdEndpoint
	// InUse is whether it is the LXD that lxdql serves.
	InUse bool
	// Operation is nil: LXD answers at once.
	Operation *lxd.Operation
}

// AcceptServerCertificatePayload is what accepting a certificate gives.
type AcceptServerCertificatePayload struct {
	// Connection is the way to LXD, as it stands now.
	Connection *lxd.LxdEndpoint
	// Operation is nil: it is done at once.
	Operation *lxd.Operation
}
