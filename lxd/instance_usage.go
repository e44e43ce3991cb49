package lxd

import (
	"context"
	"time"
)

// InstanceUsage is what an instance uses, as shares.
type InstanceUsage struct {
	State    *InstanceState
	Instance *Instance
}

// MemoryPercent is the share of the memory that is in use; nil where the
// instance does not run or the memory's size is not known.
func (u *InstanceUsage) MemoryPercent() *float64 {
	total := u.State.Memory.TotalBytes()
	if u.State.Pid() == nil || total == nil || *total == 0 {
		return nil
	}
	percent := float64(u.State.Memory.UsageBytes) / float64(*total) * 100
	return &percent
}

// sampleGap is how far two looks at an instance's processor time are apart:
// LXD tells nanoseconds since the start, and a share needs two of them.
const sampleGap = 200 * time.Millisecond

// sample is one look at the processor time of an instance.
type sample struct {
	used int64
	at   time.Time
	err  error
}

// CPUPercents measures how much of a processor each instance uses, 100 for the
// whole of one. However many they are, they are looked at twice, side by side,
// with one pause in between. It is nil for one that LXD cannot tell of, or that
// started meanwhile.
func (c *Client) CPUPercents(ctx context.Context, as Scope, instances []*Instance) ([]*float64, []error) {
	percents, errs := make([]*float64, len(instances)), make([]error, len(instances))
	before := c.samples(ctx, as, instances)
	waited := sleep(ctx, sampleGap)
	after := before
	if waited == nil {
		after = c.samples(ctx, as, instances)
	}
	for n := range instances {
		used, took := after[n].used-before[n].used, after[n].at.Sub(before[n].at)
		switch {
		case waited != nil:
			errs[n] = waited
		case before[n].err != nil:
			errs[n] = before[n].err
		case after[n].err != nil:
			errs[n] = after[n].err
		case before[n].used >= 0 && used >= 0:
			percent := float64(used) / float64(took) * 100
			percents[n] = &percent
		}
	}
	return percents, errs
}

func (c *Client) samples(ctx context.Context, as Scope, instances []*Instance) []sample {
	samples, _ := gather(ctx, instances, func(ctx context.Context, instance *Instance) ([]sample, error) { // each sample has its own error
		state, err := c.InstanceState(ctx, as, instance)
		if err != nil {
			return []sample{{err: err}}, nil
		}
		return []sample{{used: state.CPU.Usage, at: time.Now()}}, nil
	})
	return samples
}
