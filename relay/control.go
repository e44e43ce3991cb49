package relay

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// control is a text frame of the caller. The first two are as LXD has them.
//
//	{"command": "window-resize", "args": {"width": 132, "height": 50}}
//	{"command": "signal", "signal": 15}
//	{"command": "end-of-input"}
//	{"command": "pause"}
//	{"command": "resume"}
//	{"command": "renew", "args": {"authorization": "Bearer …"}}
//
// An empty text frame is the end of input too. After pause no output comes until
// resume: a browser takes what comes whether it can show it or not.
type control struct {
	Command string `json:"command"`
	Signal  int    `json:"signal"`
	Args    struct {
		Width         count  `json:"width"`
		Height        count  `json:"height"`
		Authorization string `json:"authorization"`
	} `json:"args"`
}

// maxControl bounds a text frame, in bytes: the longest holds a token.
const maxControl = 16 << 10

// count is a number, or one in quotes as LXD wants it.
type count int

// UnmarshalJSON reads either form.
func (c *count) UnmarshalJSON(data []byte) error {
	number, err := strconv.Atoi(strings.Trim(string(data), `"`))
	*c = count(number)
	return err
}

// readControl reads a text frame and refuses what cannot be done.
func readControl(data []byte) (*control, error) {
	if len(data) == 0 {
		return &control{Command: "end-of-input"}, nil
	}
	message := &control{}
	if err := json.Unmarshal(data, message); err != nil {
		return nil, &lxd.InputError{Message: `a text frame is JSON such as {"command":"signal","signal":15}; data goes in binary frames`}
	}
	switch message.Command {
	case "window-resize":
		if message.Args.Width < 1 || message.Args.Width > 65535 || message.Args.Height < 1 || message.Args.Height > 65535 {
			return nil, &lxd.InputError{Argument: "args", Message: "width and height are 1 to 65535"}
		}
	case "signal":
		if message.Signal < 1 || message.Signal > 64 {
			return nil, &lxd.InputError{Argument: "signal", Message: "signal is a number, 1 to 64: 2 interrupts, 15 ends, 9 kills"}
		}
	case "end-of-input", "renew", "pause", "resume":
	default:
		return nil, &lxd.InputError{Argument: "command", Message: fmt.Sprintf("there is no command %.40q: window-resize, signal, end-of-input, pause, resume and renew are", message.Command)}
	}
	return message, nil
}
