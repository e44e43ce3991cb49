package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// CertificateConnection is a page of certificates.
	CertificateConnection = Connection[*lxd.Certificate]
	// CertificateEdge is one certificate of a page.
	CertificateEdge = Edge[*lxd.Certificate]
)

// Certificates are ordered, chosen and found by these.
var Certificates = Kind[*lxd.Certificate]{
	Key: func(o *lxd.Certificate) []string { return []string{o.Fingerprint} },
	Values: map[string]func(*lxd.Certificate) any{
		"name":        func(o *lxd.Certificate) any { return o.Name },
		"fingerprint": func(o *lxd.Certificate) any { return o.Fingerprint },
		"type":        func(o *lxd.Certificate) any { return o.Type },
		"restricted":  func(o *lxd.Certificate) any { return o.Restricted },
		"projects":    func(o *lxd.Certificate) any { return Tags(o.ProjectNames) },
		"notAfter":    func(o *lxd.Certificate) any { return o.NotAfter() },
	},
	Texts: func(o *lxd.Certificate) []string { return []string{o.Name, o.Fingerprint, o.Subject()} },
}
