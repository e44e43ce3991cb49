package auth

import (
	"context"
	"encoding/base64"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
)

// passwords hashes and compares passwords. argon2id is meant to take memory
// (46 MiB each time), so only a few run at once: the others wait in line, each
// for as long as its own context lasts.
type passwords struct {
	slots  chan struct{}
	params argon2id.Params
	// nobody is a hash that no known password has. Comparing with it takes as
	// long as with a user's hash, so that time does not tell which names exist.
	nobody string
	// compare is argon2id's; tests count what it is asked.
	compare func(password, hash string) (bool, error)
}

func newPasswords() *passwords {
	// The parameters are OWASP's for one lane, the same on every machine: the
	// library's default takes them from the number of CPUs.
	params := argon2id.Params{Memory: 46 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	return &passwords{
		slots:   make(chan struct{}, min(runtime.NumCPU(), 4)),
		params:  params,
		compare: argon2id.ComparePasswordAndHash,
		nobody: fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", params.Memory, params.Iterations, params.Parallelism,
			base64.RawStdEncoding.EncodeToString(make([]byte, params.SaltLength)),
			base64.RawStdEncoding.EncodeToString(make([]byte, params.KeyLength))),
	}
}

// hash returns the argon2id hash of a password, or ctx's error.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.enter(ctx); err != nil {
		return "", err
	}
	defer p.leave()
	return argon2id.CreateHash(password, &p.params)
}

// match says whether the password is the user's. A nil user has none, which
// takes just as long to say.
func (p *passwords) match(ctx context.Context, password string, user *User) (bool, error) {
	hash := p.nobody
	if user != nil {
		hash = user.PasswordHash
	}
	if err := p.enter(ctx); err != nil {
		return false, err
	}
	defer p.leave()
	same, err := p.compare(password, hash)
	return same && user != nil, err
}

func (p *passwords) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) leave() { <-p.slots }
