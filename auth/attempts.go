package auth

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// mostAttempts bounds what is remembered, and attemptLife for how long.
	mostAttempts = 10_000
	attemptLife  = 15 * time.Minute
	// atOnce bounds the attempts of one key that are under way.
	atOnce = 20
)

// RateError refuses an attempt because too many before it have failed.
type RateError struct {
	// After is when the next one is looked at, counted from now.
	After time.Duration
}

// Error says when to come back.
func (e *RateError) Error() string {
	return fmt.Sprintf("too many attempts have failed: try again in %d s", int(e.After.Seconds())+1)
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

// ofLogin counts by address and name together, by address, so that one address
// does not try many names, and, with more patience since it can be somebody
// else's doing, by name.
func ofLogin(origin Origin, username string) []guessed {
	keys := []guessed{{"name " + username, 50, 10 * time.Second, false}}
	if origin.Address != "" {
		keys = append(keys, guessed{"both " + origin.Address + " " + username, 5, time.Minute, true}, guessed{"address " + origin.Address, 20, time.Minute, false})
	}
	return keys
}

// ofRefresh counts by address.
func ofRefresh(origin Origin) []guessed {
	if origin.Address == "" {
		return nil
	}
	return []guessed{{"refresh " + origin.Address, 20, time.Minute, false}}
}

// attempts remembers failures, in this process only.
type attempts struct {
	mutex sync.Mutex
	known map[string]*attempt
}

type attempt struct {
	failures, running int
	last, next        time.Time
}

// begin refuses an attempt that comes too early. Otherwise end has to be called
// with what came of it; of errors only wrong is a failure.
func (a *attempts) begin(keys []guessed, wrong error) (end func(error), err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := time.Now()
	for _, key := range keys {
		one := a.of(key, now)
		if now.Before(one.next) {
			return nil, &RateError{one.next.Sub(now)}
		}
		if one.running >= atOnce || (one.failures >= key.free && one.running > 0) {
			return nil, &RateError{time.Second}
		}
	}
	for _, key := range keys {
		a.known[key.key].running++
	}
	return func(err error) { a.end(keys, err == nil, errors.Is(err, wrong)) }, nil
}

func (a *attempts) end(keys []guessed, good, failed bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := time.Now()
	for _, key := range keys {
		one := a.of(key, now)
		one.running = max(0, one.running-1)
		switch {
		case failed:
			one.last = now
			if one.failures++; one.failures >= key.free {
				one.next = now.Add(min(time.Second<<min(one.failures-key.free, 10), key.longest))
			}
		case good && key.own:
			one.failures = 0
		}
	}
}

// of is what is known of a key. When there is no room, what is old is forgotten,
// or else anything.
func (a *attempts) of(key guessed, now time.Time) *attempt {
	if one := a.known[key.key]; one != nil {
		if one.running == 0 && now.Sub(one.last) > attemptLife {
			one.failures = 0
		}
		return one
	}
	for old, one := range a.known {
		if len(a.known) < mostAttempts {
			break
		}
		if one.running == 0 {
			delete(a.known, old)
		}
	}
	one := &attempt{last: now}
	a.known[key.key] = one
	return one
}
