package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// proxyProcess is a running `keyaside serve`.
type proxyProcess struct {
	port int
	log  string // path of what it wrote to standard error
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // of Wait; valid after done
}

// buildProgram compiles keyaside into dir as a release is built.
func buildProgram(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "keyaside")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "github.com/keyaside/keyaside/cmd/keyaside")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building keyaside: %w: %s", err, lastLine(string(out)))
	}
	return path, nil
}

// Bounds on the proxy's start, which includes a login to the token, and on its end.
const (
	proxyStart = 30 * time.Second
	proxyStop  = 20 * time.Second
)

// startProxy makes the master key and runs keyaside serve until stop. It returns when the proxy listens.
func startProxy(ctx context.Context, program, config, log string) (*proxyProcess, error) {
	create := exec.CommandContext(ctx, program, "master", "create", "--config", config)
	if out, err := create.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("keyaside master create: %w: %s", err, lastLine(string(out)))
	}
	file, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p := &proxyProcess{log: log, done: make(chan struct{}), cmd: exec.Command(program, "serve", "--config", config)}
	p.cmd.Stderr = file
	// A group of its own: Ctrl-C in a terminal reaches the harness alone, which then stops the proxy in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", program, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	if err := p.awaitPort(ctx); err != nil {
		_ = p.stop() // the error that kept it from listening tells more
		return nil, err
	}
	return p, nil
}

var listeningLine = regexp.MustCompile(`msg=listening address=127\.0\.0\.1:(\d+) `)

// awaitPort waits for the line in which the proxy says where it listens.
func (p *proxyProcess) awaitPort(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, proxyStart)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(p.log)
		if err != nil {
			return err
		}
		if m := listeningLine.FindSubmatch(text); m != nil {
			p.port, err = strconv.Atoi(string(m[1]))
			return err
		}
		select {
		case <-p.done:
			return fmt.Errorf("keyaside serve: %w: %s", p.err, p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("keyaside serve does not listen: %w: %s", ctx.Err(), p.lastWords())
		case <-tick.C:
		}
	}
}

// stop drains the proxy; one that does not end in time is killed, which is an error.
func (p *proxyProcess) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails only if it has ended
	select {
	case <-p.done:
		return p.err
	case <-time.After(proxyStop):
	}
	_ = p.cmd.Process.Kill()
	<-p.done
	return fmt.Errorf("keyaside serve did not end within %v of SIGTERM and was killed", proxyStop)
}

// explain adds the end of the proxy's log to an error of a run through it.
func (p *proxyProcess) explain(err error) error {
	return fmt.Errorf("%w\nthe proxy's log ends: %s", err, p.lastWords())
}

func (p *proxyProcess) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return lastLine(string(text))
}
