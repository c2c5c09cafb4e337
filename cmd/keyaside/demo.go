package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// demoRows is the default size of the demo's data set, in rows.
const demoRows = 3000

func newDemoCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the proxy at work on throwaway servers",
		Long: "Start a throwaway PostgreSQL server, a SoftHSM token with a master key, a key store and the proxy on free loopback\n" +
			"ports; load customers of three tenants through the proxy; show what the application sees and what the database\n" +
			"holds; then wait, so that it can be tried by hand. Everything is removed at the end.",
		Args: cobra.NoArgs,
		RunE: runs(runDemo),
	}
	cmd.Flags().Bool("once", false, "end after the show instead of waiting for Ctrl-C")
	cmd.Flags().Int("rows", demoRows, "how many customers to load")
	return cmd
}

func runDemo(cmd *cobra.Command, _ []string) error {
	rows, err := cmd.Flags().GetInt("rows")
	if err != nil {
		return err
	}
	if rows < demoMinRows || rows > demoMaxRows {
		return usageErrorf("--rows is %d; give a number from %d to %d", rows, demoMinRows, demoMaxRows)
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // a closed pipe on standard output (| head) must not keep the demo from cleaning up
	return demo(ctx, newScreen(cmd.OutOrStdout()), rows, boolFlag(cmd, "once"))
}

// demo sets everything up, shows it, and removes everything, whatever happens in between. That somebody ended it is no
// error, wherever it was then.
func demo(ctx context.Context, s *screen, rows int, once bool) error {
	st := &stage{rows: rows}
	err := st.play(ctx, s, once)
	if ctx.Err() != nil {
		err = nil
	}
	err = errors.Join(err, st.Close())
	if err == nil {
		s.say("")
		s.say("Removed all of it.")
	}
	return err
}

// play runs the acts in order, and then waits unless it is to end by itself.
func (st *stage) play(ctx context.Context, s *screen, once bool) error {
	acts := []func(context.Context, *screen) error{st.setUp, st.load, st.compare, st.search, st.tamper, st.rotate, st.invite}
	for _, act := range acts {
		if err := act(ctx, s); err != nil {
			return st.explain(err)
		}
	}
	if !once {
		s.say("Press Ctrl-C to end; all of it is removed then.")
		<-ctx.Done()
	}
	return nil
}
