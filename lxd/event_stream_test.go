package lxd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// A connection that stays open and brings nothing, not even a ping, is noticed,
// and everybody is told that events may be missing. The long form waits for as
// long as it takes in earnest.
func TestAStreamThatStallsIsNoticed(t *testing.T) {
	defer goleak.VerifyNone(t)
	directory, err := os.MkdirTemp("", "sim")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(directory)
	simulated := lxdsim.New(lxdsim.Options{PingEvery: 300 * time.Millisecond})
	defer simulated.Close()
	listening, err := simulated.Serve(t.Context(), filepath.Join(directory, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer listening.Close()
	client := clientOf(t, filepath.Join(directory, "s"))
	if os.Getenv("LXDQL_SOAK") == "" {
		client.quiet = time.Second
	}
	hub := NewHub(client)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { hub.Run(ctx) })
	defer running.Wait()
	defer stop()
	<-hub.Connected()
	events, err := hub.Subscribe(System, EventFilter{AllProjects: true})
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	calm, enough := context.WithTimeout(ctx, 3*time.Second)
	defer enough()
	if event, err := events.Next(calm); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("before anything is wrong: %v, %v", event, err)
	}
	if stalled := simulated.StallStreams(); stalled != 1 {
		t.Fatalf("%d streams for one hub", stalled)
	}
	begun := time.Now()
	waiting, giveUp := context.WithTimeout(ctx, client.quiet+5*time.Second)
	defer giveUp()
	event, err := events.Next(waiting)
	if err != nil || event.Head().Type != EventGap {
		t.Fatalf("after %v: %v, %v", time.Since(begun), event, err)
	}
	if took := time.Since(begun); took > client.quiet+5*time.Second || client.quiet+5*time.Second > 30*time.Second {
		t.Errorf("it was noticed after %v", took)
	}
	if simulated.Streams() != 1 {
		t.Errorf("%d streams are open", simulated.Streams())
	}
}
