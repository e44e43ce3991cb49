// Package lxdsim is a simulated LXD daemon: an http.Handler that speaks the
// wire of LXD 5.0.2, with an inventory in memory. It is for machines that
// cannot run LXD, for measurements and for tests; it keeps nothing on disk and
// starts no process. What it does not imitate is listed by Gaps.
package lxdsim

import "time"

// Options say how big the simulated inventory is and how the daemon behaves.
// The zero value is an empty daemon with one pool, one network and the default
// project, whose operations end at once.
type Options struct {
	// Instances is how many instances exist at the start, spread over all
	// projects, pools and networks.
	Instances int
	// Pools is how many storage pools exist; at least 1.
	Pools int
	// Networks is how many managed bridges exist; at least 1.
	Networks int
	// Projects is how many projects exist, the default one among them; at
	// least 1. The second one shares the images and profiles of the default one.
	Projects int
	// OperationDelay is how long an operation takes from its answer to its
	// final status.
	OperationDelay time.Duration
	// EventJitter is the longest time by which the sending of an event is put
	// off. Events within it overtake each other. Zero keeps their order.
	EventJitter time.Duration
	// PingEvery is how often event streams are pinged; 0 is every 10 s, as LXD does.
	PingEvery time.Duration
	// Faults are what goes wrong with the event streams from the start; see
	// [Server.SetFaults].
	Faults Faults
	// Seed makes the inventory: the same options give the same inventory,
	// except for its timestamps.
	Seed int64
}

func (o Options) withMinimums() Options {
	o.Instances = max(o.Instances, 0)
	o.Pools = max(o.Pools, 1)
	o.Networks = max(o.Networks, 1)
	o.Projects = max(o.Projects, 1)
	if o.PingEvery <= 0 {
		o.PingEvery = 10 * time.Second
	}
	return o
}
