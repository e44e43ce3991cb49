package auth

// changed is called after each change of what callers may do.
func (s *Service) changed() {}
