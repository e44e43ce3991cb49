package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/lxdql/lxdql/server"
	"golang.org/x/term"
)

// database is where the accounts are, as for serve.
type database struct {
	URL string `name:"database" env:"DATABASE_URL" default:"sqlite:///./data/lxdql.db" help:"Where users are kept: sqlite:///./path."`
}

// accounts hands over the accounts and closes them.
func (d database) accounts(ctx context.Context, use func(*server.Accounts) error) error {
	accounts, err := server.OpenAccounts(ctx, d.URL)
	if err != nil {
		return err
	}
	return errors.Join(use(accounts), accounts.Close())
}

type tokenCommands struct {
	Create tokenCreate `cmd:"" help:"Make an API token and print it, once."`
	Import tokenImport `cmd:"" help:"Take over a token that was chosen elsewhere: it is asked for, or read from standard input."`
	List   tokenList   `cmd:"" help:"List all tokens, without their texts."`
	Revoke tokenRevoke `cmd:"" help:"Revoke a token: what is open with it ends within seconds."`
}

// tokenWish is what create and import ask.
type tokenWish struct {
	database    `embed:""`
	User        string        `required:"" help:"Whose token it is."`
	Description string        `help:"What it is for."`
	Role        string        `enum:",VIEWER,OPERATOR,ADMIN" default:"" help:"The highest role that it has: VIEWER, OPERATOR or ADMIN; empty: the user's."`
	Project     []string      `help:"The only project that it is for; may be given several times."`
	ReadOnly    bool          `help:"It changes nothing."`
	Expires     time.Duration `help:"How long it lives, such as 720h; empty: for good."`
}

func (w tokenWish) add(ctx context.Context, text string, tell func(id, text string)) error {
	return w.accounts(ctx, func(accounts *server.Accounts) error {
		id, text, err := accounts.AddToken(ctx, server.NewToken{
			Username: w.User, Description: w.Description, Role: w.Role, Projects: w.Project, ReadOnly: w.ReadOnly, Lifetime: w.Expires, Text: text,
		})
		if err == nil {
			tell(id, text)
		}
		return err
	})
}

type tokenCreate struct{ tokenWish }

// Run makes a token. Its text goes to standard output, all else to standard error.
func (c *tokenCreate) Run(ctx context.Context) error {
	return c.add(ctx, "", func(id, text string) {
		fmt.Fprintf(os.Stderr, "The token %s, which is not shown again:\n", id)
		fmt.Println(text)
	})
}

type tokenImport struct{ tokenWish }

// Run takes a token over.
func (c *tokenImport) Run(ctx context.Context) error {
	text, err := secret("Token: ")
	if err != nil {
		return err
	}
	return c.add(ctx, text, func(id, _ string) { fmt.Println(id) })
}

type tokenList struct{ database }

// Run lists.
func (c *tokenList) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *server.Accounts) error { return accounts.ListTokens(ctx, os.Stdout) })
}

type tokenRevoke struct {
	database
	ID string `arg:"" help:"The token's id, as list shows it."`
}

// Run revokes.
func (c *tokenRevoke) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *server.Accounts) error { return accounts.RevokeToken(ctx, c.ID) })
}

type userCommands struct {
	Passwd userPasswd `cmd:"" help:"Set the password of a user who has lost it: it is asked for, or read from standard input."`
}

type userPasswd struct {
	database
	Name string `arg:"" help:"The user's name."`
}

// Run sets a password.
func (c *userPasswd) Run(ctx context.Context) error {
	password, err := secret("New password: ")
	if err != nil {
		return err
	}
	return c.accounts(ctx, func(accounts *server.Accounts) error { return accounts.SetPassword(ctx, c.Name, password) })
}

type keyCommands struct {
	Rotate keyRotate `cmd:"" help:"Make a new key to sign tokens with; those of the one before still work, those of the one before that do not. Only where JWT_SECRET is not set."`
}

type keyRotate struct{ database }

// Run rotates.
func (c *keyRotate) Run(ctx context.Context) error {
	return c.accounts(ctx, func(accounts *server.Accounts) error { return accounts.RotateKey(ctx) })
}

// secret asks for a line without showing it; where nobody sits it is read. It
// is no argument, because everybody on the machine can read those.
func secret(prompt string) (string, error) {
	if input := int(os.Stdin.Fd()); term.IsTerminal(input) {
		fmt.Fprint(os.Stderr, prompt)
		line, err := term.ReadPassword(input)
		fmt.Fprintln(os.Stderr)
		return string(line), err
	}
	line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}
