package relay

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

const (
	// mostOutput bounds what is kept of one stream of a command, in bytes.
	mostOutput = 16 << 20
	// longestCommand bounds how long is waited for a command.
	longestCommand = time.Hour
	// mostInput bounds what a command is given in a mutation, in bytes.
	mostInput = 1 << 20
)

// Command is what a caller wants to be run and told about.
type Command struct {
	Instance, Project string
	lxd.InstanceCommand
	// Stdin is its whole input; nil is none.
	Stdin *string
	// TimeoutSeconds is how long it may run; 0 is without end.
	TimeoutSeconds int
	// MaxOutputBytes is how much of each stream is kept.
	MaxOutputBytes int
}

// RunCommandPayload is what a command gave.
type RunCommandPayload struct {
	// ExitCode is nil of a command that was killed because its time was up.
	ExitCode *int
	// Error is why the command could not be run; nil when it was.
	Error *string
	// Truncated is set when a stream was longer than what was kept.
	Truncated bool
	// TimedOut is set when the command was killed because its time was up.
	TimedOut bool
	// DurationMilliseconds is how long it ran.
	DurationMilliseconds int

	output map[OutputStream]*kept
}

// OutputEncoding is how bytes are written in a text.
type OutputEncoding string

// The encodings of output.
const (
	EncodingText   OutputEncoding = "TEXT"
	EncodingBase64 OutputEncoding = "BASE64"
)

// Stdout is what the command wrote to its standard output.
func (p *RunCommandPayload) Stdout(encoding *OutputEncoding) string {
	return encode(p.output[Stdout].data, encoding)
}

// Stderr is what the command wrote to its standard error.
func (p *RunCommandPayload) Stderr(encoding *OutputEncoding) string {
	return encode(p.output[Stderr].data, encoding)
}

func encode(data []byte, encoding *OutputEncoding) string {
	if encoding != nil && *encoding == EncodingBase64 {
		return base64.StdEncoding.EncodeToString(data)
	}
	return strings.ToValidUTF8(string(data), "\uFFFD")
}

// kept is the beginning of a stream.
type kept struct {
	data      []byte
	most      int
	truncated bool
}

func (k *kept) add(piece []byte) {
	if room := k.most - len(k.data); len(piece) > room {
		piece, k.truncated = piece[:room], true
	}
	k.data = append(k.data, piece...)
}

// RunCommand runs a command to its end and keeps what it writes. When its time
// is up it is killed; what it wrote until then is there. It is killed too when
// the caller may not ask any more, who is told nothing of what it wrote.
func (r *Relay) RunCommand(ctx context.Context, as lxd.Scope, command *Command) (*RunCommandPayload, error) {
	if err := command.validate(); err != nil {
		return nil, err
	}
	leave, err := r.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	payload := &RunCommandPayload{output: map[OutputStream]*kept{Stdout: {most: command.MaxOutputBytes}, Stderr: {most: command.MaxOutputBytes}}}
	begun := time.Now()
	if identity := auth.From(ctx); identity != nil && r.Watch != nil {
		watched, release := r.Watch(ctx, identity)
		defer release()
		ctx = watched
	}
	timed, cancel := command.within(ctx)
	defer cancel()
	// Each stream has its own goroutine and its own place: nothing is shared.
	operation, err := r.run(timed, as, command.Project, command.Instance, &command.InstanceCommand, command.input(timed), nil, func(stream OutputStream, piece []byte) error {
		payload.output[stream].add(piece)
		return nil
	})
	payload.DurationMilliseconds = int(time.Since(begun).Milliseconds())
	payload.Truncated = payload.output[Stdout].truncated || payload.output[Stderr].truncated
	if errors.Is(context.Cause(timed), errTimeUp) {
		payload.TimedOut = true
		return payload, nil
	}
	if err != nil {
		return nil, err
	}
	payload.ExitCode, payload.Error = operation.ExitCode(), operation.Error()
	return payload, nil
}

// errTimeUp kills a command that runs too long.
var errTimeUp error = timeUp{}

type timeUp struct{}

func (timeUp) Error() string { return "the command took longer than timeoutSeconds and was killed" }
func (timeUp) Unwrap() error { return context.DeadlineExceeded }

func (c *Command) within(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.TimeoutSeconds == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, time.Duration(c.TimeoutSeconds)*time.Second, errTimeUp)
}

func (c *Command) validate() error {
	if c.Interactive {
		return &lxd.InputError{Argument: "interactive", Message: "a command whose output is kept has no terminal"}
	}
	if seconds := int(longestCommand / time.Second); c.TimeoutSeconds < 0 || c.TimeoutSeconds > seconds {
		return &lxd.InputError{Argument: "timeoutSeconds", Message: fmt.Sprintf("timeoutSeconds is 1 to %d", seconds)}
	}
	if c.MaxOutputBytes < 0 || c.MaxOutputBytes > mostOutput {
		return &lxd.InputError{Argument: "maxOutputBytes", Message: fmt.Sprintf("maxOutputBytes is 0 to %d", mostOutput)}
	}
	if c.Stdin != nil && len(*c.Stdin) > mostInput {
		return &lxd.InputError{Argument: "stdin", Message: fmt.Sprintf("stdin has at most %d bytes: for more, use createExecSession", mostInput)}
	}
	return nil
}

// input is the whole input in pieces, until ctx ends.
func (c *Command) input(ctx context.Context) <-chan piece {
	if c.Stdin == nil || *c.Stdin == "" {
		return nothing()
	}
	input := make(chan piece)
	go func() {
		defer close(input)
		for rest := []byte(*c.Stdin); len(rest) > 0; {
			next := rest[:min(len(rest), pieceSize)]
			rest = rest[len(next):]
			select {
			case input <- piece{data: next}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return input
}
