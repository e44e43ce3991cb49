// Package pgtest gives tests a PostgreSQL of their own: Debian's, in a directory
// that goes with the test binary, on a free port of 127.0.0.1.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const password = "hunter2"

// server is the one PostgreSQL of a test binary.
type server struct {
	directory string
	port      int
	stdin     io.Closer
	command   *exec.Cmd
	databases int
}

var (
	mutex sync.Mutex
	one   *server
)

// URL is the DATABASE_URL of a new, empty database. Where PostgreSQL is not
// installed the test is skipped, unless TEST_POSTGRES_REQUIRED is set. Stop has to
// be called when all tests have ended.
func URL(t testing.TB) string {
	t.Helper()
	mutex.Lock()
	defer mutex.Unlock()
	if one == nil {
		programs, err := find()
		if err != nil {
			if os.Getenv("TEST_POSTGRES_REQUIRED") != "" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
		if one, err = start(programs); err != nil {
			t.Fatal(err)
		}
	}
	one.databases++
	name := fmt.Sprintf("t%d", one.databases)
	if err := one.run(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return one.url(name)
}

// Ask reads the one value that a question to the database of a URL is answered
// with, as text; "" for none.
func Ask(t testing.TB, url, question string) string {
	t.Helper()
	connection, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(context.Background())
	var text string
	if err := connection.QueryRow(context.Background(), question).Scan(&text); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatalf("%s: %v", question, err)
	}
	return text
}

// Stop ends the server, if there is one, and removes its data.
func Stop() {
	mutex.Lock()
	defer mutex.Unlock()
	if one == nil {
		return
	}
	one.stdin.Close()
	one.command.Wait()
	os.RemoveAll(one.directory)
	one = nil
}

func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("no PostgreSQL: apt-get install postgresql")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func start(programs string) (*server, error) {
	directory, err := os.MkdirTemp("", "lxdql-pg-")
	if err != nil {
		return nil, err
	}
	started := &server{directory: directory}
	as, err := started.owner()
	if err != nil {
		return nil, err
	}
	secret := filepath.Join(directory, "password")
	if err := os.WriteFile(secret, []byte(password), 0o644); err != nil {
		return nil, err
	}
	data := filepath.Join(directory, "data")
	create := exec.Command(filepath.Join(programs, "initdb"), "-D", data, "-U", "lxdql", "--auth=scram-sha-256", "--pwfile="+secret, "-E", "UTF8", "--no-locale", "--no-sync")
	create.Dir, create.SysProcAttr = directory, &syscall.SysProcAttr{Credential: as}
	if out, err := create.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	if started.port, err = freePort(); err != nil {
		return nil, err
	}
	// The shell ends it when its own input ends, which it also does when the test
	// binary is killed.
	started.command = exec.Command("sh", "-c", `"$@" & pid=$!; read -r _; kill -INT $pid; wait $pid`, "sh", filepath.Join(programs, "postgres"),
		"-D", data, "-k", directory, "-p", strconv.Itoa(started.port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200")
	started.command.Dir, started.command.SysProcAttr = directory, &syscall.SysProcAttr{Credential: as, Setpgid: true}
	log, err := os.Create(filepath.Join(directory, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	started.command.Stdout, started.command.Stderr = log, log
	if started.stdin, err = started.command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := started.command.Start(); err != nil {
		return nil, err
	}
	return started, started.answers()
}

// owner is whom it runs as: PostgreSQL refuses root.
func (s *server) owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(s.directory, uid, gid)
}

func (s *server) answers() error {
	var err error
	for range 300 {
		if err = s.run(context.Background(), "SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(s.directory, "log"))
	return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, log)
}

func (s *server) url(database string) string {
	return fmt.Sprintf("postgres://lxdql:%s@127.0.0.1:%d/%s?sslmode=disable", password, s.port, database)
}

func (s *server) run(ctx context.Context, statement string) error {
	return run(ctx, s.url("postgres"), statement)
}

func run(ctx context.Context, url, statement string) error {
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	if _, err := connection.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", strings.TrimSpace(statement), err)
	}
	return nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
