package lxdsim

import (
	"fmt"

	"github.com/google/uuid"
)

// The functions here draw from the seeded source: the lock must be held.

func (s *Server) randomHex(digits int) string {
	text := make([]byte, digits)
	for i := range text {
		text[i] = "0123456789abcdef"[s.random.Intn(16)]
	}
	return string(text)
}

func (s *Server) randomUUID() string {
	id, err := uuid.NewRandomFromReader(s.random)
	if err != nil {
		panic(err) // The source never fails.
	}
	return id.String()
}

func (s *Server) randomHardwareAddress() string {
	n := s.random.Intn(1 << 24)
	return fmt.Sprintf("00:16:3e:%02x:%02x:%02x", n>>16, n>>8&0xff, n&0xff)
}
