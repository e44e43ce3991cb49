package relay

import (
	"context"
	"net/http"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
)

// SessionPayload is what a caller needs to open a stream.
type SessionPayload struct {
	// Ticket is good for one stream.
	Ticket string
	// URL is the whole address of the WebSocket, with the ticket.
	URL string
	// ExpiresAt is when the ticket ends.
	ExpiresAt time.Time
}

// GraphQL gives each mutation a payload type of its own.
type (
	CreateExecSessionPayload    = SessionPayload
	CreateConsoleSessionPayload = SessionPayload
)

// shell is what runs in a terminal where nobody says what: the best shell that
// the instance has, as a login shell.
var shell = []string{"/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash -l; fi; exec sh -l"}

// CreateExecSession gives a ticket for a command, which begins when the ticket
// is redeemed. Without a command it is a shell.
func (r *Relay) CreateExecSession(ctx context.Context, name, project string, command *lxd.InstanceCommand) (*SessionPayload, error) {
	if len(command.Command) == 0 {
		command.Command = shell
	}
	if command.Interactive && command.Environment["TERM"] == "" {
		command.Environment = with(command.Environment, "TERM", "xterm-256color")
	}
	instance, err := r.LXD.CheckExec(ctx, auth.From(ctx), project, name, command)
	if err != nil {
		return nil, err
	}
	return r.session(ctx, &Ticket{Kind: KindExec, Project: instance.Project, Instance: instance.Name, Opens: command}, "exec")
}

func (r *Relay) session(ctx context.Context, ticket *Ticket, path string) (*SessionPayload, error) {
	ticket.Identity = auth.From(ctx)
	secret, expiresAt, err := r.tickets.Issue(ticket)
	if err != nil {
		return nil, err
	}
	address := socketAddress(ctx, instancePath(ticket.Instance, path), "project", ticket.Project, "ticket", secret)
	return &SessionPayload{Ticket: secret, URL: address, ExpiresAt: expiresAt.UTC()}, nil
}

// ServeExec runs the command of a ticket over a WebSocket. Binary frames are
// its input and its output; text frames are [control] towards us, and
//
//	{"event": "stream", "stream": "stderr"}            before output that is not of the same stream as before
//	{"event": "error", "code": "…", "message": "…"}    something could not be done
//	{"event": "exit", "exitCode": 0, "error": null}    the last one
//
// towards the caller. The close frame says "exit 0" too. A caller that closes
// the WebSocket kills the command.
func (r *Relay) ServeExec(w http.ResponseWriter, request *http.Request) {
	ticket, leave, err := r.redeem(request, KindExec)
	if err != nil {
		r.Refuse(w, request, err)
		return
	}
	defer leave()
	peer := r.accept(w, request, ticket.Identity)
	if peer == nil {
		return
	}
	command := ticket.Opens.(*lxd.InstanceCommand)
	peer.finish(r.run(peer.ctx, ticket.Identity, ticket.Project, ticket.Instance, command, peer.input, peer.controls, peer.output))
}

// redeem takes the ticket of a request. Who it is for may have lost the right
// to it meanwhile.
func (r *Relay) redeem(request *http.Request, kind Kind) (*Ticket, func(), error) {
	query := request.URL.Query()
	secret := query.Get("ticket")
	if secret == "" {
		secret = query.Get("token")
	}
	ticket, err := r.tickets.Redeem(secret, kind, project(request), named(request), auth.From(request.Context()))
	if err != nil {
		return nil, nil, err
	}
	if ticket.Identity, err = r.Recheck(request.Context(), ticket.Identity); err != nil {
		return nil, nil, err
	}
	ctx := auth.With(request.Context(), ticket.Identity)
	if err := r.Keep(ctx, "open:"+string(kind), ticket.Project, map[string]any{"name": ticket.Instance}, nil); err != nil {
		return nil, nil, err
	}
	leave, err := r.enter()
	return ticket, leave, err
}
