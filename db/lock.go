package db

import (
	"crypto/sha256"
	"encoding/binary"
)

// lockNumber is what a lock is called by to PostgreSQL and to the kernel: 62 bits
// of its name.
func lockNumber(name string) int64 {
	digest := sha256.Sum256([]byte(name))
	return int64(binary.BigEndian.Uint64(digest[:8]) >> 2)
}
