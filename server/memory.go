package server

import (
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// memoryShare is what lxdql may take of the machine's memory, or of its
	// cgroup's where that is bounded: LXD and the instances live beside it.
	memoryShare = 0.25
	// leastMemory is a limit below which the garbage collector would run without end.
	leastMemory = 256 << 20
	// garbagePercent trades memory for time: most of what an answer takes is
	// garbage when it is sent, and what lives long is small.
	garbagePercent = 200
)

// BoundMemory tells the garbage collector how much memory the machine has. What
// the environment says in GOMEMLIMIT and GOGC goes before it. It changes the
// whole process, so the command calls it and no room does.
func BoundMemory(log *slog.Logger) {
	machine := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)
	limit, err := memlimit.Set(memlimit.WithProvider(machine), memlimit.WithRatio(memoryShare), memlimit.WithMin(leastMemory))
	if err != nil {
		log.Warn("the memory of this machine cannot be told: set GOMEMLIMIT", "error", err)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	log.Debug("memory is bounded", "bytes", limit)
}
