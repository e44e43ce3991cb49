package lxd

import "time"

// InstanceStateSample is the state of an instance at one moment, with what it
// used since the moment before.
type InstanceStateSample struct {
	Name string
	// InProject is the project's name.
	InProject string
	// At is when it was read.
	At Time
	// State is nil when it could not be read, which Reason then says.
	State  *InstanceState
	Reason string

	since *InstanceStateSample
}

// Since is the sample with the one before it; nil for the first.
func (s *InstanceStateSample) Since(before *InstanceStateSample) *InstanceStateSample {
	s.since = before
	return s
}

// Project is the project's name.
func (s *InstanceStateSample) Project() string { return s.InProject }

// Error says why the state could not be read; nil when it was.
func (s *InstanceStateSample) Error() *string { return optional(s.Reason) }

// rate is a counter's change a second; nil for the first sample, for one whose
// state is not known, and where the counter began anew.
func (s *InstanceStateSample) rate(counter func(*InstanceState) int64) *float64 {
	if s.since == nil || s.State == nil || s.since.State == nil || s.State.ProcessID != s.since.State.ProcessID || s.State.ProcessID == 0 {
		return nil
	}
	change := counter(s.State) - counter(s.since.State)
	seconds := s.At.Sub(s.since.At.Time).Seconds()
	if change < 0 || seconds <= 0 {
		return nil
	}
	rate := float64(change) / seconds
	return &rate
}

// CPUPercent is the processor time used since, 100 for one processor all the time.
func (s *InstanceStateSample) CPUPercent() *float64 {
	return s.rate(func(state *InstanceState) int64 { return state.CPU.Usage / int64(time.Second/100) })
}

// MemoryPercent is the share of the memory that is in use; nil where the
// instance does not run or the memory's size is not known.
func (s *InstanceStateSample) MemoryPercent() *float64 {
	if s.State == nil {
		return nil
	}
	return (&InstanceUsage{State: s.State}).MemoryPercent()
}

// ReceivedBytesPerSecond is what all interfaces but loopback received.
func (s *InstanceStateSample) ReceivedBytesPerSecond() *float64 {
	return s.rate(func(state *InstanceState) int64 {
		return state.counted(func(c *InstanceStateCounters) int64 { return c.BytesReceived })
	})
}

// SentBytesPerSecond is what all interfaces but loopback sent.
func (s *InstanceStateSample) SentBytesPerSecond() *float64 {
	return s.rate(func(state *InstanceState) int64 {
		return state.counted(func(c *InstanceStateCounters) int64 { return c.BytesSent })
	})
}

func (s *InstanceState) counted(one func(*InstanceStateCounters) int64) int64 {
	var sum int64
	for name, network := range s.Networks {
		if name != "lo" && network.Counters != nil {
			sum += one(network.Counters)
		}
	}
	return sum
}
