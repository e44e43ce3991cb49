package resolvers

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// instanceState brings the samples of several instances together.
func (r *Resolver) instanceState(ctx context.Context, names []string, project *string, interval *int) (<-chan *lxd.InstanceStateSample, error) {
	seconds := 5
	if interval != nil {
		seconds = *interval
	}
	switch {
	case len(names) == 0 || len(names) > maxNodes:
		return nil, &lxd.InputError{Argument: "names", Message: "names are 1 to 100"}
	case seconds < 1 || seconds > 60:
		return nil, &lxd.InputError{Argument: "intervalSeconds", Message: "intervalSeconds is 1 to 60"}
	}
	watching, stop := context.WithCancel(ctx)
	sources := make([]<-chan *lxd.InstanceStateSample, len(names))
	for n, name := range names {
		var err error
		if slices.Contains(names[:n], name) {
			err = &lxd.InputError{Argument: "names." + strconv.Itoa(n), Message: name + " is named twice"}
		} else {
			sources[n], err = r.Work.WatchState(watching, scope(ctx), projectName(project), name, time.Duration(seconds)*time.Second)
		}
		if err != nil {
			stop()
			return nil, err
		}
	}
	return together(watching, stop, sources), nil
}

// together is one channel of many; it is closed when all of them are, or ctx ends.
func together(ctx context.Context, stop context.CancelFunc, sources []<-chan *lxd.InstanceStateSample) <-chan *lxd.InstanceStateSample {
	samples := make(chan *lxd.InstanceStateSample)
	var reading sync.WaitGroup
	for _, source := range sources {
		reading.Go(func() {
			for sample := range source {
				select {
				case samples <- sample:
				case <-ctx.Done():
				}
			}
		})
	}
	go func() {
		reading.Wait()
		stop()
		close(samples)
	}()
	return samples
}
