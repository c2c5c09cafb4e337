package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rogpeppe/go-internal/testscript"

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
			"query":    query,
			"fails":    fails,
			"until":    until,
			"begin":    begin,
			"through":  through,
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
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
	ts.Defer(func() { _ = f.Close() })
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

// postgres [AUTH [LIBRARY]]: makes a database on a real server and tells of it in UPSTREAM, DATABASE, DSN and PGPASSWORD. With
// an authentication method the server is the script's own, and has preloaded the library.
func postgres(ts *testscript.TestScript, _ bool, args []string) {
	t := scriptTB{ts}
	var server *pgtest.Server
	if len(args) > 0 {
		options := []pgtest.Option{pgtest.WithAuth(args[0])}
		for _, library := range args[1:] {
			options = append(options, pgtest.WithConf("shared_preload_libraries", library))
		}
		server = pgtest.Start(t, options...)
	} else {
		server = pgtest.Shared(t)
	}
	database := server.NewDatabase(t)
	ts.Setenv("UPSTREAM", server.Addr())
	ts.Setenv("DATABASE", database)
	ts.Setenv("DSN", server.DSN(database))
	ts.Setenv("PGPASSWORD", server.Password)
}

// through ADDRESS: turns DSN to the proxy.
func through(ts *testscript.TestScript, _ bool, args []string) {
	c, err := pgx.ParseConfig(ts.Getenv("DSN"))
	ts.Check(err)
	ts.Setenv("DSN", fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", c.User, args[0], c.Database))
}

func connect(ts *testscript.TestScript) *pgx.Conn {
	conn, err := pgx.Connect(context.Background(), ts.Getenv("DSN"))
	ts.Check(err)
	ts.Defer(func() { _ = conn.Close(context.Background()) })
	return conn
}

// sql FILE: runs the statements of a file on DSN.
func sql(ts *testscript.TestScript, _ bool, args []string) {
	conn := connect(ts)
	defer conn.Close(context.Background())
	_, err := conn.PgConn().Exec(context.Background(), ts.ReadFile(args[0])).ReadAll()
	ts.Check(err)
}

// query SQL: prints the first column of the result, a line for each row.
func query(ts *testscript.TestScript, _ bool, args []string) {
	conn := connect(ts)
	defer conn.Close(context.Background())
	for _, value := range firstColumn(ts, conn, args[0]) {
		fmt.Fprintln(ts.Stdout(), value)
	}
}

func firstColumn(ts *testscript.TestScript, conn *pgx.Conn, statement string) []string {
	results, err := conn.PgConn().Exec(context.Background(), statement).ReadAll()
	ts.Check(err)
	var values []string
	for _, row := range results[0].Rows {
		value := "NULL"
		if row[0] != nil {
			value = string(row[0])
		}
		values = append(values, value)
	}
	return values
}

// until OTHER-DSN SQL VALUE FILE: runs the file on DSN again and again, until the query on the other one gives the value.
func until(ts *testscript.TestScript, _ bool, args []string) {
	other, err := pgx.Connect(context.Background(), args[0])
	ts.Check(err)
	defer other.Close(context.Background())
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		sql(ts, false, args[3:])
		if values := firstColumn(ts, other, args[1]); len(values) == 1 && values[0] == args[2] {
			return
		}
	}
	ts.Fatalf("%s: waited in vain for %s", args[1], args[2])
}

// fails SQLSTATE SQL: demands that the statement fails with the code, and prints the error's message and hint. The session
// must be able to go on.
func fails(ts *testscript.TestScript, _ bool, args []string) {
	conn := connect(ts)
	defer conn.Close(context.Background())
	_, err := conn.Exec(context.Background(), args[1])
	pgErr, ok := errors.AsType[*pgconn.PgError](err)
	if !ok || pgErr.Code != args[0] {
		ts.Fatalf("got %v, want SQLSTATE %s", err, args[0])
	}
	fmt.Fprintln(ts.Stdout(), pgErr.Message, pgErr.Hint)
	_, err = conn.Exec(context.Background(), "select 1")
	ts.Check(err)
}

// begin [SQL]: opens a transaction on DSN that lasts until the end of the script, and runs the statement in it.
func begin(ts *testscript.TestScript, _ bool, args []string) {
	_, err := connect(ts).Exec(context.Background(), strings.Join(append([]string{"begin"}, args...), "; "))
	ts.Check(err)
}

// scriptTB lets a script stand where helpers ask for a test.
type scriptTB struct{ *testscript.TestScript }

func (t scriptTB) Helper()                           {}
func (t scriptTB) Cleanup(f func())                  { t.Defer(f) }
func (t scriptTB) Errorf(format string, args ...any) { t.Fatalf(format, args...) }
