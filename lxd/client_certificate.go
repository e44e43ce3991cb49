package lxd

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"time"
)

// certificateLife is how long a certificate of ours counts. LXD's own count as long.
const certificateLife = 10 * 365 * 24 * time.Hour

// ClientCertificate is a certificate that lxdql shows to LXD, without its key.
type ClientCertificate struct {
	// Fingerprint is its SHA-256, hexadecimal.
	Fingerprint string
	// NotAfter is until when it counts.
	NotAfter time.Time
	// Made is whether it was made just now.
	Made bool
}

// EnsureCertificate makes a key and a certificate where neither file exists:
// ECDSA P-384, or RSA 4096 for what does not know it. Both are for their owner
// alone. Where both exist it reads them. One without the other is an error: it
// may be what is left of a pair that LXD trusts.
func EnsureCertificate(certificatePath, keyPath string, withRSA bool) (*ClientCertificate, error) {
	lacksCertificate, lacksKey := lacks(certificatePath), lacks(keyPath)
	if lacksCertificate != lacksKey {
		return nil, fmt.Errorf("of %s and %s one is there and the other is not: put back what is missing, or remove both to have new ones made", certificatePath, keyPath)
	}
	if lacksKey {
		if err := makePair(certificatePath, keyPath, withRSA); err != nil {
			return nil, fmt.Errorf("no client certificate can be made: %w", err)
		}
	}
	pair, err := readPair(certificatePath, keyPath)
	if err != nil {
		return nil, err
	}
	return &ClientCertificate{fingerprint(pair.Leaf), pair.Leaf.NotAfter, lacksKey}, nil
}

func lacks(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// readPair reads a key that is strong enough, and its certificate.
func readPair(certificatePath, keyPath string) (tls.Certificate, error) {
	if text, err := os.ReadFile(keyPath); err == nil {
		if block, _ := pem.Decode(text); block != nil && (block.Headers["DEK-Info"] != "" || block.Type == "ENCRYPTED PRIVATE KEY") {
			return tls.Certificate{}, fmt.Errorf("the key %s is encrypted, and lxdql cannot ask for its passphrase: keep a copy without one, for lxdql alone (0600)", keyPath)
		}
	}
	pair, err := tls.LoadX509KeyPair(certificatePath, keyPath)
	if err != nil {
		return pair, fmt.Errorf("the client certificate cannot be read: %w", err)
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return pair, fmt.Errorf("the client certificate cannot be read: %w", err)
		}
	}
	if err := strong(pair.Leaf); err != nil {
		return pair, fmt.Errorf("the client certificate %s is refused: %w; remove it and its key to have lxdql make new ones (or `lxdql cert`)", certificatePath, err)
	}
	return pair, nil
}

// strong refuses keys that LXD's own rules call too weak.
func strong(certificate *x509.Certificate) error {
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < 4096 {
			return fmt.Errorf("its RSA key has %d bits, and 4096 are the least", key.N.BitLen())
		}
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < 256 {
			return fmt.Errorf("its ECDSA key is on the curve %s, and P-256 is the least", key.Curve.Params().Name)
		}
	case ed25519.PublicKey:
	default:
		return fmt.Errorf("its key is of a kind (%s) that lxdql does not know to be strong: use ECDSA P-384 or RSA 4096", certificate.PublicKeyAlgorithm)
	}
	return sha2(certificate)
}

// sha2 refuses certificates whose signature proves nothing any more.
func sha2(certificate *x509.Certificate) error {
	switch certificate.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA,
		x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
		x509.ECDSAWithSHA256, x509.ECDSAWithSHA384, x509.ECDSAWithSHA512, x509.PureEd25519:
		return nil
	}
	return fmt.Errorf("it is signed with %s, and only SHA-2 signatures are trusted", certificate.SignatureAlgorithm)
}

func makePair(certificatePath, keyPath string, withRSA bool) error {
	key, err := newKey(withRSA)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"lxdql"}, CommonName: "lxdql@" + host},
		NotBefore:    time.Now().Add(-time.Minute), // clocks differ
		NotAfter:     time.Now().Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePrivate(keyPath, "PRIVATE KEY", private); err != nil {
		return err
	}
	if err := writePrivate(certificatePath, "CERTIFICATE", der); err != nil {
		os.Remove(keyPath)
		return err
	}
	return nil
}

func newKey(withRSA bool) (crypto.Signer, error) {
	if withRSA {
		return rsa.GenerateKey(rand.Reader, 4096)
	}
	return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
}

// writePrivate writes a file that is new, for its owner alone.
func writePrivate(path, kind string, der []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = pem.Encode(file, &pem.Block{Type: kind, Bytes: der})
	return errors.Join(err, file.Close())
}
