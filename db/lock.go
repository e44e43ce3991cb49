package db

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/uptrace/bun"
	"golang.org/x/sys/unix"
)

// lockNumber is what a lock is called by to PostgreSQL and to the kernel: 62 bits
// of its name.
func lockNumber(name string) int64 {
	digest := sha256.Sum256([]byte(name))
	return int64(binary.BigEndian.Uint64(digest[:8]) >> 2)
}

// session is a connection of its own, with the locks that PostgreSQL lets go of
// when it ends, however that comes.
type session struct{ bun.Conn }

// session opens one.
func (db *DB) session(ctx context.Context) (*session, error) {
	connection, err := db.bun.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{connection}, nil
}

// impatient opens one that PostgreSQL ends when nothing is said for some seconds:
// of a process that stands still it lets go too.
func (db *DB) impatient(ctx context.Context) (*session, error) {
	opened, err := db.session(ctx)
	if err != nil {
		return nil, err
	}
	var version int
	if err := opened.NewRaw("SELECT current_setting('server_version_num')::int").Scan(ctx, &version); err != nil {
		opened.close()
		return nil, err
	}
	// In the middle of a transaction it has another patience.
	_, err = opened.ExecContext(ctx, "SET idle_in_transaction_session_timeout = '6s'")
	if err == nil && version >= 140000 {
		_, err = opened.ExecContext(ctx, "SET idle_session_timeout = '6s'")
	}
	if err != nil {
		opened.close()
		return nil, err
	}
	return opened, nil
}

// try takes a lock, if nobody else has it.
func (s *session) try(ctx context.Context, number int64) (taken bool, err error) {
	err = s.NewRaw("SELECT pg_try_advisory_lock(?)", number).Scan(ctx, &taken)
	return taken, err
}

// close lets go of all, and ends the connection instead of giving it back to the pool.
func (s *session) close() {
	ctx, cancel := brief(context.Background())
	defer cancel()
	_, _ = s.ExecContext(ctx, "SELECT pg_advisory_unlock_all()") // one that is lost has none
	_ = s.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.Close()
}

// candidate is the session of a process that asks for the lead again and again.
type candidate struct {
	mutex  sync.Mutex
	kept   *session
	closed bool
}

func (c *candidate) take(ctx context.Context, open func(context.Context) (*session, error)) (*session, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if kept := c.kept; kept != nil {
		c.kept = nil
		return kept, nil
	}
	return open(ctx)
}

func (c *candidate) keep(one *session) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.closed {
		one.close()
		return
	}
	c.kept = one
}

func (c *candidate) close() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closed = true
	if c.kept != nil {
		c.kept.close()
		c.kept = nil
	}
}

// wait waits a moment, unless ctx ends.
func wait(ctx context.Context, length time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(length):
		return nil
	}
}

// fileLocks are locks in a file beside SQLite's, which the kernel lets go of when
// the process ends. Each is one byte of it.
type fileLocks struct{ file *os.File }

func openFileLocks(path string) (*fileLocks, error) {
	file, err := os.OpenFile(path+"-lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the locks of the database: %w", err)
	}
	return &fileLocks{file}, nil
}

// try takes a lock, if no other process has it.
func (l *fileLocks) try(number int64) (bool, error) {
	err := unix.FcntlFlock(l.file.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK, Start: number, Len: 1})
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return false, nil
	}
	return err == nil, err
}

func (l *fileLocks) release(number int64) error {
	return unix.FcntlFlock(l.file.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_UNLCK, Start: number, Len: 1})
}

// held reports whether another process has a lock.
func (l *fileLocks) held(number int64) (bool, error) {
	asked := &unix.Flock_t{Type: unix.F_WRLCK, Start: number, Len: 1}
	err := unix.FcntlFlock(l.file.Fd(), unix.F_OFD_GETLK, asked)
	return asked.Type != unix.F_UNLCK, err
}

func (l *fileLocks) close() { _ = l.file.Close() }

// brief bounds what is said to the database when nobody waits any more.
func brief(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
}
