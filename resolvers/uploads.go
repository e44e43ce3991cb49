package resolvers

import "time"

// waited does what waits for its end at most as long as the argument wait says.
func waited[T any](wait *int, do func(atMost time.Duration) (*T, error)) (*T, error) {
	atMost, err := waiting(wait)
	if err != nil {
		return nil, err
	}
	payload, err := do(atMost)
	if err != nil {
		return nil, err
	}
	return payload, nil
}
