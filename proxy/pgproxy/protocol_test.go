package pgproxy

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/internal/pgtest"
)

func TestCopyOfAnUnprotectedTablePasses(t *testing.T) {
	s := newStack(t, protectedTable+`; create table plain (a int, b text)`, protectedPolicy())
	c := s.proxied(t)
	data := strings.Repeat("1\tx\n", 100_000)
	if tag, err := c.PgConn().CopyFrom(context.Background(), strings.NewReader(data), `copy plain from stdin`); err != nil || tag.RowsAffected() != 100_000 {
		t.Fatalf("in: %v, %v", tag, err)
	}
	var got bytes.Buffer
	if _, err := c.PgConn().CopyTo(context.Background(), &got, `copy plain to stdout`); err != nil || got.String() != data {
		t.Fatalf("out: %d bytes, %v", got.Len(), err)
	}
	_, err := c.PgConn().CopyFrom(context.Background(), strings.NewReader("not a number\tx\n"), `copy plain from stdin`)
	if code(err) != "22P02" {
		t.Errorf("bad data: %v", err)
	}
	if got := c.value(`select count(*) from plain`); got != int64(100_000) {
		t.Errorf("afterwards: %v", got)
	}
}

func TestCopyByTheServerItselfIsRefused(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxied(t)
	for _, sql := range []string{`copy customers from '/dev/null'`, `copy customers to program 'cat'`, `copy (select email from customers) to '/dev/null'`} {
		if _, err := c.Exec(context.Background(), sql); code(err) != codeNotSupported {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if got := c.value(`select 1`); got != int32(1) {
		t.Errorf("afterwards: %v", got)
	}
}

func TestCancelRequestReachesTheServer(t *testing.T) {
	s := newStack(t, "", protectedPolicy())
	c := s.proxied(t)
	time.AfterFunc(100*time.Millisecond, func() {
		if err := c.PgConn().CancelRequest(context.Background()); err != nil {
			t.Errorf("cancel: %v", err)
		}
	})
	if _, err := c.Exec(context.Background(), `select pg_sleep(30)`); code(err) != "57014" {
		t.Fatalf("got %v", err)
	}
	if got := c.value(`select 1`); got != int32(1) {
		t.Errorf("afterwards: %v", got)
	}
}

func TestNoticesAndNotificationsPass(t *testing.T) {
	s := newStack(t, "", protectedPolicy())
	cfg, err := pgconn.ParseConfig(s.proxyDSN())
	if err != nil {
		t.Fatal(err)
	}
	var notices, notifications []string
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { notices = append(notices, n.Message) }
	cfg.OnNotification = func(_ *pgconn.PgConn, n *pgconn.Notification) { notifications = append(notifications, n.Payload) }
	c, err := pgconn.ConnectConfig(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	_, err = c.Exec(context.Background(), `do $$ begin raise notice 'hello'; end $$; listen a; notify a, 'b'; select 1`).ReadAll()
	if err != nil || len(notices) != 1 || notices[0] != "hello" || len(notifications) != 1 || notifications[0] != "b" {
		t.Errorf("notices %q, notifications %q, %v", notices, notifications, err)
	}
}

func TestEveryPasswordMethodPasses(t *testing.T) {
	for _, method := range []string{"trust", "password", "md5", "scram-sha-256"} {
		t.Run(method, func(t *testing.T) {
			pg := pgtest.Start(t, pgtest.WithAuth(method))
			s := &stack{pg: pg, database: "postgres", keys: newMemoryKeys()}
			s.start(t, protectedPolicy(), Limits{})
			dsn := strings.Replace(s.proxyDSN(), "@", ":"+pg.Password+"@", 1)
			c := open(t, dsn, "")
			if got := c.value(`select 1`); got != int32(1) {
				t.Errorf("got %v", got)
			}
			if method == "trust" {
				return
			}
			_, err := pgconn.Connect(context.Background(), strings.Replace(s.proxyDSN(), "@", ":wrong@", 1))
			if code(err) != "28P01" {
				t.Errorf("wrong password: %v", err)
			}
		})
	}
}

// dialRaw opens a connection to the proxy without a driver.
func (s *stack) dialRaw(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func rawStartup(params ...string) []byte {
	b := []byte{0, 0, 0, 0, 0, 3, 0, 0}
	for _, p := range params {
		b = append(append(b, p...), 0)
	}
	b = append(b, 0)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// rawLogin opens a session without a driver and reads up to the first ReadyForQuery.
func (s *stack) rawLogin(t *testing.T) net.Conn {
	t.Helper()
	c := s.dialRaw(t)
	if _, err := c.Write(rawStartup("user", s.pg.User, "database", s.database)); err != nil {
		t.Fatal(err)
	}
	for {
		if typ, _ := readMessage(t, c); typ == 'Z' {
			return c
		}
	}
}

func readMessage(t *testing.T, r io.Reader) (byte, []byte) {
	t.Helper()
	var header [5]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		t.Fatalf("reading a message: %v", err)
	}
	body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
	if _, err := io.ReadFull(r, body); err != nil {
		t.Fatalf("reading a message: %v", err)
	}
	return header[0], body
}

func TestGarbageAtTheStartGetsOneError(t *testing.T) {
	s := newStack(t, "", protectedPolicy())
	for name, packet := range map[string][]byte{
		"http":         []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"tls":          {0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3},
		"huge length":  {0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0},
		"small length": {0, 0, 0, 4},
		"version 2":    {0, 0, 0, 9, 0, 2, 0, 0, 0},
		"no user":      rawStartup("database", "x"),
	} {
		c := s.dialRaw(t)
		if _, err := c.Write(packet); err != nil {
			t.Fatal(err)
		}
		if typ, body := readMessage(t, c); typ != 'E' || !bytes.Contains(body, []byte(codeProtocolViolation)) {
			t.Errorf("%s: got %c %q", name, typ, body)
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && err == nil {
			t.Errorf("%s: the connection stays open: %v", name, err)
		}
	}
}

func TestHalfAStartupPacketTimesOut(t *testing.T) {
	s := &stack{pg: pgtest.Shared(t), database: "postgres", keys: newMemoryKeys()}
	s.start(t, protectedPolicy(), Limits{StartupTimeout: 100 * time.Millisecond})
	c := s.dialRaw(t)
	if _, err := c.Write(rawStartup("user", "x")[:6]); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("the proxy did not close: %v", err)
	}
}

func TestMessageOverTheLimitEndsTheSessionWithAClearError(t *testing.T) {
	s := &stack{pg: pgtest.Shared(t), database: "postgres", keys: newMemoryKeys()}
	s.start(t, protectedPolicy(), Limits{StatementBytes: 1000})
	c := s.proxiedIn(t, "simple_protocol")
	_, err := c.Exec(context.Background(), `select '`+strings.Repeat("x", 1000)+`'`)
	if code(err) != codeLimitExceeded {
		t.Errorf("got %v", err)
	}
}

func TestUnknownMessageTypeIsLeftToTheServer(t *testing.T) {
	s := newStack(t, "", protectedPolicy())
	c := s.rawLogin(t)
	if _, err := c.Write([]byte{'~', 0, 0, 0, 4}); err != nil {
		t.Fatal(err)
	}
	if typ, body := readMessage(t, c); typ != 'E' || !bytes.Contains(body, []byte("invalid frontend message type")) {
		t.Errorf("got %c %q", typ, body)
	}
}

func TestImpossibleMessageLengthEndsTheSession(t *testing.T) {
	s := newStack(t, "", protectedPolicy())
	c := s.rawLogin(t)
	if _, err := c.Write([]byte{'Q', 0, 0, 0, 3}); err != nil {
		t.Fatal(err)
	}
	if typ, body := readMessage(t, c); typ != 'E' || !bytes.Contains(body, []byte(codeProtocolViolation)) {
		t.Errorf("got %c %q", typ, body)
	}
}

func TestServerDownAtConnectIsOneClearError(t *testing.T) {
	pg := pgtest.Start(t)
	s := &stack{pg: pg, database: "postgres", keys: newMemoryKeys()}
	s.start(t, protectedPolicy(), Limits{})
	pg.Stop()
	_, err := pgconn.Connect(context.Background(), s.proxyDSN())
	if code(err) != codeConnectionFailure {
		t.Errorf("got %v", err)
	}
}

func TestServerCrashInMidQueryIsOneClearError(t *testing.T) {
	pg := pgtest.Start(t)
	s := &stack{pg: pg, database: "postgres", keys: newMemoryKeys()}
	s.start(t, protectedPolicy(), Limits{})
	c := s.proxied(t)
	time.AfterFunc(200*time.Millisecond, func() { pg.Kill() })
	_, err := c.Exec(context.Background(), `select pg_sleep(30)`)
	if got := code(err); got != codeConnectionFailure && got != "57P01" && got != "57P02" {
		t.Errorf("got %v", err)
	}
}

func TestClientThatVanishesLeavesNothingBehind(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	s.proxied(t).insert(sample(1, "acme"))
	before, files := runtime.NumGoroutine(), descriptors(t)
	for range 20 {
		c := s.rawLogin(t)
		query := append([]byte("select email, repeat('x', 100000) from customers, generate_series(1, 1000)"), 0)
		msg := append([]byte{'Q', 0, 0, 0, byte(4 + len(query))}, query...)
		if _, err := c.Write(msg); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		_ = c.Close() // in the middle of a row
	}
	await(t, "sessions end", func() bool { return s.server.Sessions() == 1 }) // the first connection of this test stays
	await(t, "goroutines end", func() bool { return runtime.NumGoroutine() <= before })
	await(t, "descriptors are closed", func() bool { return descriptors(t) <= files })
}

// descriptors counts the open file descriptors of the process.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%s: not within 10 s\n%s", what, buf[:runtime.Stack(buf, true)])
		}
	}
}

func TestConnectionsOverTheLimitAreRefusedAsPostgresDoes(t *testing.T) {
	s := &stack{pg: pgtest.Shared(t), database: "postgres", keys: newMemoryKeys()}
	s.start(t, protectedPolicy(), Limits{Connections: 1})
	s.proxied(t)
	_, err := pgconn.Connect(context.Background(), s.proxyDSN())
	if code(err) != codeTooManyConnections {
		t.Errorf("got %v", err)
	}
}

func TestShutdownLetsATransactionFinish(t *testing.T) {
	s := newStack(t, `create table plain (a int)`, protectedPolicy())
	idle, busy := s.proxied(t), s.proxied(t)
	ctx := context.Background()
	tx, err := busy.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `insert into plain values (1)`); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		stopped <- s.server.Shutdown(ctx)
	}()
	await(t, "the idle session ends", func() bool { return s.server.Sessions() == 1 })
	if _, err := idle.Exec(ctx, `select 1`); code(err) != codeAdminShutdown && err == nil {
		t.Errorf("idle session: %v", err)
	}
	if _, err := tx.Exec(ctx, `insert into plain values (2)`); err != nil {
		t.Errorf("busy session: %v", err)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Errorf("commit: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if got := s.direct(t).value(`select count(*) from plain`); got != int64(2) {
		t.Errorf("%v rows", got)
	}
}
