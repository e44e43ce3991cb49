package lxdsim

import (
	"fmt"
	"time"
)

// operationPlan is an operation that does its work by itself.
type operationPlan struct {
	project     string
	description string
	resources   map[string][]string
	steps       []step
}

// step is one part of an operation's work, done under the lock, or a pause
// without it. The pauses of a plan share the operation's delay.
type step struct {
	pauses bool
	run    func(*Server, *operation) error
}

func pause() step { return step{pauses: true} }

func do(run func() error) step {
	return step{run: func(*Server, *operation) error { return run() }}
}

// progress reports how far the unpacking of an image is.
func progress(percent int) step {
	return step{run: func(s *Server, o *operation) error {
		const stage, speed = "create_instance_from_image_unpack", 50_000_000
		changed := *o.record
		changed.UpdatedAt = time.Now().UTC()
		changed.Metadata = map[string]any{
			stage + "_progress": fmt.Sprintf("Unpack: %d%% (%d.00MB/s)", percent, speed/1_000_000),
			"progress":          map[string]string{"percent": fmt.Sprint(percent), "speed": fmt.Sprint(speed), "stage": stage},
		}
		o.record = &changed
		s.publish("operation", o.project, o.record)
		return nil
	}}
}

// startOperation returns the operation as it is at the start; the lock is held.
func (s *Server) startOperation(plan operationPlan) *operationRecord {
	o := s.newOperation(plan.project, "task", plan.description, plan.resources, nil)
	s.goLocked(func() {
		if s.work(o, plan.steps) {
			s.forget(o)
		}
	})
	return o.record
}

// work does the steps and ends the operation; it is false when the daemon was
// closed before.
func (s *Server) work(o *operation, steps []step) bool {
	pauses := 0
	for _, one := range steps {
		if one.pauses {
			pauses++
		}
	}
	for _, one := range steps {
		if one.pauses {
			if !s.sleep(s.options.OperationDelay / time.Duration(pauses)) {
				return false
			}
			continue
		}
		if err := s.workStep(o, one); err != nil {
			return true
		}
	}
	if !s.early() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(o, "Success", "")
	return true
}

func (s *Server) workStep(o *operation, one step) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := one.run(s, o)
	if err != nil {
		s.end(o, "Failure", err.Error())
	}
	return err
}

// failed is why an operation fails, in LXD's words, which begin with a capital.
func failed(format string, arguments ...any) error { return fmt.Errorf(format, arguments...) }
