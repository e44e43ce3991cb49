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
