package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// query returns the first column of the first row.
func query(t *testing.T, dsn, sql string) string {
	t.Helper()
	got, err := tryQuery(dsn, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func tryQuery(dsn, sql string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return "", err
	}
	if len(results) == 0 || len(results[0].Rows) == 0 {
		return "", errors.New("no row")
	}
	return string(results[0].Rows[0][0]), nil
}

func TestServerAnswersOverTCPAndSocket(t *testing.T) {
	s := Shared(t)
	for _, dsn := range []string{s.DSN("postgres"), s.SocketDSN("postgres")} {
		got := query(t, dsn, "SELECT current_setting('server_version_num')::int / 10000")
		if got != fmt.Sprint(s.Major) {
			t.Errorf("%s: version %s, want %d", dsn, got, s.Major)
		}
	}
}

func TestServerIsUTF8AndKeepsToItsFolder(t *testing.T) {
	s := Shared(t)
	for sql, want := range map[string]string{
		"SHOW server_encoding":            "UTF8",
		"SHOW listen_addresses":           "127.0.0.1",
		"SHOW data_directory":             s.DataDir(),
		"SHOW dynamic_shared_memory_type": "mmap",
		"SHOW wal_level":                  "replica",
	} {
		if got := query(t, s.DSN("postgres"), sql); got != want {
			t.Errorf("%s = %s, want %s", sql, got, want)
		}
	}
}

func TestStopEndsTheServerAndRemovesItsFiles(t *testing.T) {
	s, err := startWith(nil)
	if err != nil {
		t.Fatal(err)
	}
	pid := s.proc.pid()
	for range 2 { // the second call is harmless
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(s.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", s.dir, err)
	}
	if alive(pid) {
		t.Errorf("process %d still runs", pid)
	}
	if err := s.Restart(); !errors.Is(err, ErrStopped) {
		t.Errorf("Restart after Stop: %v, want ErrStopped", err)
	}
}

func TestPasswordMethodsAskForThePassword(t *testing.T) {
	for _, method := range []string{"scram-sha-256", "md5", "password"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			s := Start(t, WithAuth(method))
			if got := query(t, s.DSN("postgres"), "SELECT 1"); got != "1" {
				t.Errorf("got %s", got)
			}
			wrong := strings.Replace(s.DSN("postgres"), s.Password, "wrong", 1)
			_, err := tryQuery(wrong, "SELECT 1")
			var pgErr *pgconn.PgError
			if !errors.As(err, &pgErr) || pgErr.Code != "28P01" {
				t.Errorf("wrong password: %v, want 28P01", err)
			}
		})
	}
}

func TestConfAndHBAReachTheServer(t *testing.T) {
	s := Start(t, WithConf("log_statement", "all"), WithConf("application_name", "it's"), WithHBA("host all nobody all reject"))
	if got := query(t, s.DSN("postgres"), "SELECT 'seen in the log'"); got != "seen in the log" {
		t.Fatal(got)
	}
	if got := query(t, s.DSN("postgres"), "SELECT reset_val FROM pg_settings WHERE name = 'application_name'"); got != "it's" {
		t.Errorf("quoted setting is %q", got)
	}
	log, err := os.ReadFile(s.LogPath())
	if err != nil || !strings.Contains(string(log), "seen in the log") {
		t.Errorf("log lacks the statement (%v):\n%s", err, log)
	}
	_, err = tryQuery(strings.Replace(s.DSN("postgres"), "postgres:throwaway", "nobody", 1), "SELECT 1")
	if err == nil || !strings.Contains(err.Error(), "pg_hba.conf rejects") {
		t.Errorf("rejected user: %v", err)
	}
}

func TestRestartKeepsDataAndPort(t *testing.T) {
	s := Start(t)
	if err := s.Exec("postgres", "CREATE TABLE kept AS SELECT 42 AS n"); err != nil {
		t.Fatal(err)
	}
	dsn := s.DSN("postgres")
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := query(t, dsn, "SELECT n FROM kept"); got != "42" {
		t.Errorf("got %s", got)
	}
}

func TestKillBreaksSessionsAndRestartRecovers(t *testing.T) {
	s := Start(t)
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	segment, ok := pidLine(s.DataDir(), 7)
	if err := s.Kill(); err != nil || !ok {
		t.Fatal(err, ok)
	}
	if _, err := conn.Exec(ctx, "SELECT 1").ReadAll(); err == nil {
		t.Error("session outlived the server")
	}
	if leftSegment(t, segment) {
		t.Errorf("shared memory segment %s was left behind", segment)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := query(t, s.DSN("postgres"), "SELECT 1"); got != "1" {
		t.Errorf("got %s", got)
	}
}

// leftSegment looks a segment's id up in Linux's list; line is "key id" of postmaster.pid.
func leftSegment(t *testing.T, line string) bool {
	t.Helper()
	text, err := os.ReadFile("/proc/sysvipc/shm")
	if err != nil {
		return false
	}
	id := strings.Fields(line)[1]
	for row := range strings.Lines(string(text)) {
		if f := strings.Fields(row); len(f) > 1 && f[1] == id {
			return true
		}
	}
	return false
}

func TestRefusedSettingShowsTheServersLog(t *testing.T) {
	_, err := startWith([]Option{WithConf("no_such_setting", "1")})
	if err == nil || !strings.Contains(err.Error(), `unrecognized configuration parameter "no_such_setting"`) {
		t.Fatalf("error does not show the server's log: %v", err)
	}
}

func TestRunStopsWithItsContextAndLeavesNothing(t *testing.T) {
	before := folders(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want context.Canceled", err)
	}
	if after := folders(t); len(after) > len(before) {
		t.Errorf("folders before %v, after %v", before, after)
	}
}

func folders(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(os.TempDir(), "keyaside-pg-*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDatabasesAreFreshAndDropped(t *testing.T) {
	s := Shared(t)
	var name string
	t.Run("inner", func(t *testing.T) {
		name = s.NewDatabase(t)
		if other := s.NewDatabase(t); other == name {
			t.Fatalf("both databases are called %s", name)
		}
		if err := s.Exec(name, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)"); err != nil {
			t.Fatal(err)
		}
	})
	if got := query(t, s.DSN("postgres"), "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"); got != "0" {
		t.Errorf("database %s was not dropped", name)
	}
}
