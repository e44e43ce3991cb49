package relay

import (
	"context"
	"crypto/rand"
	"maps"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// marker is a variable in the environment of what we run, by which its children
// are found again.
const marker = "LXDQL_EXEC"

// marked is a command whose children can be found.
func marked(command *lxd.InstanceCommand) *lxd.InstanceCommand {
	found := *command
	found.Environment = with(command.Environment, marker, rand.Text())
	return &found
}

// with is an environment with one more variable.
func with(environment lxd.StringMap, key, value string) lxd.StringMap {
	more := maps.Clone(environment)
	if more == nil {
		more = lxd.StringMap{}
	}
	more[key] = value
	return more
}

// orphans kills what was begun by a marked command and still holds a pipe or a
// terminal of it: what was started to outlive it (by nohup, as a daemon) holds none.
const orphans = `for p in /proc/[0-9]*; do
	tr '\0' '\n' <$p/environ 2>/dev/null | grep -qxF "$0" || continue
	case "$(readlink $p/fd/0; readlink $p/fd/1; readlink $p/fd/2)" in *pipe:*|*/dev/pts/*) kill -9 ${p#/proc/};; esac
done`

// sweep kills what a killed command has begun, inside the instance, where that
// has a shell: LXD kills the command only. It takes at most 2 s.
func (r *Relay) sweep(ctx context.Context, project, name string, command *lxd.InstanceCommand) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	streams, err := r.LXD.Exec(ctx, lxd.System, project, name, &lxd.InstanceCommand{
		Command: []string{"sh", "-c", orphans, marker + "=" + command.Environment[marker]},
	})
	if err != nil {
		return
	}
	follow(ctx, &process{streams: streams, input: nothing(), output: func(OutputStream, []byte) error { return nil }})
}

// nothing is an input that has ended.
func nothing() <-chan piece {
	input := make(chan piece)
	close(input)
	return input
}

// run begins a command, follows it to its end, and leaves nothing of it behind.
// The operation is LXD's at the end; see [follow].
func (r *Relay) run(ctx context.Context, as lxd.Scope, project, name string, command *lxd.InstanceCommand, input <-chan piece, controls <-chan *control, output func(OutputStream, []byte) error) (*lxd.Operation, error) {
	command = marked(command)
	streams, err := r.LXD.Exec(ctx, as, project, name, command)
	if err != nil {
		return nil, err
	}
	return follow(ctx, &process{streams: streams, input: input, controls: controls, output: output, sweep: func(ctx context.Context) {
		r.sweep(ctx, project, name, command)
	}})
}
