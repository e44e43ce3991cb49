// Package server puts the rooms together: configuration, routes, transports,
// limits, health, and the one place where errors are translated. It decides
// nothing about LXD.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
	"github.com/lxdql/lxdql/resolvers"
	"github.com/lxdql/lxdql/simplestreams"
	"github.com/lxdql/lxdql/trust"
	"github.com/lxdql/lxdql/work"
)

// drain is how long a stop waits for requests and operations in flight.
const drain = 10 * time.Second

// Run serves until ctx ends, then lets what is in flight end. Ready, which may
// be nil, is called with the address once it listens.
func Run(ctx context.Context, config *Config, log *slog.Logger, ready func(address string)) error {
	socket, stopSimulation, err := config.simulation(ctx, log)
	if err != nil {
		return err
	}
	defer stopSimulation()
	database, err := config.open(ctx)
	if err != nil {
		return err
	}
	defer database.Close()
	client, target, err := config.connect(ctx, socket, database, log)
	if err != nil {
		return err
	}
	defer client.Close()
	service, err := config.service(ctx, database)
	if err != nil {
		return err
	}
	keeper := trust.NewKeeper(client, database, target, decided(log))
	listener, err := net.Listen("tcp", config.address())
	if err != nil {
		return fmt.Errorf("%w: choose another address with APP_HOST and APP_PORT", err)
	}
	announce(ctx, client, listener.Addr(), log)
	if ready != nil {
		ready(listener.Addr().String())
	}
	return serve(ctx, listener, config, client, keeper, database, service, log)
}

// serve owns the goroutines of the server: the hub's, those of operations and
// those of requests. All of them have ended when it returns.
func serve(ctx context.Context, listener net.Listener, config *Config, client *lxd.Client, keeper *trust.Keeper, database *db.DB, service *auth.Service, log *slog.Logger) error {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	hub := lxd.NewHub(client)
	told, err := journal.Open(ctx, database, hub, journal.Options{Keep: time.Duration(config.JournalKeepDays) * 24 * time.Hour, MostEvents: config.JournalMaxEvents, Leads: leads(log)}, func(err error) {
		log.Error("the journal could not be written", "error", err)
	})
	if err != nil {
		return err
	}
	manager := work.New(running, client, hub, database, told, func(err error) { log.Error("what an earlier run left behind could not be ended", "error", err) })
	manager.Recover()
	var background sync.WaitGroup
	var inventory *mirror.Mirror
	if config.Mirror != "off" {
		inventory = mirror.New(client, hub)
		background.Go(func() { inventory.Run(running) })
	}
	background.Go(func() { manager.EndLost(running) })
	background.Go(func() { told.Run(running) })
	background.Go(func() {
		keeper.Watch(running, time.Duration(config.TrustCheckSeconds)*time.Second, trustChanged(log))
	})
	background.Go(func() { rolesFollow(running, hub, client, service, log) })
	background.Go(func() {
		service.Run(running, func(err error) { log.Error("who may still ask cannot be looked up", "error", err) })
	})
	defer background.Wait()
	defer manager.Wait()
	defer stop()
	resolver := &resolvers.Resolver{LXD: client, Mirror: inventory, Remotes: simplestreams.New(nil), Hub: hub, Trust: keeper, Work: manager, Journal: told, Auth: service, Health: checker(client, database, told), Endpoints: endpoints, Tell: tell(log)}
	resolver.Relay = execRelay(config, client, service, told, log)
	resolver.Streams = byteStreams(config, resolver, log)
	defer resolver.Relay.Wait()
	defer stop()
	registry, err := bindings(executable(resolver), resolver)
	if err != nil {
		return err
	}
	var quick *plan.Plan
	var kept *answers
	if config.Plan != "off" {
		quick = planned(registry, log)
		kept = keepAnswers(config.AnswerCacheMiB<<20, inventory, registry)
	}
	present := newAttendance()
	together := feeds(running, hub, log)
	defer together.Wait()
	defer stop()
	sockets := webSocket(running, config, resolver, service, present, together, log)
	defer sockets.Wait()
	defer stop()
	httpServer := &http.Server{
		Handler:           routes(config, resolver, quick, kept, sockets, service, present, together, log),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return running },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	background.Go(func() { failed <- httpServer.Serve(listener) })
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	stop() // subscriptions end and say why, so that Shutdown need not wait for them
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := httpServer.Shutdown(ending); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return httpServer.Close()
}

// leads says which of several servers on one database hears LXD.
func leads(log *slog.Logger) func(bool) {
	return func(leading bool) { log.Info("hearing LXD for all servers on the database", "leading", leading) }
}

// open opens the database, with this release's schema.
func (c *Config) open(ctx context.Context) (*db.DB, error) {
	database, err := db.Open(ctx, c.DatabaseURL)
	if err != nil {
		return nil, err
	}
	if err := database.Migrate(ctx); err != nil {
		database.Close()
		return nil, err
	}
	return database, nil
}

// service makes what knows the users, and the first administrator on a first start.
func (c *Config) service(ctx context.Context, database *db.DB) (*auth.Service, error) {
	secret, err := auth.Secret(ctx, database, c.JWTSecret)
	if err != nil {
		return nil, err
	}
	previous, err := auth.PreviousSecret(c.JWTPrevious)
	if err != nil {
		return nil, err
	}
	var kept func(context.Context) ([][]byte, error)
	if c.JWTSecret == "" {
		kept = func(ctx context.Context) ([][]byte, error) { return auth.KeptSecrets(ctx, database) }
	}
	service := auth.New(database, auth.Options{
		Secret: secret, PreviousSecret: previous, ReadSecrets: kept,
		AccessTTL:  time.Duration(c.AccessMinutes) * time.Minute,
		RefreshTTL: time.Duration(c.RefreshDays) * 24 * time.Hour,
	})
	if err := c.OIDC.letIn(service); err != nil {
		return nil, err
	}
	name, password, err := auth.Seed(ctx, service, c.AdminName, c.AdminPassword)
	if err == nil && password != "" {
		// Printed once and not logged: logs are kept and shipped.
		fmt.Fprintf(os.Stdout, "The first administrator is %q with the password\n\n  %s\n\nwhich is not shown again.\n", name, password)
	}
	if err == nil {
		err = auth.Bootstrap(ctx, service, c.AdminName, c.APIKey)
	}
	return service, err
}

// announce says what was found. An LXD that does not answer is no reason not
// to start: it may come.
func announce(ctx context.Context, client *lxd.Client, address net.Addr, log *slog.Logger) {
	log.Info("serving", "url", "http://"+address.String()+"/", "lxd", client.URL(), "version", Version)
	server, err := client.Server(ctx, lxd.System)
	if err != nil {
		log.Warn("LXD does not answer yet", "error", err)
		return
	}
	log.Info("LXD answers", "version", server.Version(), "simulated", server.Simulated())
	for _, note := range server.SecurityNotes(lxd.System) {
		log.Warn(note)
	}
}
