package relay

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/lxdql/lxdql/lxd"
)

// ExecOutput is a piece of what a command writes, or its end.
type ExecOutput struct {
	// Stream is what the piece was written to; nil at the end.
	Stream *OutputStream
	// ExitCode is what the command returned; nil before the end.
	ExitCode *int
	// Error is why the command could not be run; nil when it was.
	Error *string

	data []byte
}

// Text is the piece as text.
func (o *ExecOutput) Text() *string {
	if o.Stream == nil {
		return nil
	}
	text := strings.ToValidUTF8(string(o.data), "\uFFFD")
	return &text
}

// Base64 is the piece as it was written.
func (o *ExecOutput) Base64() *string {
	if o.Stream == nil {
		return nil
	}
	text := base64.StdEncoding.EncodeToString(o.data)
	return &text
}

// StartCommand says whether a command could be run now.
func (r *Relay) StartCommand(ctx context.Context, as lxd.Scope, command *Command) error {
	if err := command.validate(); err != nil {
		return err
	}
	_, err := r.LXD.CheckExec(ctx, as, command.Project, command.Instance, &command.InstanceCommand)
	if failed := r.Keep(ctx, "execOutput", command.Project, map[string]any{"name": command.Instance, "command": command.Command}, err); failed != nil && err == nil {
		return failed
	}
	return err
}

// ExecOutput runs a command and gives each piece that it writes to emit, from
// one goroutine at a time; while emit does not return the command is held up.
// When ctx ends the command is killed.
func (r *Relay) ExecOutput(ctx context.Context, as lxd.Scope, command *Command, emit func(*ExecOutput)) error {
	leave, err := r.enter()
	if err != nil {
		return err
	}
	defer leave()
	var mutex sync.Mutex
	split := map[OutputStream][]byte{} // the beginning of a character
	timed, cancel := command.within(ctx)
	defer cancel()
	operation, err := r.run(timed, as, command.Project, command.Instance, &command.InstanceCommand, command.input(timed), nil, func(stream OutputStream, piece []byte) error {
		mutex.Lock()
		defer mutex.Unlock()
		data := append(split[stream], piece...)
		whole := wholeRunes(data)
		split[stream] = append([]byte(nil), data[whole:]...)
		if whole > 0 {
			emit(&ExecOutput{Stream: &stream, data: data[:whole]})
		}
		return timed.Err()
	})
	if err != nil {
		return err
	}
	for _, stream := range []OutputStream{Stdout, Stderr} {
		if len(split[stream]) > 0 {
			emit(&ExecOutput{Stream: &stream, data: split[stream]})
		}
	}
	emit(&ExecOutput{ExitCode: operation.ExitCode(), Error: operation.Error()})
	return nil
}

// wholeRunes is how many bytes there are before a character that has only begun.
func wholeRunes(data []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(data); back++ {
		at := len(data) - back
		if utf8.RuneStart(data[at]) {
			if !utf8.FullRune(data[at:]) {
				return at
			}
			break
		}
	}
	return len(data)
}
