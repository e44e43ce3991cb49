package auth

import (
	"context"
	"fmt"
)

// Bootstrap makes a token with the text of API_KEY work, for the user of that
// name, and those of earlier API_KEYs not. An empty text leaves none.
func Bootstrap(ctx context.Context, service *Service, username, text string) error {
	tokens, err := service.store.Tokens(ctx, 0)
	if err != nil {
		return fmt.Errorf("reading the tokens: %w", err)
	}
	there := false
	for _, token := range tokens {
		switch {
		case !token.FromEnvironment:
		case text != "" && token.Hash == hashToken(text):
			there = true
		default:
			if err := service.ForgetToken(ctx, token.ID); err != nil {
				return fmt.Errorf("forgetting an earlier API_KEY: %w", err)
			}
		}
	}
	if there || text == "" {
		return nil
	}
	if err := checkImported(text); err != nil {
		return fmt.Errorf("API_KEY cannot be used: %w", err)
	}
	user, err := service.store.UserByName(ctx, username)
	if err != nil {
		return fmt.Errorf("API_KEY is for the user %q of SEED_ADMIN_USERNAME: %w", username, err)
	}
	_, err = service.importToken(ctx, &ApiToken{UserID: user.ID, Description: "API_KEY of the environment", FromEnvironment: true}, text)
	return err
}
