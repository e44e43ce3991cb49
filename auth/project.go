package auth

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Roles hold in projects by their names. So that a new project of an old name is
// nobody's, they go with the project, and follow it when it gets another name.

// lateness is how long after a project was made here the end of an earlier one
// of its name may still be told: LXD's events come beside its answers.
const lateness = 10 * time.Second

// madeProjects remembers which projects were made a moment ago. The zero value is ready.
type madeProjects struct {
	mutex sync.Mutex
	at    map[string]time.Time
}

func (m *madeProjects) add(name string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.at == nil {
		m.at = map[string]time.Time{}
	}
	for other, at := range m.at {
		if time.Since(at) > lateness {
			delete(m.at, other)
		}
	}
	m.at[name] = time.Now()
}

func (m *madeProjects) lately(name string) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	at, ok := m.at[name]
	return ok && time.Since(at) <= lateness
}

// ProjectMade is to be called before a project gets a name that is free: what
// roles there still are in an earlier one are taken away.
func (s *Service) ProjectMade(ctx context.Context, name string) error {
	s.made.add(name)
	return s.moveProject(ctx, name, "")
}

// ProjectDeleted takes all roles in a project away. Tokens for single projects
// lose it, and end with the last of theirs. Where there is another project of the
// name by now that was made here a moment ago, it was done before that.
func (s *Service) ProjectDeleted(ctx context.Context, name string, another bool) error {
	if another && s.made.lately(name) {
		return nil
	}
	return s.moveProject(ctx, name, "")
}

// ProjectRenamed gives the roles in a project to its new name. It may be told
// several times.
func (s *Service) ProjectRenamed(ctx context.Context, name, newName string) error {
	if newName == "" {
		return errors.New("a project has no new name")
	}
	return s.moveProject(ctx, name, newName)
}

// KeepProjects takes the roles away in projects that are not among those that
// there are.
func (s *Service) KeepProjects(ctx context.Context, there map[string]bool) error {
	named, err := s.store.GrantedProjects(ctx)
	for _, name := range named {
		if !there[name] {
			err = errors.Join(err, s.moveProject(ctx, name, ""))
		}
	}
	return err
}

func (s *Service) moveProject(ctx context.Context, name, newName string) error {
	changed, err := s.store.MoveProject(ctx, name, newName)
	if changed {
		s.changed()
	}
	return err
}
