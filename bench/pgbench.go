package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/keyaside/keyaside/internal/pgtest"
)

// pgbench is PostgreSQL's own load generator.
type pgbench struct{ path string }

// errNoPgbench means that the machine has none; the server packages from npm, for example, come without it.
var errNoPgbench = errors.New("pgbench is neither beside the PostgreSQL server's programs nor in PATH: install it " +
	"(Debian: apt-get install postgresql; Fedora: postgresql-contrib; Alpine: postgresql-contrib; Homebrew: postgresql)")

func findPgbench() (pgbench, error) {
	server, err := pgtest.Find(0)
	if err != nil {
		return pgbench{}, err
	}
	if beside := filepath.Join(server.Dir, "pgbench"); isFile(beside) {
		return pgbench{beside}, nil
	}
	path, err := exec.LookPath("pgbench")
	if err != nil {
		return pgbench{}, errNoPgbench
	}
	return pgbench{path}, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// drive is one run of pgbench: who connects where, and does what.
type drive struct {
	cell
	table   string
	port    int
	seconds int
	folder  string // receives the script
}

// outcome is what pgbench counted.
type outcome struct {
	tps          float64 // transactions a second, without the time to connect
	transactions int
}

// graceTime is what a run may take beyond its duration: to connect, and to end transactions that are under way.
const graceTime = 20 * time.Second

func (p pgbench) run(ctx context.Context, d drive) (outcome, error) {
	script := filepath.Join(d.folder, "script.sql")
	if err := os.WriteFile(script, []byte(d.load.text(d.table)), 0o600); err != nil {
		return outcome{}, fmt.Errorf("writing the script: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(d.seconds)*time.Second+graceTime)
	defer cancel()
	args := append(d.load.defines(d.protocol), "-n", "-M", d.protocol, "-c", strconv.Itoa(d.clients), "-j", strconv.Itoa(threads(d.clients)),
		"-T", strconv.Itoa(d.seconds), "-f", script, "-h", "127.0.0.1", "-p", strconv.Itoa(d.port), "-U", "postgres", database)
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "PGSSLMODE=disable")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return outcome{}, fmt.Errorf("pgbench: %w: %s", errors.Join(ctx.Err(), err), lastLine(stderr.String()))
	}
	return parseOutcome(out)
}

// threads is pgbench's -j: one for each processor and no more than clients.
func threads(clients int) int { return min(clients, runtime.NumCPU()) }

var (
	tpsLine    = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \((?:without initial connection time|excluding connections establishing)\)$`)
	countLine  = regexp.MustCompile(`(?m)^number of transactions actually processed: (\d+)$`)
	failedLine = regexp.MustCompile(`(?m)^number of failed transactions: (\d+) `)
)

// parseOutcome reads pgbench's summary. Transactions that failed would make a contender look fast: they are an error.
func parseOutcome(out []byte) (outcome, error) {
	if m := failedLine.FindSubmatch(out); m != nil && string(m[1]) != "0" {
		return outcome{}, fmt.Errorf("pgbench: %s transactions failed", m[1])
	}
	tps, count := tpsLine.FindSubmatch(out), countLine.FindSubmatch(out)
	if tps == nil || count == nil {
		return outcome{}, fmt.Errorf("pgbench: no result in its output, which ends: %s", lastLine(string(out)))
	}
	var o outcome
	var err1, err2 error
	o.tps, err1 = strconv.ParseFloat(string(tps[1]), 64)
	o.transactions, err2 = strconv.Atoi(string(count[1]))
	if err := errors.Join(err1, err2); err != nil {
		return outcome{}, fmt.Errorf("pgbench: %w", err)
	}
	if o.transactions == 0 {
		return outcome{}, errors.New("pgbench: no transaction ended in time; give -seconds more")
	}
	return o, nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
