package lxdsim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Serve listens on a unix socket at socketPath until ctx ends or the returned
// closer is closed; closing removes the socket and is safe to repeat. A socket
// left over by a process that has ended is replaced. Event streams end with
// Server.Close, not with the listener.
func (s *Server) Serve(ctx context.Context, socketPath string) (io.Closer, error) {
	if err := removeStale(socketPath); err != nil {
		return nil, err
	}
	socket, err := new(net.ListenConfig).Listen(ctx, "unix", socketPath)
	if err != nil {
		return nil, fmt.Errorf("listen for the simulated LXD: %w", err)
	}
	closer := &socketCloser{server: &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}}
	closer.goroutines.Add(1)
	go func() {
		defer closer.goroutines.Done()
		// It always ends with an error: that it was closed.
		_ = closer.server.Serve(socket)
	}()
	closer.stopWatching = context.AfterFunc(ctx, func() { _ = closer.server.Close() })
	return closer, nil
}

// removeStale frees a path whose socket nobody answers any more.
func removeStale(socketPath string) error {
	info, err := os.Lstat(socketPath)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the socket path: %w", err)
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return fmt.Errorf("%s exists and is not a socket", socketPath)
	}
	if connection, err := net.Dial("unix", socketPath); err == nil {
		connection.Close()
		return fmt.Errorf("%s is in use", socketPath)
	}
	return os.Remove(socketPath)
}

type socketCloser struct {
	server       *http.Server
	stopWatching func() bool
	goroutines   sync.WaitGroup
}

// Close ends the listener and its connections.
func (c *socketCloser) Close() error {
	c.stopWatching()
	err := c.server.Close()
	c.goroutines.Wait()
	return err
}
