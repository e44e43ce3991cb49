package work

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type viewer string

func (v viewer) Allows(project string, write bool) bool { return project == string(v) && !write }

// manage is a manager on a simulated LXD whose operations take that long.
func manage(t *testing.T, delay time.Duration) (*Manager, *lxd.Subscription) {
	t.Helper()
	directory, err := os.MkdirTemp("", "work") // t.TempDir's names are too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	simulated := lxdsim.New(lxdsim.Options{Instances: 4, OperationDelay: delay, Seed: 1})
	listening, err := simulated.Serve(t.Context(), filepath.Join(directory, "s"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: filepath.Join(directory, "s"), Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	hub := lxd.NewHub(client)
	events, err := hub.Subscribe(lxd.System, lxd.EventFilter{AllProjects: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	manager := New(ctx, client, hub, nil, nil, func(err error) { t.Error(err) })
	t.Cleanup(func() {
		cancel()
		manager.Wait()
		events.Close()
		client.Close()
		listening.Close()
		simulated.Close()
		os.RemoveAll(directory)
	})
	return manager, events
}

// ended waits for the operation's end and says how it was told to subscribers.
func ended(t *testing.T, manager *Manager, events *lxd.Subscription, operation *lxd.Operation) (*lxd.Operation, []lxd.OperationStatus) {
	t.Helper()
	last, err := manager.WaitOperation(t.Context(), lxd.System, operation.UUID, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var told []lxd.OperationStatus
	for {
		event, err := events.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		told = append(told, event.(*lxd.OperationEvent).Operation.Status())
		if event.(*lxd.OperationEvent).Operation.Final() {
			return last, told
		}
	}
}

func TestWhoMayNotWriteCancelsNothing(t *testing.T) {
	manager, _ := manage(t, time.Millisecond)
	block := make(chan struct{})
	defer close(block)
	operation, err := manager.Run("Waiting", "default", nil, func(ctx context.Context) (*lxd.Operation, error) {
		select {
		case <-block:
		case <-ctx.Done():
		}
		return nil, ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := manager.Operation(t.Context(), viewer("other"), operation.UUID); !lxd.IsNotFound(err) {
		t.Errorf("the operation of a hidden project is shown: %v", err)
	}
	var forbidden *lxd.ForbiddenError
	if _, err := manager.CancelOperation(t.Context(), viewer("default"), operation.UUID); !errors.As(err, &forbidden) {
		t.Errorf("a viewer cancels: %v", err)
	}
	if now, err := manager.Operation(t.Context(), viewer("default"), operation.UUID); err != nil || now.Final() {
		t.Errorf("%+v %v", now, err)
	}
}

func TestTheFirstStepThatFailsEndsAll(t *testing.T) {
	manager, events := manage(t, time.Millisecond)
	reached := false
	operation, err := manager.Run("Failing", "default", nil,
		func(ctx context.Context) (*lxd.Operation, error) {
			return manager.client.ChangeInstanceState(ctx, lxd.System, "default", "missing", lxd.InstanceStateChange{Action: lxd.ActionStart})
		},
		func(context.Context) (*lxd.Operation, error) { reached = true; return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	last, told := ended(t, manager, events, operation)
	if reached || last.Status() != lxd.OperationFailure || !strings.Contains(last.Err, "not found") {
		t.Errorf("the second step was reached: %v; %+v", reached, last)
	}
	if len(told) != 2 || told[0] != lxd.OperationRunning || told[1] != lxd.OperationFailure {
		t.Errorf("told: %v", told)
	}
	var failed *lxd.OperationError
	if _, err := manager.Succeeded(t.Context(), lxd.System, operation, time.Second); !errors.As(err, &failed) {
		t.Errorf("a failure counts as success: %v", err)
	}
}

func TestACancelledOperationCancelsThatOfLXD(t *testing.T) {
	manager, events := manage(t, time.Millisecond)
	begun := make(chan struct{})
	operation, err := manager.Run("Waiting", "default", nil, func(ctx context.Context) (*lxd.Operation, error) {
		close(begun)
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	cancelled, err := manager.CancelOperation(t.Context(), lxd.System, operation.UUID)
	if err != nil || cancelled.Status() != lxd.OperationCancelled {
		t.Fatalf("%+v, %v", cancelled, err)
	}
	if _, told := ended(t, manager, events, operation); told[len(told)-1] != lxd.OperationCancelled {
		t.Errorf("told: %v", told)
	}
	var conflict *lxd.ConflictError
	if _, err := manager.CancelOperation(t.Context(), lxd.System, operation.UUID); !errors.As(err, &conflict) {
		t.Errorf("it is cancelled twice: %v", err)
	}
}

func TestAnOperationOutlivesItsCaller(t *testing.T) {
	manager, events := manage(t, 200*time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	yes := true
	operation, err := manager.CreateInstance(ctx, lxd.System, nil, &lxd.CreateInstanceInput{Name: "made", Source: &lxd.InstanceSource{Type: lxd.SourceNone}, Start: &yes})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if last, _ := ended(t, manager, events, operation); last.Status() != lxd.OperationSuccess {
		t.Errorf("%+v", last)
	}
	made, err := manager.client.InstanceObject(t.Context(), lxd.System, "default", "made")
	if err != nil || made.Status != lxd.StatusRunning {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestABoundedNumberRuns(t *testing.T) {
	manager, _ := manage(t, time.Millisecond)
	wait := func(ctx context.Context) (*lxd.Operation, error) { <-ctx.Done(); return nil, ctx.Err() }
	for range maxRunning {
		if _, err := manager.Run("Waiting", "default", nil, wait); err != nil {
			t.Fatal(err)
		}
	}
	var limit *lxd.LimitError
	if _, err := manager.Run("Waiting", "default", nil, wait); !errors.As(err, &limit) {
		t.Errorf("one too many: %v", err)
	}
}

func TestWhatEndedIsForgottenInTheEnd(t *testing.T) {
	manager, events := manage(t, time.Millisecond)
	done := func(context.Context) (*lxd.Operation, error) { return nil, nil }
	operation, err := manager.Run("Nothing", "default", nil, done)
	if err != nil {
		t.Fatal(err)
	}
	ended(t, manager, events, operation)
	for n := range mostKept + 10 {
		another, err := manager.Run("Nothing", "default", nil, done)
		if err != nil {
			t.Fatalf("%d: %v", n, err)
		}
		<-manager.find(another.UUID).done
		for range 2 {
			if _, err := events.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := manager.Operation(t.Context(), lxd.System, operation.UUID); !lxd.IsNotFound(err) {
		t.Errorf("the first is still known: %v", err)
	}
	manager.mutex.Lock()
	defer manager.mutex.Unlock()
	if len(manager.tasks) > mostKept {
		t.Errorf("%d are kept", len(manager.tasks))
	}
}
