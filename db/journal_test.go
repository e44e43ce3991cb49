package db

import (
	"testing"
	"time"

	"github.com/lxdql/lxdql/journal"
)

// What was said to be missing stays said: a smaller hole than the one that is
// known, and the pruning of what is older, take nothing of it back.
func TestAHoleNeverBecomesSmaller(t *testing.T) {
	database := opened(t)
	old := &journal.Record{Sequence: 5, Timestamp: time.Now().Add(-time.Hour).UTC(), Type: "LIFECYCLE", Body: []byte("{}")}
	if err := database.Append(t.Context(), []*journal.Record{old}); err != nil {
		t.Fatal(err)
	}
	for _, hole := range []uint64{9, 100, 20} {
		if err := database.Hole(t.Context(), hole); err != nil {
			t.Fatal(err)
		}
	}
	if err := database.Prune(t.Context(), time.Now().Add(-time.Minute), 100); err != nil {
		t.Fatal(err)
	}
	if upTo, err := database.Forgotten(t.Context()); err != nil || upTo != 100 {
		t.Errorf("events up to %d are said to be missing instead of 100, %v", upTo, err)
	}
}
