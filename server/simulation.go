package server

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// simulation starts a simulated LXD where the configuration asks for one, on a
// socket of its own, and returns the socket that the client is to use. The
// returned function ends it.
func (c *Config) simulation(ctx context.Context, log *slog.Logger) (socket string, stop func(), err error) {
	if c.LXDMode != "simulated" {
		return c.LXDSocket, func() {}, nil
	}
	directory, err := os.MkdirTemp("", "lxdql-sim-")
	if err != nil {
		return "", nil, err
	}
	simulated := lxdsim.New(lxdsim.Options{
		Instances: c.SimulatedCount, Pools: 2, Networks: 2, Projects: 3,
		OperationDelay: time.Second, EventJitter: 5 * time.Millisecond, Seed: 1,
	})
	socket = filepath.Join(directory, "unix.socket")
	listening, err := simulated.Serve(ctx, socket)
	if err != nil {
		os.RemoveAll(directory)
		return "", nil, err
	}
	log.Warn("this is a simulated LXD: nothing that it shows exists, and nothing that is done to it happens")
	return socket, func() {
		listening.Close()
		simulated.Close()
		os.RemoveAll(directory)
	}, nil
}
