package lxd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// InstanceCommand is what is run inside an instance.
type InstanceCommand struct {
	// Command is the program and its arguments; no shell looks at them.
	Command []string
	// Environment is added to what LXD sets (HOME, LANG, PATH, USER).
	Environment StringMap
	// User and Group are numbers inside the instance; 0 is root.
	User, Group int
	// Cwd is an absolute path; "" is the user's home, or /.
	Cwd string
	// Interactive gives the command a terminal, of Width columns and Height
	// rows; 0 is what LXD has, 80 and 24. What it prints is one stream then.
	Interactive   bool
	Width, Height int
}

// InstanceConsole is what of an instance's console is opened.
type InstanceConsole struct {
	// VGA is the screen of a virtual machine, as SPICE; otherwise its text console.
	VGA bool
	// Width and Height are those of the text console; 0 is what it has.
	Width, Height int
}

// CheckExec says whether the command could be run now: the caller may, the
// instance runs, and the command makes sense.
func (c *Client) CheckExec(ctx context.Context, as Scope, project, name string, command *InstanceCommand) (*Instance, error) {
	instance, err := c.runs(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	return instance, command.validate()
}

// CheckConsole says whether the console could be opened now.
func (c *Client) CheckConsole(ctx context.Context, as Scope, project, name string, console *InstanceConsole) (*Instance, error) {
	instance, err := c.runs(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if console.VGA && instance.Type != TypeVirtualMachine {
		return nil, &InputError{"type", "only a virtual machine has a screen: " + name + " is a container, whose console is text"}
	}
	return instance, size(console.Width, console.Height)
}

// runs reads an instance that the caller may change and that runs.
func (c *Client) runs(ctx context.Context, as Scope, project, name string) (*Instance, error) {
	instance, err := c.writable(ctx, as, project, name)
	if err != nil {
		return nil, err
	}
	if instance.Status == StatusStopped || instance.Status == StatusFrozen {
		return nil, conflict("%s is %s: only what runs can be worked in", instance.Name, instance.Status)
	}
	return instance, nil
}

// Exec begins a command. It runs once all its streams are connected, which they
// are when Exec returns, and is killed when they are closed.
func (c *Client) Exec(ctx context.Context, as Scope, project, name string, command *InstanceCommand) (*InstanceStreams, error) {
	instance, err := c.CheckExec(ctx, as, project, name, command)
	if err != nil {
		return nil, err
	}
	// The control stream first: LXD begins a command as soon as it has the others,
	// and one that has ended by then is no more to be connected to (seen on 5.0.2).
	wanted := []string{"control", "0", "1", "2"}
	if command.Interactive {
		wanted = []string{"control", "0"}
	}
	return c.openStreams(ctx, instance, "exec", wanted, map[string]any{
		"command": command.Command, "environment": command.environment(), "user": command.User, "group": command.Group, "cwd": command.Cwd,
		"interactive": command.Interactive, "width": command.Width, "height": command.Height,
		"wait-for-websocket": true, "record-output": false,
	})
}

// Console opens an instance's console. Of a screen only the control stream is
// connected: each SPICE channel is a stream of its own, see [InstanceStreams.Channel].
func (c *Client) Console(ctx context.Context, as Scope, project, name string, console *InstanceConsole) (*InstanceStreams, error) {
	instance, err := c.CheckConsole(ctx, as, project, name, console)
	if err != nil {
		return nil, err
	}
	kind, wanted := "console", []string{"0", "control"}
	if console.VGA {
		kind, wanted = "vga", []string{"control"}
	}
	return c.openStreams(ctx, instance, "console", wanted, map[string]any{"type": kind, "width": console.Width, "height": console.Height})
}

// openStreams begins an operation of the class websocket and connects to it.
func (c *Client) openStreams(ctx context.Context, instance *Instance, verb string, wanted []string, body any) (*InstanceStreams, error) {
	answer, err := once[json.RawMessage](ctx, c, c.config.Timeout, http.MethodPost, in(instance.Project, path("instances", instance.Name, verb)), body)
	if err != nil {
		return nil, err
	}
	var secrets struct {
		Metadata struct {
			Fds map[string]string `json:"fds"`
		} `json:"metadata"`
	}
	operation := new(Operation)
	if err := json.Unmarshal(answer.Metadata, operation); err != nil {
		return nil, fmt.Errorf("LXD's operation cannot be read: %w", err)
	}
	if err := json.Unmarshal(answer.Metadata, &secrets); err != nil {
		return nil, fmt.Errorf("the streams of LXD's operation cannot be read: %w", err)
	}
	c.own(operation, instance.Project)
	streams := &InstanceStreams{Operation: operation, client: c, console: verb == "console", secrets: secrets.Metadata.Fds}
	connecting, cancel := context.WithTimeout(ctx, 5*time.Second) // LXD waits no longer
	defer cancel()
	return streams, streams.connect(connecting, wanted)
}

// environment is never nil: LXD takes no null.
func (c *InstanceCommand) environment() map[string]string {
	if c.Environment == nil {
		return map[string]string{}
	}
	return c.Environment
}

// validate refuses what LXD would misunderstand or fail at late.
func (c *InstanceCommand) validate() error {
	if len(c.Command) == 0 || c.Command[0] == "" {
		return &InputError{"command", `command is the program and its arguments: ["ls", "-l"]`}
	}
	for _, word := range c.Command {
		if strings.ContainsRune(word, 0) {
			return &InputError{"command", "command has a NUL in it, which no program can be given"}
		}
	}
	for key, value := range c.Environment {
		if key == "" || strings.ContainsAny(key, "=\x00") || strings.ContainsRune(value, 0) {
			return &InputError{"environment", fmt.Sprintf("the variable %q cannot be set: a name has no = and nothing has a NUL", key)}
		}
	}
	const most = 1<<32 - 2
	switch {
	case c.User < 0 || c.User > most:
		return &InputError{"user", "user is the number of a user inside the instance, 0 to 4294967294"}
	case c.Group < 0 || c.Group > most:
		return &InputError{"group", "group is the number of a group inside the instance, 0 to 4294967294"}
	case c.Cwd != "" && (c.Cwd[0] != '/' || strings.ContainsRune(c.Cwd, 0)):
		return &InputError{"cwd", "cwd is an absolute path, such as /root"}
	}
	return size(c.Width, c.Height)
}

// size checks a terminal's.
func size(width, height int) error {
	if width < 0 || width > 65535 {
		return &InputError{"width", "width is a number of columns, 1 to 65535"}
	}
	if height < 0 || height > 65535 {
		return &InputError{"height", "height is a number of rows, 1 to 65535"}
	}
	return nil
}
