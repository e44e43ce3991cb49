package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// attemptLife is for how long a failure is remembered.
	attemptLife = 15 * time.Minute
	// atOnce bounds the attempts of one key that are under way in this process.
	atOnce = 20
)

// RateError refuses an attempt because too many before it have failed.
type RateError struct {
	// After is when the next one is looked at, counted from now.
	After time.Duration
	// Limit is how many may fail within Window before each makes the pause longer.
	Limit  int
	Window time.Duration
}

// Error says when to come back.
func (e *RateError) Error() string {
	return fmt.Sprintf("too many attempts have failed: try again in %d s", int(e.After.Seconds())+1)
}

// Failures are the failed attempts of one kind, as the Store counts them.
type Failures struct {
	// Count is how many there were, and Ago how long ago the last one was, by the
	// Store's clock: those of processes on different machines differ.
	Count int
	Ago   time.Duration
}

// guessed is what attempts are counted by: so many failures are free, then each
// doubles the pause, from a second to the longest.
type guessed struct {
	key     string
	free    int
	longest time.Duration
	// own is of one address and one name: who gets in has not been guessing.
	own bool
}

// kept is the key as the Store knows it. People type passwords where names
// belong, so that the name itself is not kept.
func (g guessed) kept() string {
	sum := sha256.Sum256([]byte(g.key))
	return hex.EncodeToString(sum[:])
}

// pause is how long after the last failure the next attempt is looked at.
func (g guessed) pause(failures int) time.Duration {
	if failures < g.free {
		return 0
	}
	return min(time.Second<<min(failures-g.free, 10), g.longest)
}

// ofLogin counts by address and name together, by address, so that one address
// does not try many names, and, with more patience since it can be somebody
// else's doing, by name.
func ofLogin(origin Origin, username string) []guessed {
	keys := []guessed{{"name " + username, 50, 10 * time.Second, false}}
	if from := origin.Network(); from != "" {
		keys = append(keys, guessed{"both " + from + " " + username, 5, time.Minute, true}, guessed{"address " + from, 20, time.Minute, false})
	}
	return keys
}

// ofRefresh counts by address.
func ofRefresh(origin Origin) []guessed {
	if origin.Address == "" {
		return nil
	}
	return []guessed{{"refresh " + origin.Network(), 20, time.Minute, false}}
}

// attempts looks at the failures that the Store counts for all processes. What
// is under way is counted in this one only.
type attempts struct {
	store   Store
	mutex   sync.Mutex
	running map[string]int
}

// begin refuses an attempt that comes too early. Otherwise end has to be called
// with what came of it; of errors only wrong is a failure. End returns the error
// of an attempt, or the store's where that cannot count.
func (a *attempts) begin(ctx context.Context, keys []guessed, wrong error) (end func(error) error, err error) {
	names := make([]string, len(keys))
	for n, key := range keys {
		names[n] = key.kept()
	}
	failed, err := a.store.Failures(ctx, names, attemptLife)
	if err != nil {
		return nil, fmt.Errorf("reading the failed attempts: %w", err)
	}
	if err := a.enter(keys, names, failed); err != nil {
		return nil, err
	}
	return func(err error) error {
		a.leave(names)
		// Hanging up forgives nothing.
		return a.count(context.WithoutCancel(ctx), keys, names, failed, err, wrong)
	}, nil
}

func (a *attempts) enter(keys []guessed, names []string, failed map[string]Failures) error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for n, key := range keys {
		before := failed[names[n]]
		if left := key.pause(before.Count) - before.Ago; before.Count >= key.free && left > 0 {
			return &RateError{left, key.free, attemptLife}
		}
		if running := a.running[names[n]]; running >= atOnce || (before.Count >= key.free && running > 0) {
			return &RateError{time.Second, key.free, attemptLife}
		}
	}
	for _, name := range names {
		a.running[name]++
	}
	return nil
}

func (a *attempts) leave(names []string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, name := range names {
		if a.running[name]--; a.running[name] <= 0 {
			delete(a.running, name)
		}
	}
}

// count keeps what came of an attempt.
func (a *attempts) count(ctx context.Context, keys []guessed, names []string, failed map[string]Failures, came, wrong error) error {
	if came != nil {
		if !errors.Is(came, wrong) {
			return came
		}
		if err := a.store.AddFailures(ctx, names, attemptLife); err != nil {
			return fmt.Errorf("counting a failed attempt: %w", err)
		}
		return came
	}
	for n, key := range keys {
		if key.own && failed[names[n]].Count > 0 {
			if err := a.store.ForgetFailures(ctx, names[n]); err != nil {
				return fmt.Errorf("forgetting failed attempts: %w", err)
			}
		}
	}
	return nil
}
