package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// Seed makes the first ADMIN when there is no user at all, and does nothing
// otherwise. An empty username is "admin". An empty password is replaced by a
// random one, which is returned so that the caller can show it once; it is
// kept nowhere else. created is "" when nothing was made.
func Seed(ctx context.Context, service *Service, username, password string) (created, generatedPassword string, err error) {
	exists, err := service.store.HasUsers(ctx)
	if err != nil {
		return "", "", fmt.Errorf("looking for users: %w", err)
	}
	if exists {
		return "", "", nil
	}
	if username == "" {
		username = "admin"
	}
	if password == "" {
		generatedPassword = rand.Text()
		password = generatedPassword
	}
	admin := RoleAdmin
	_, err = service.CreateUser(ctx, username, password, &admin)
	if errors.Is(err, ErrUserExists) {
		// Another process was started at the same time, and was first.
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("making the first user out of SEED_ADMIN_USERNAME and SEED_ADMIN_PASSWORD: %w", err)
	}
	return username, generatedPassword, nil
}
