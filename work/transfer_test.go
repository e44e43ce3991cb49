package work

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// What a transfer leaves behind is undone once: at its end, or sooner, beside
// the bytes; and what could not be undone sooner is tried again at the end.
func TestATransferUndoesWhatItLeaves(t *testing.T) {
	manager, _ := manage(t, time.Millisecond)
	var done []string
	early, failed := make(chan struct{}), make(chan struct{})
	err := manager.Transfer(t.Context(), "Exporting", "default", nil, func(ctx context.Context, transfer *Transfer) error {
		transfer.Finally(func(context.Context) error { done = append(done, "first"); return nil })
		again := transfer.Finally(func(context.Context) error {
			select {
			case <-failed:
				done = append(done, "again")
				return nil
			default:
				close(failed)
				return errors.New("LXD is busy")
			}
		})
		sooner := transfer.Finally(func(context.Context) error {
			done = append(done, "sooner")
			close(early)
			return nil
		})
		sooner()
		<-early // while the work goes on
		again()
		<-failed
		return nil
	})
	if want := []string{"sooner", "again", "first"}; err != nil || !slices.Equal(done, want) {
		t.Errorf("%v, %v; want %v", err, done, want)
	}
}

// A caller who goes away does not stop what is undone.
func TestWhatIsUndoneOutlivesTheCaller(t *testing.T) {
	manager, _ := manage(t, time.Millisecond)
	ctx, leave := context.WithCancel(t.Context())
	var undone error
	err := manager.Transfer(ctx, "Exporting", "default", nil, func(ctx context.Context, transfer *Transfer) error {
		transfer.Finally(func(ctx context.Context) error { undone = ctx.Err(); return nil })
		leave()
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, ErrGone) || undone != nil {
		t.Errorf("%v, undone with %v", err, undone)
	}
}

// A sender who stands still is told of to the last byte, and so is one who has
// sent nothing yet.
func TestATransferTellsWhatHasPassed(t *testing.T) {
	manager, _ := manage(t, time.Millisecond)
	err := manager.Transfer(t.Context(), "Importing", "default", nil, func(ctx context.Context, transfer *Transfer) error {
		passed := func() int64 {
			if bytes := transfer.Operation().Progress().Bytes; bytes != nil {
				return *bytes
			}
			return -1
		}
		transfer.Stage("upload", 100)
		if got := passed(); got != 0 {
			t.Errorf("at the beginning: %d", got)
		}
		transfer.Passed(30)
		transfer.Passed(50)
		for begun := time.Now(); passed() != 50 && time.Since(begun) < 5*time.Second; {
			time.Sleep(10 * time.Millisecond)
		}
		if got := passed(); got != 50 {
			t.Errorf("when nothing more comes: %d", got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// Who may not ask any more has not gone away.
func TestATransferTellsWhyItsCallerEnded(t *testing.T) {
	manager, _ := manage(t, time.Millisecond)
	reason := errors.New("logged out")
	for what, said := range map[string]error{"LXD's end": context.Canceled, "the caller's end": ErrGone} {
		ctx, end := context.WithCancelCause(t.Context())
		err := manager.Transfer(ctx, "Exporting", "default", nil, func(ctx context.Context, transfer *Transfer) error {
			end(reason)
			<-ctx.Done()
			return said
		})
		if !errors.Is(err, reason) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
