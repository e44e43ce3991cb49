package resolvers

import (
	"context"
	"errors"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/relay"
)

// instanceCommand puts the arguments together that all commands have.
func instanceCommand(command []string, environment lxd.StringMap, user, group *int, cwd *string) lxd.InstanceCommand {
	return lxd.InstanceCommand{Command: command, Environment: environment, User: value(user), Group: value(group), Cwd: value(cwd)}
}

// terminal is a command with a terminal, unless it is to have none.
func terminal(command lxd.InstanceCommand, interactive *bool, width, height *int) (*lxd.InstanceCommand, error) {
	command.Interactive = interactive == nil || *interactive
	return sized(&command, &command.Width, &command.Height, width, height)
}

// sized reads the arguments width and height: 0 is no size.
func sized[T any](of T, toWidth, toHeight *int, width, height *int) (T, error) {
	if width != nil && *width < 1 {
		return of, &lxd.InputError{Argument: "width", Message: "width is a number of columns, 1 to 65535"}
	}
	if height != nil && *height < 1 {
		return of, &lxd.InputError{Argument: "height", Message: "height is a number of rows, 1 to 65535"}
	}
	*toWidth, *toHeight = value(width), value(height)
	return of, nil
}

// timed reads the argument timeoutSeconds.
func timed(command *relay.Command, seconds *int) (*relay.Command, error) {
	if seconds != nil && *seconds < 1 {
		return nil, &lxd.InputError{Argument: "timeoutSeconds", Message: "timeoutSeconds is 1 to 3600"}
	}
	command.TimeoutSeconds = value(seconds)
	return command, nil
}

// createExecSession gives a ticket for a command.
func (r *Resolver) createExecSession(ctx context.Context, name, project string, command *lxd.InstanceCommand, err error) (*relay.SessionPayload, error) {
	if err != nil {
		return nil, err
	}
	return r.Relay.CreateExecSession(ctx, name, project, command)
}

// runCommand runs a command to its end; what is not said is 60 s and 1 MiB.
func (r *Resolver) runCommand(ctx context.Context, command *relay.Command, timeoutSeconds, maxOutputBytes *int) (*relay.RunCommandPayload, error) {
	if timeoutSeconds == nil {
		timeoutSeconds = new(60)
	}
	command.MaxOutputBytes = 1 << 20
	if maxOutputBytes != nil {
		command.MaxOutputBytes = *maxOutputBytes
	}
	command, err := timed(command, timeoutSeconds)
	if err != nil {
		return nil, err
	}
	return r.Relay.RunCommand(ctx, scope(ctx), command)
}

// execOutput runs a command in a goroutine that ends with ctx or the command.
func (r *Resolver) execOutput(ctx context.Context, command *relay.Command, timeoutSeconds *int) (<-chan *relay.ExecOutput, error) {
	command, err := timed(command, timeoutSeconds)
	if err != nil {
		return nil, err
	}
	if err := r.Relay.StartCommand(ctx, scope(ctx), command); err != nil {
		return nil, err
	}
	values := make(chan *relay.ExecOutput)
	go func() {
		defer close(values)
		err := r.Relay.ExecOutput(ctx, scope(ctx), command, func(piece *relay.ExecOutput) {
			select {
			case values <- piece:
			case <-ctx.Done():
			}
		})
		if err != nil && !errors.Is(err, context.Canceled) {
			r.EndStream(ctx, err)
		}
	}()
	return values, nil
}

// createConsoleSession gives a ticket for a console.
func (r *Resolver) createConsoleSession(ctx context.Context, name, project string, kind *relay.ConsoleType, width, height *int) (*relay.SessionPayload, error) {
	console := &lxd.InstanceConsole{VGA: kind != nil && *kind == relay.ConsoleVGA}
	if _, err := sized(console, &console.Width, &console.Height, width, height); err != nil {
		return nil, err
	}
	return r.Relay.CreateConsoleSession(ctx, name, project, console)
}
