package work

import (
	"slices"
	"testing"
	"time"
)

// A bulk that somebody works on is left alone, however long it takes; one that
// has been silent for long enough is taken, once its silence was watched.
func TestASilentBulkIsLeftBehind(t *testing.T) {
	begin := time.Now()
	seen := silence{}
	for second := range 60 {
		now := begin.Add(time.Duration(second) * time.Second)
		left := seen.left(map[string]int64{"works": int64(second / 2), "dead": 7}, now)
		if want := now.Sub(begin) > silent; slices.Contains(left, "dead") != want || slices.Contains(left, "works") {
			t.Fatalf("after %d s these count as left behind: %v", second, left)
		}
	}
	if seen.left(nil, begin); len(seen) != 0 {
		t.Errorf("bulks that ended are remembered: %v", seen)
	}
}
