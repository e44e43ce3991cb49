package lxd

// What belongs to the server is read by whoever may see it at all.

func (s *Server) versioned() (project, address string)        { return "", s.address() }
func (c *Certificate) versioned() (project, address string)   { return "", c.address() }
func (m *ClusterMember) versioned() (project, address string) { return "", m.address() }
func (g *ClusterGroup) versioned() (project, address string)  { return "", g.address() }
func (i *Identity) versioned() (project, address string)      { return "", i.address() }
func (g *AuthGroup) versioned() (project, address string)     { return "", g.address() }

func (g *IdentityProviderGroup) versioned() (project, address string) { return "", g.address() }
func (g *PlacementGroup) versioned() (project, address string)        { return g.Project, g.address() }
