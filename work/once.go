package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// keyLife is how long a key is remembered.
const keyLife = 24 * time.Hour

// Once begins a change, or gives the operation that the same key began before;
// nil where LXD answered at once, or has forgotten it. Another input under the
// same key is a conflict. The change is begun to the end although ctx ends: who
// sends it again has to find it.
func (m *Manager) Once(ctx context.Context, as lxd.Scope, owner string, text *string, mutation string, input any, begin func(context.Context) (*lxd.Operation, error)) (*lxd.Operation, error) {
	if text == nil {
		return begin(ctx)
	}
	if *text == "" || len(*text) > 255 {
		return nil, &lxd.InputError{Argument: "idempotencyKey", Message: "the key has 1 to 255 characters"}
	}
	key, err := newKey(owner, *text, mutation, input)
	if err != nil {
		return nil, err
	}
	release, err := m.lock(ctx, "key "+owner+" "+*text)
	if err != nil {
		return nil, err
	}
	defer release()
	kept, err := m.claim(ctx, key)
	ctx = context.WithoutCancel(ctx)
	switch {
	case err != nil:
		return nil, err
	case kept.Digest != key.Digest:
		return nil, &lxd.ConflictError{Message: "the idempotencyKey was used for another change: choose another key"}
	case kept.Settled:
		return m.before(ctx, as, kept)
	}
	return m.settle(ctx, key, kept != key, begin)
}

// claim keeps the key, or gives what is kept under it. One that is new and not
// settled is another server's, which is about to begin the change: that is
// waited for, as long as a server may take to be called dead.
func (m *Manager) claim(ctx context.Context, key *Key) (*Key, error) {
	for {
		kept, err := m.store.Claim(context.WithoutCancel(ctx), key, key.CreatedAt.Add(-keyLife))
		if err != nil || kept == key || kept.Settled || time.Since(kept.CreatedAt) > silent {
			return kept, err
		}
		if !pause(ctx, 200*time.Millisecond) {
			return nil, ctx.Err()
		}
	}
}

func newKey(owner, text, mutation string, input any) (*Key, error) {
	data, err := json.Marshal([]any{mutation, input})
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(data)
	return &Key{Owner: owner, Text: text, Digest: hex.EncodeToString(digest[:]), CreatedAt: time.Now().UTC()}, nil
}

// before is what the key began, as far as its owner may still see it.
func (m *Manager) before(ctx context.Context, as lxd.Scope, key *Key) (*lxd.Operation, error) {
	if key.Operation == "" {
		return nil, nil
	}
	operation, err := m.Operation(ctx, as, key.Operation)
	if lxd.IsNotFound(err) {
		return nil, nil
	}
	return operation, err
}

// settle begins the change and keeps what it began. A key that was claimed
// before and never settled was left by a process that ended: if the thing exists
// by now, that process made it.
func (m *Manager) settle(ctx context.Context, key *Key, again bool, begin func(context.Context) (*lxd.Operation, error)) (*lxd.Operation, error) {
	operation, err := begin(ctx)
	if again && errors.As(err, new(*lxd.ExistsError)) {
		operation, err = nil, nil
	}
	if err != nil {
		if unsure(err) {
			return nil, err
		}
		return nil, errors.Join(err, m.store.Release(ctx, key))
	}
	if operation != nil {
		key.Operation = operation.UUID
	}
	key.Settled = true
	return operation, m.store.Settle(ctx, key)
}

// unsure reports whether LXD may have begun the change although it did not say so.
func unsure(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(*lxd.UnavailableError))
}
