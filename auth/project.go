package auth

import (
	"context"
	"errors"
	"time"
)

// Roles hold in projects by their names. So that a new project of an old name is
// nobody's, they go with the project, and follow it when it gets another name.

// lateness is how long after a project was made by us the end of an earlier one
// of its name may still be told, here or to another process on the database:
// LXD's events come beside its answers.
const lateness = 10 * time.Second

// ProjectMade is to be called before a project gets a name that is free: what
// roles there still are in an earlier one are taken away.
func (s *Service) ProjectMade(ctx context.Context, name string) error {
	if err := s.store.AddMade(ctx, name); err != nil {
		return err
	}
	return s.moveProject(ctx, name, "")
}

// ProjectDeleted takes all roles in a project away. Tokens for single projects
// lose it, and end with the last of theirs. Where there is another project of the
// name by now that was made here a moment ago, it was done before that.
func (s *Service) ProjectDeleted(ctx context.Context, name string, another bool) error {
	if isNew, err := s.isNew(ctx, name, another); err != nil || isNew {
		return err
	}
	return s.moveProject(ctx, name, "")
}

// ProjectRenamed gives the roles in a project to its new name. It may be told
// several times, and late: where there is another project of the old name that
// was made here a moment ago, the roles there are that one's.
func (s *Service) ProjectRenamed(ctx context.Context, name, newName string, another bool) error {
	if newName == "" {
		return errors.New("a project has no new name")
	}
	if isNew, err := s.isNew(ctx, name, another); err != nil || isNew {
		return err
	}
	return s.moveProject(ctx, name, newName)
}

// isNew reports whether the project that there is of a name was made by us, in
// whichever process, a moment ago.
func (s *Service) isNew(ctx context.Context, name string, there bool) (bool, error) {
	if !there {
		return false, nil
	}
	return s.store.Made(ctx, name, lateness)
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
