package server

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db"
)

// Accounts are users and tokens for who sits at the server's command line, and
// may do everything; what changes them is in the audit trail. Servers that run on the same database notice within seconds.
type Accounts struct {
	database *db.DB
	service  *auth.Service
}

// OpenAccounts opens the database's accounts; Close them.
func OpenAccounts(ctx context.Context, databaseURL string) (*Accounts, error) {
	database, err := db.Open(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	if err := database.Migrate(ctx); err != nil {
		database.Close()
		return nil, err
	}
	return &Accounts{database: database, service: auth.New(database, auth.Options{})}, nil
}

// Close closes the database.
func (a *Accounts) Close() error { return a.database.Close() }

// NewToken is a token to make or to take over.
type NewToken struct {
	// Username is whose token it is.
	Username    string
	Description string
	// Role is the highest role that it has; "" is the user's.
	Role     string
	Projects []string
	ReadOnly bool
	// Lifetime is how long it lives; 0 is for good.
	Lifetime time.Duration
	// Text is one that was chosen elsewhere; "" makes one.
	Text string
}

// audit keeps what is done in the audit trail.
func (a *Accounts) audit(ctx context.Context, action string, arguments map[string]any, do func() error) error {
	begun := time.Now()
	return auditCommand(ctx, a.database, begun, action, arguments, do())
}

// AddToken makes a token and returns its id and its text.
func (a *Accounts) AddToken(ctx context.Context, wish NewToken) (id, text string, err error) {
	action := "createApiToken"
	if wish.Text != "" {
		action = "importApiToken"
	}
	err = a.audit(ctx, action, map[string]any{
		"username": wish.Username, "description": wish.Description, "role": wish.Role, "projects": wish.Projects, "readOnly": wish.ReadOnly,
	}, func() error {
		id, text, err = a.addToken(ctx, wish)
		return err
	})
	return id, text, err
}

func (a *Accounts) addToken(ctx context.Context, wish NewToken) (id, text string, err error) {
	user, err := a.database.UserByName(ctx, wish.Username)
	if err != nil {
		return "", "", fmt.Errorf("the user %q: %w", wish.Username, err)
	}
	input := auth.CreateApiTokenInput{Description: wish.Description, Projects: wish.Projects, ReadOnly: &wish.ReadOnly}
	if wish.Role != "" {
		role := auth.Role(wish.Role)
		input.Role = &role
	}
	if wish.Lifetime != 0 {
		end := time.Now().UTC().Add(wish.Lifetime)
		input.ExpiresAt = &end
	}
	token, text, err := a.service.TokenFor(ctx, user.ID, input, wish.Text)
	if err != nil {
		return "", "", err
	}
	return token.ID, text, nil
}

// ListTokens writes a line for each token.
func (a *Accounts) ListTokens(ctx context.Context, to io.Writer) error {
	tokens, err := a.database.Tokens(ctx, 0)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tUSER\tROLE\tPROJECTS\tREAD-ONLY\tEXPIRES\tLAST USED\tDESCRIPTION")
	for _, token := range tokens {
		role, projects := "the user's", "all"
		if token.Role != nil {
			role = string(*token.Role)
		}
		if token.Projects != nil {
			projects = fmt.Sprint(token.Projects)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%v\t%s\t%s\t%s\n", token.ID, token.User.Username, role, projects, token.ReadOnly,
			moment(token.ExpiresAt), moment(token.LastUsedAt), token.Description)
	}
	return table.Flush()
}

func moment(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return at.Format(time.RFC3339)
}

// RevokeToken revokes a token.
func (a *Accounts) RevokeToken(ctx context.Context, id string) error {
	return a.audit(ctx, "revokeApiToken", map[string]any{"id": id}, func() error {
		if err := a.service.ForgetToken(ctx, id); err != nil {
			return fmt.Errorf("the token %q: %w", id, err)
		}
		return nil
	})
}

// SetPassword gives a user a new password and ends the user's sessions.
func (a *Accounts) SetPassword(ctx context.Context, username, password string) error {
	return a.audit(ctx, "setPassword", map[string]any{"username": username}, func() error {
		_, err := a.service.ReplacePassword(ctx, username, password, "")
		return err
	})
}

// RotateKey makes a new key to sign tokens with, where it is kept in the
// database. Tokens of the one before still work.
func (a *Accounts) RotateKey(ctx context.Context) error {
	return a.audit(ctx, "rotateKey", nil, func() error { return auth.RotateSecret(ctx, a.database) })
}
