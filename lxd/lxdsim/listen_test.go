package lxdsim

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestServeOnASocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newServer(t, Options{})
	if _, err := s.Serve(t.Context(), path); err == nil {
		t.Fatal("a file that is no socket was replaced")
	}
	os.Remove(path)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	listening, err := s.Serve(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Serve(ctx, path); err == nil {
		t.Fatal("a socket in use was taken away")
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport}
	answered, err := client.Get("http://lxd/1.0")
	if err != nil {
		t.Fatal(err)
	}
	answered.Body.Close()
	if answered.StatusCode != http.StatusOK {
		t.Fatalf("answered %s", answered.Status)
	}
	if err := listening.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("the socket was left behind")
	}
	listening.Close()
}
