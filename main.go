// lxdql is one GraphQL endpoint over LXD.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/joho/godotenv"
	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/server"
)

// commands are what the program can do.
type commands struct {
	Serve   serveCommand              `cmd:"" default:"withargs" help:"Serve GraphQL over LXD."`
	Migrate migrateCommand            `cmd:"" help:"Bring the database to this release's schema, and end."`
	Trust   server.TrustCommand       `cmd:"" help:"Make lxdql and an LXD over HTTPS trust each other."`
	Cert    server.CertificateCommand `cmd:"" help:"Make lxdql's client certificate where there is none, and show it."`
	Token   tokenCommands             `cmd:"" help:"API tokens, on the command line of the server."`
	Key     keyCommands               `cmd:"" help:"The key that signs tokens."`
	User    userCommands              `cmd:"" help:"Users, on the command line of the server."`
	Version versionCommand            `cmd:"" help:"Print the version."`
}

type serveCommand struct{ server.Config }

// Run serves until it is told to stop.
func (c *serveCommand) Run(ctx context.Context) error {
	log := c.Logger()
	server.BoundMemory(log)
	return server.Run(ctx, &c.Config, log, nil)
}

type migrateCommand struct {
	DatabaseURL string `name:"database" env:"DATABASE_URL" default:"sqlite:///./data/lxdql.db" help:"Where users are kept: sqlite:///./path."`
}

// Run migrates.
func (c *migrateCommand) Run(ctx context.Context) error {
	database, err := db.Open(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer database.Close()
	return database.Migrate(ctx)
}

type versionCommand struct{}

// Run prints.
func (versionCommand) Run() error {
	fmt.Println("lxdql", server.Version)
	return nil
}

func main() {
	// What the environment says wins: Load never replaces a variable that is set.
	if err := loadEnv(".env"); err != nil && !os.IsNotExist(err) {
		fmt.Fprintln(os.Stderr, "lxdql: the file .env cannot be read:", err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	line := kong.Parse(&commands{},
		kong.Name("lxdql"), kong.Description("One GraphQL endpoint over LXD."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(os.Stdout, (*io.Writer)(nil)))
	if err := line.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "lxdql:", err)
		os.Exit(1)
	}
}

// loadEnv sets the variables of a file that are not set. Its error says where the
// file is wrong, and nothing of what stands there, as the parser's own would: the
// file holds secrets.
func loadEnv(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := godotenv.Load(file); err == nil {
		return nil
	}
	lines := strings.Split(string(text), "\n")
	good := len(lines) - 1
	for ; good > 0; good-- {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:good], "\n") + "\n"); err == nil {
			break
		}
	}
	return fmt.Errorf("line %d is not like NAME=value, or its quotes do not end", good+1)
}
