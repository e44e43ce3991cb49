package main

import (
	"fmt"
	"strings"
)

// target is what a figure of a benchmark has to reach.
type target struct {
	// name is the benchmark's, without "Benchmark" and the number of cores; it may
	// end in * for all that begin so.
	name, unit string
	// most is whether the figure has to stay below the bound, and not above it.
	most  bool
	bound float64
	says  string
}

// targets are what the server is meant to reach. Ratios are of one run, so that
// they say the same on any machine.
var targets = []target{
	{"FanOut", "x-bare", false, 0.7, "messages a second to 1,000 subscribers, over a bare program that writes the same"},
	{"Latency", "p99-ms", true, 20, "milliseconds from LXD's frame to 99 of 100 clients'"},
	{"EstatePage", "x-kept/without-plan", false, 25, "pages a second from memory, over the same server without its plan"},
	{"EstatePage", "allocations-10000/500", true, 1.01, "allocations of a page of 10,000 instances, over those of 500"},
	{"EstatePage", "CPU-10000/500", true, 1.15, "processor time of a page of 10,000 instances, over that of 500"},
	{"Inventory/page", "x-recursion=1", false, 20, "pages of 100 of 500 real instances, over LXD's own list of them"},
	{"Inventory/upkeep", "%core-at-1/s", true, 3, "percent of a core that LXD takes for our memory at one change a second"},
	{"Leaves", "x-json", true, 0.8, "processor time of 1,000 objects through HTTP, over encoding/json of ready structs"},
	{"Bytes/*checksum=false", "x-LXD", false, 0.8, "throughput over curl at LXD itself"},
	{"Bytes/*checksum=true", "x-LXD", false, 0.7, "throughput with a sum, over curl at LXD itself"},
	{"Echo", "µs-more", true, 2000, "microseconds that a key stroke takes longer than at LXD itself"},
}

// targetOf is what a figure has to reach; nil where it is only told.
func targetOf(name, unit string) *target {
	for n, one := range targets {
		begin, end, many := strings.Cut(one.name, "*")
		if unit == one.unit && (name == one.name || many && strings.HasPrefix(name, begin) && strings.HasSuffix(name, end)) {
			return &targets[n]
		}
	}
	return nil
}

// text is a figure beside what is wanted.
func (f figure) text() string {
	sign := "≥"
	if f.most {
		sign = "≤"
	}
	return fmt.Sprintf("%.3g %s %.3g", f.Value, sign, f.bound)
}

// reached is how many times as good as wanted a figure is: 1 is just enough.
func (t *target) reached(figure float64) float64 {
	if t.most {
		return t.bound / figure
	}
	return figure / t.bound
}
