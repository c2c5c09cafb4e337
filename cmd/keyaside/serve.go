package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgproxy"
)

func newServeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the proxy in the foreground",
		Long: "Run the proxy in the foreground and log to standard error. SIGTERM or SIGINT drains: no new connections, sessions end\n" +
			"with their transactions, at the latest after postgres.limits.drain_timeout. A second signal stops at once.",
		Args: cobra.NoArgs,
		RunE: runs(func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(cmd)
			if err != nil {
				return err
			}
			if err := cfg.CheckFiles(); err != nil {
				return err
			}
			return serve(cmd.Context(), cfg, newLogger(cmd.ErrOrStderr(), cfg.Log))
		}),
	}
	addConfigFlag(cmd)
	return cmd
}

// serve runs until a signal has drained the proxy. It listens before it opens the master key, so that a port that is
// taken costs no login.
func serve(ctx context.Context, cfg *configs.Config, log *slog.Logger) (err error) {
	relaxCollector()
	stopping, stop := signal.NotifyContext(ctx, stopSignals...)
	defer stop()
	ln, err := net.Listen("tcp", cfg.Postgres.Listen)
	if err != nil {
		return listenError(cfg.Postgres.Listen, err)
	}
	defer ln.Close()
	a, err := assemble(stopping, cfg, log)
	if stopping.Err() != nil && a == nil {
		log.Info("stopped while starting", "cause", context.Cause(stopping))
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	failed := make(chan error, 1)
	go func() { failed <- a.Server.Serve(ln) }()
	log.Info("listening", "address", ln.Addr().String(), "upstream", cfg.Postgres.Upstream, "version", version)
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-stopping.Done():
		return drain(ctx, a.Server, context.Cause(stopping), cfg.Postgres.Limits.DrainTimeout.Std(), log)
	}
}

// relaxCollector lets garbage grow to four times the live heap, unless GOGC says otherwise: what a proxy keeps is a few
// megabytes, of which the collector would else make a round every few thousand statements.
func relaxCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

var stopSignals = []os.Signal{syscall.SIGTERM, syscall.SIGINT}

// drain lets sessions end with their transactions until the time is over or a second signal comes. Sessions that are cut
// off then are the operator's wish and not a failure.
func drain(ctx context.Context, server *pgproxy.Server, cause error, limit time.Duration, log *slog.Logger) error {
	ctx, stop := signal.NotifyContext(ctx, stopSignals...)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	log.Info("draining", "cause", cause, "sessions", server.Sessions(), "timeout", limit.String())
	switch err := server.Shutdown(ctx); {
	case err == nil:
		log.Info("stopped")
	case ctx.Err() != nil:
		log.Warn("stopped, cutting sessions off", "cause", context.Cause(ctx))
	default:
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

func listenError(address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("postgres.listen: %s is in use by another process; stop it, or configure another port", address)
	}
	return fmt.Errorf("postgres.listen: %w; configure an address of this machine", err)
}
