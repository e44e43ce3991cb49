package server

import (
	"log/slog"
	"math"
	"os"
	"runtime/debug"
	"testing"
)

// The process takes its share of the machine and no more, unless the
// environment says otherwise.
func TestMemoryIsBoundedByTheMachine(t *testing.T) {
	before, percent := debug.SetMemoryLimit(-1), debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetMemoryLimit(before); debug.SetGCPercent(percent) })
	t.Setenv("GOMEMLIMIT", "") // so that it is put back at the end
	os.Unsetenv("GOMEMLIMIT")
	t.Setenv("GOGC", "")
	BoundMemory(slog.New(slog.DiscardHandler))
	limit := debug.SetMemoryLimit(-1)
	if limit < leastMemory || limit == math.MaxInt64 {
		t.Errorf("the limit is %d bytes", limit)
	}
	if percent := debug.SetGCPercent(100); percent != garbagePercent {
		t.Errorf("the collector begins at %d %%", percent)
	}

	t.Setenv("GOMEMLIMIT", "1GiB")
	t.Setenv("GOGC", "50")
	debug.SetMemoryLimit(1 << 30) // as Go does at start
	debug.SetGCPercent(50)
	BoundMemory(slog.New(slog.DiscardHandler))
	if limit, percent := debug.SetMemoryLimit(-1), debug.SetGCPercent(50); limit != 1<<30 || percent != 50 {
		t.Errorf("the environment said 1 GiB and 50 %%: %d bytes, %d %%", limit, percent)
	}
}
