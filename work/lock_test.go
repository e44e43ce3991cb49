package work

import (
	"context"
	"sync"
	"testing"
)

// One at a time has an object, and nothing stays of those who had one.
func TestLocks(t *testing.T) {
	held := &locks{}
	inside, most := 0, 0
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			release, err := held.take(t.Context(), "a")
			if err != nil {
				t.Error(err)
				return
			}
			inside++ // -race finds a second one
			most = max(most, inside)
			inside--
			release()
		})
	}
	all.Wait()
	if most != 1 || len(held.held) != 0 {
		t.Errorf("%d at once, %d locks left", most, len(held.held))
	}
	release, err := held.take(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := held.take(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	other()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := held.take(gone, "a"); err == nil {
		t.Error("somebody has it who has gone")
	}
	release()
	if len(held.held) != 0 {
		t.Errorf("%d locks left", len(held.held))
	}
}
