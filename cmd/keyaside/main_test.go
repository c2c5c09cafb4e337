package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/bbolt"

	"github.com/keyaside/keyaside/hsm/filekey"
	"github.com/keyaside/keyaside/hsm/softhsm"
	"github.com/keyaside/keyaside/internal/pgtest"
)

// TestMain lets scripts run this test binary as keyaside, and stops the database server that they share.
func TestMain(m *testing.M) {
	testscript.Main(withServer{m}, map[string]func(){"keyaside": main})
}

type withServer struct{ m *testing.M }

func (w withServer) Run() int { return pgtest.Main(w.m) }

const testPassphrase = "correct horse battery staple"

// TestScripts runs every script in testdata. Each has a folder of its own with a master key file whose scrypt is cheap,
// and the variables of env below.
func TestScripts(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "master.age")
	if _, err := filekey.Create(keyFile, []byte(testPassphrase), 4); err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PASSPHRASE", testPassphrase)
			env.Setenv("KEYASIDE_CONFIG", "")
			return os.WriteFile(filepath.Join(env.WorkDir, "master.age"), sealed, 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":    exits,
			"freeport": freePort,
			"dial":     dial,
			"lock":     lock,
			"softhsm":  softHSM,
			"postgres": postgres,
			"sql":      sql,
			"append":   appendLine,
		},
	})
}

// exits CODE COMMAND...: runs the command and demands the exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// freeport NAME: sets a variable to a loopback address that nobody listens at.
func freePort(ts *testscript.TestScript, _ bool, args []string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], ln.Addr().String())
	ts.Check(ln.Close())
}

// dial ADDRESS: waits until somebody listens there; ! dial: until nobody does.
func dial(ts *testscript.TestScript, neg bool, args []string) {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", args[0])
		if err == nil {
			conn.Close()
		}
		if (err != nil) == neg {
			return
		}
	}
	ts.Fatalf("%s: waited in vain", args[0])
}

// lock FILE: holds the key store as another process would, until the end of the script.
func lock(ts *testscript.TestScript, _ bool, args []string) {
	db, err := bbolt.Open(ts.MkAbs(args[0]), 0o600, &bbolt.Options{Timeout: time.Second})
	ts.Check(err)
	ts.Defer(func() { _ = db.Close() })
}

// softhsm: makes a token and tells of it in MODULE, TOKEN and the file pin.
func softHSM(ts *testscript.TestScript, _ bool, _ []string) {
	dir := ts.MkAbs("softhsm")
	ts.Check(os.Mkdir(dir, 0o700))
	token, err := softhsm.Create(context.Background(), dir)
	ts.Check(err)
	ts.Setenv(softhsm.ConfEnv, token.Conf)
	ts.Setenv("MODULE", token.Module)
	ts.Setenv("TOKEN", token.Label)
	ts.Check(os.WriteFile(ts.MkAbs("pin"), []byte(token.PIN+"\n"), 0o600))
}

// postgres: makes a database on a real server and tells of it in UPSTREAM, DATABASE and DSN.
func postgres(ts *testscript.TestScript, _ bool, _ []string) {
	t := scriptTB{ts}
	server := pgtest.Shared(t)
	database := server.NewDatabase(t)
	ts.Setenv("UPSTREAM", server.Addr())
	ts.Setenv("DATABASE", database)
	ts.Setenv("DSN", server.DSN(database))
}

// sql FILE: runs the statements of a file on DSN.
func sql(ts *testscript.TestScript, _ bool, args []string) {
	conn, err := pgx.Connect(context.Background(), ts.Getenv("DSN"))
	ts.Check(err)
	defer conn.Close(context.Background())
	_, err = conn.PgConn().Exec(context.Background(), ts.ReadFile(args[0])).ReadAll()
	ts.Check(err)
}

// appendLine FILE TEXT: adds a line to a file.
func appendLine(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteString(args[1] + "\n")
	ts.Check(errors.Join(err, f.Close()))
}

// scriptTB lets a script stand where helpers ask for a test.
type scriptTB struct{ *testscript.TestScript }

func (t scriptTB) Helper()                           {}
func (t scriptTB) Cleanup(f func())                  { t.Defer(f) }
func (t scriptTB) Errorf(format string, args ...any) { t.Fatalf(format, args...) }
