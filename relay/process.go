package relay

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/lxdql/lxdql/lxd"
)

// OutputStream is what a piece of output was written to.
type OutputStream string

// The streams of a command. A terminal has one, which counts as Stdout.
const (
	Stdout OutputStream = "STDOUT"
	Stderr OutputStream = "STDERR"
)

// patience is how long LXD, or a caller, may take no byte of a stream
// before it counts as gone.
const patience = 10 * time.Minute

// process is a command, or a console, that runs with its streams connected.
type process struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	streams *lxd.InstanceStreams
	// input is what it reads; its end is the end of the input.
	input <-chan piece
	// controls are signals and sizes.
	controls <-chan *control
	// output takes what it writes, from at most two goroutines; while it does not
	// return the process is held up. The piece is only lent.
	output func(OutputStream, []byte) error

	// sweep ends what a killed process has begun; nil for nothing.
	sweep func(context.Context)

	pong    chan string
	drained chan struct{} // all output has come
	ended   chan ending
	tasks   sync.WaitGroup
}

type ending struct {
	operation *lxd.Operation
	err       error
}

// follow carries a process's streams until it has ended and all that it wrote
// has been taken, and returns LXD's operation with the result. When ctx ends the
// process is killed, and the error is the cause. Nothing runs any more when it
// returns.
func follow(ctx context.Context, p *process) (*lxd.Operation, error) {
	p.pong, p.drained, p.ended = make(chan string, 1), make(chan struct{}), make(chan ending, 1)
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	defer p.tasks.Wait()
	defer p.cancel(nil)
	p.tasks.Go(p.stop)
	p.tasks.Go(p.watch)
	p.tasks.Go(p.feed)
	p.tasks.Go(p.command)
	p.drain()
	close(p.drained)
	select {
	case end := <-p.ended:
		if end.err == nil {
			return end.operation, nil
		}
	case <-p.ctx.Done():
	}
	return nil, context.Cause(p.ctx)
}

// stop ends what runs when ctx has ended. The output is taken to its end before
// it is closed: LXD's operation often goes on for ever when a terminal is closed
// together with its control stream (seen on 5.0.2), and does so as long as what
// the process has begun holds its streams.
func (p *process) stop() {
	<-p.ctx.Done()
	defer p.streams.Close()
	if !p.streams.Leave() {
		p.streams.Control.Close() // kills
	}
	if !p.drains(time.Second) && p.sweep != nil {
		p.sweep(context.WithoutCancel(p.ctx))
		p.drains(time.Second)
	}
}

// drains waits for the end of the output.
func (p *process) drains(atMost time.Duration) bool {
	select {
	case <-p.drained:
		return true
	case <-time.After(atMost):
		return false
	}
}

// drain takes all output until its end. LXD wants a terminal's stream to be
// closed then, and does not end the operation before (seen on 5.0.2).
func (p *process) drain() {
	p.streams.Input.SetPingHandler(func(text string) error {
		select {
		case p.pong <- text: // answered by who writes there: a write may be held up
		default:
		}
		return nil
	})
	if p.streams.Stdout == nil {
		p.take(p.streams.Input, Stdout)
		p.streams.Input.Close()
		return
	}
	p.tasks.Go(func() { pump(p.streams.Input, func([]byte) error { return nil }) })
	var outputs sync.WaitGroup
	outputs.Go(func() { p.take(p.streams.Stdout, Stdout) })
	outputs.Go(func() { p.take(p.streams.Stderr, Stderr) })
	outputs.Wait()
}

// take passes a stream on. What comes after the caller has gone is thrown away.
func (p *process) take(from *websocket.Conn, stream OutputStream) {
	pump(from, func(piece []byte) error {
		if p.ctx.Err() != nil {
			return nil
		}
		if err := p.output(stream, piece); err != nil {
			p.cancel(err)
		}
		return nil
	})
}

// feed gives the process its input.
func (p *process) feed() {
	write := func(kind int, data []byte) error {
		p.streams.Input.SetWriteDeadline(time.Now().Add(patience))
		return p.streams.Input.WriteMessage(kind, data)
	}
	var err error
	for input := p.input; err == nil; {
		select {
		case <-p.ctx.Done():
			return
		case text := <-p.pong:
			err = p.streams.Input.WriteControl(websocket.PongMessage, []byte(text), time.Now().Add(patience))
		case piece, more := <-input:
			switch {
			case more:
				err = write(websocket.BinaryMessage, piece.data)
				piece.done()
			case p.streams.Stdout == nil:
				input, err = nil, write(websocket.BinaryMessage, []byte{4}) // a terminal's end of input is ^D
			default:
				input, err = nil, write(websocket.TextMessage, nil)
			}
		}
	}
	// The process reads no more. It may go on: what comes is thrown away.
	for {
		select {
		case <-p.ctx.Done():
			return
		case piece, more := <-p.input:
			if !more {
				return
			}
			piece.done()
		}
	}
}

// command passes signals and sizes on.
func (p *process) command() {
	for {
		select {
		case <-p.ctx.Done():
			return
		case message := <-p.controls:
			if message.Command == "signal" {
				p.streams.Signal(message.Signal)
			} else {
				p.streams.Resize(int(message.Args.Width), int(message.Args.Height))
			}
		}
	}
}

// watch reads the control stream, which ends with the process, and asks at once
// for the result: LXD forgets it 5 s after the last output was taken.
func (p *process) watch() {
	control := p.streams.Control
	control.SetReadDeadline(time.Now().Add(p.streams.Quiet()))
	answer := control.PingHandler()
	control.SetPingHandler(func(text string) error {
		control.SetReadDeadline(time.Now().Add(p.streams.Quiet()))
		return answer(text)
	})
	var err error
	for err == nil {
		_, _, err = control.NextReader()
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		p.cancel(p.streams.Lost(err))
		return
	}
	operation, err := p.streams.End(p.ctx)
	if err != nil {
		p.cancel(err)
	}
	p.ended <- ending{operation, err}
}
