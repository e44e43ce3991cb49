package auth

// Occupy takes every slot for hashing, so that nobody else can hash until
// release is called.
func (s *Service) Occupy() (release func()) {
	for range cap(s.passwords.slots) {
		s.passwords.slots <- struct{}{}
	}
	return func() {
		for range cap(s.passwords.slots) {
			s.passwords.leave()
		}
	}
}

// Compared calls tell with the hash of each comparison of a password.
func (s *Service) Compared(tell func(hash string)) {
	compare := s.passwords.compare
	s.passwords.compare = func(password, hash string) (bool, error) {
		tell(hash)
		return compare(password, hash)
	}
}

// Nobody is the hash of those who have no password.
func (s *Service) Nobody() string { return s.passwords.nobody }
