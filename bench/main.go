// Command bench compares the throughput of Keyaside with that of the database behind it.
//
// It starts a throwaway PostgreSQL server, `keyaside serve` as a process of its own with a throwaway master key, and a
// byte copier, and drives them with pgbench. Four contenders run the same loads: direct (pgbench at the server), copier
// (through a relay that looks at nothing), relayed (through Keyaside, on a table without protected columns) and protected
// (through Keyaside, on the twin of that table whose columns are protected). They take turns within each round, and every
// ratio is the median over rounds of two neighbours in time, so a machine that others use as well shifts all of them
// rather than one. Client, proxy and server share the machine, so a ratio also counts the processor time that a proxy
// takes away from the other two.
//
//	go run ./bench                    all loads, 5 rounds of 3 seconds: about half an hour
//	go run ./bench -quick             each load once, for a second
//	go run ./bench -write             also writes bench/RESULTS.md
//	go run ./bench -load point-select -clients 8 -protocol prepared
//
// It measures throughput, not tail latency, and durability is off in the server, so that inserts show the cost of the
// proxy rather than that of the disk.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what args ask for, prints the report to stdout and the progress to stderr. It removes all that it started
// and made before it returns, also when ctx ends early.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	driver, err := findPgbench()
	if err != nil {
		return err
	}
	st := &stage{rows: o.rows, program: o.program}
	defer func() { err = errors.Join(err, st.close()) }()
	if err := st.setUp(ctx); err != nil {
		return err
	}
	loads := loadsFor(o.rows)
	m := &measurement{stage: st, driver: driver, clock: o.plan, progress: stderr}
	r := report{begun: time.Now(), command: strings.Join(append([]string{"go run ./bench"}, args...), " "), loads: loads, plan: o.plan}
	if r.machine, err = describeMachine(ctx, st); err != nil {
		return err
	}
	if r.results, err = m.take(ctx, o.cells(loads)); err != nil {
		return err
	}
	r.took = time.Since(r.begun)
	r.loadAfter = loadAverage()
	text := r.markdown()
	if _, err := io.WriteString(stdout, text); err != nil {
		return err
	}
	if o.output != "" {
		return os.WriteFile(o.output, []byte(text), 0o644)
	}
	return nil
}
