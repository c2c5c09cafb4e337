package pgproxy

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// watched is an observing server between two recorders.
type watched struct {
	*stack
	log            *logBuffer
	before, behind *recorder
	stop           func()
}

// watch starts an observing server on a database with the protected table, whose catalog is read by a login of the user.
func watch(t *testing.T, user string, o Observe) *watched {
	t.Helper()
	w := &watched{stack: newBareStack(t), log: &logBuffer{}}
	w.direct(t).exec(strings.ReplaceAll(protectedTable, "bytea", "text"))
	w.behind = recordedStack(t, w.stack)
	server, err := NewServer(Config{
		Upstream: w.upstream, Policy: protectedPolicy(), Keys: w.keys, Observe: &o,
		Catalog: NewCatalogSource(CatalogConfig{Upstream: fmt.Sprintf("%s:%d", w.pg.Host, w.pg.Port), User: user}),
		Logger:  slog.New(slog.NewTextHandler(w.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server = server
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	w.before = record(t, ln.Addr().String())
	w.address = w.before.address
	w.stop = sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	t.Cleanup(w.stop)
	return w
}

// assertExact asserts that the server got what the client has sent, all of it, in order.
func (w *watched) assertExact(t *testing.T) {
	t.Helper()
	sent := w.before.take()
	var got []byte
	for deadline := time.Now().Add(5 * time.Second); len(got) < len(sent) && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		got = append(got, w.behind.take()...)
	}
	if !bytes.Equal(sent, got) {
		t.Errorf("the client sent %d bytes, the server got %d, and they differ", len(sent), len(got))
	}
}

// observedTexts are statements with what enforcing would do with them.
var observedTexts = []struct{ text, verdict string }{
	{"select 1", "passed"},
	{"insert into customers (id, tenant_id, email, note) values (1, 'acme', 'marker-one', 'marker-two')", "rewritten"},
	{"insert into customers (id, tenant_id, email, note) values (2, 'acme', 'marker-three', 'marker-four')", "rewritten"},
	{"select email, note from customers", "rewritten"},
	{"select lower(email) from customers where note like 'marker%'", "refused"},
	{"select upper(note) || 'marker' from customers", "refused"},
	{"update customers set name = 'marker-name'", "passed"},
	{"begin; select no_such_column from customers; commit", "passed"},
	{"rollback", "passed"},
	{"copy customers (id, tenant_id, name) from stdin", "passed"},
	{"set standard_conforming_strings = off", "passed"},
	{`select 'it\'s marker', email, lower(email) from customers`, "refused"},
	{"set standard_conforming_strings = on", "passed"},
	{"insert into customers (id, tenant_id) select 10 / 0, 'acme'", "passed"},
}

func TestObservingServerPassesEveryByteAndRefusesNothing(t *testing.T) {
	w := watch(t, "postgres", Observe{})
	direct := w.stack.pg.DSN(w.database)
	want := map[string]uint64{}
	c := w.proxiedIn(t, "simple_protocol")
	twin := open(t, direct, "simple_protocol")
	for _, one := range observedTexts {
		if strings.HasPrefix(one.text, "copy") {
			continue
		}
		want[one.verdict]++
		plain := strings.HasPrefix(one.text, "insert") || strings.HasPrefix(one.text, "update")
		var expected *string
		if !plain {
			expected = ptr(outcomeOf(twin, one.text))
		}
		if got := outcomeOf(c, one.text); expected != nil && got != *expected {
			t.Errorf("%s\ngot  %s\nwant %s", one.text, got, *expected)
		}
	}
	n := w.server.Observed()
	if n.Rewritten != want["rewritten"] || n.Refused != want["refused"] || n.Unknown != 0 || n.Passed < want["passed"] {
		t.Errorf("counted %+v, want %v\n%s", n, want, w.log)
	}
	w.assertExact(t)
	for _, mode := range execModes[:4] {
		e := w.proxiedIn(t, mode)
		if got := e.value("select email from customers where id = $1", 1); got != "marker-one" {
			t.Errorf("%s: stored values are read as they are: %v", mode, got)
		}
		if err := queryError(e, "select lower(email) from customers where id = $1 and 1 / $2 = 1", 1, 0); err == nil || err.Code != "22012" {
			t.Errorf("%s: the server's own error: %v", mode, err)
		}
		if got := e.value("select lower(email) from customers where id = $1", 1); got != "marker-one" {
			t.Errorf("%s: %v", mode, got)
		}
		if _, err := e.CopyFrom(context.Background(), pgx.Identifier{"customers"}, []string{"id", "tenant_id", "email"},
			pgx.CopyFromRows([][]any{{int64(100 + len(mode)), "acme", "marker-copied"}})); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		_ = e.Close(context.Background())
	}
	w.assertExact(t)
}

// outcomeOf is what a client sees of a text.
func outcomeOf(c *conn, text string) string {
	results, err := c.PgConn().Exec(context.Background(), text).ReadAll()
	out := ""
	for _, r := range results {
		out += fmt.Sprint(r.CommandTag, len(r.Rows), " ")
		for _, f := range r.FieldDescriptions {
			out += fmt.Sprint(f.Name, f.DataTypeOID, " ")
		}
	}
	if err != nil {
		out += err.Error()
	}
	return out
}

func TestObservingServerLogsEachStatementOnceWithoutItsConstants(t *testing.T) {
	w := watch(t, "postgres", Observe{Every: time.Hour})
	c := w.proxiedIn(t, "simple_protocol")
	for i := range 3 {
		for _, one := range observedTexts {
			if !strings.HasPrefix(one.text, "copy") {
				outcomeOf(c, strings.ReplaceAll(one.text, "marker", fmt.Sprint("marker", i)))
			}
		}
	}
	outcomeOf(c, "select email from customers where marker'")
	w.stop()
	log := w.log.String()
	if strings.Contains(log, "marker") {
		t.Errorf("the log has constants:\n%s", log)
	}
	for want, times := range map[string]int{
		`msg="OBSERVE MODE: nothing is encrypted`:                                                               1,
		`msg="would be rewritten" fingerprint=`:                                                                 2,
		`statement="insert into customers (id, tenant_id, email, note) values (?, …)"`:                          1,
		`statement="select lower (email) from customers where note like ?" code=0A000 reason="protected column`: 1,
		`hint="Select the column and call the function in the application."`:                                    -1,
		`code=42601`:                           1,
		`msg="observed until the end" passed=`: 1,
		`would_rewrite=9`:                      1,
	} {
		if n := strings.Count(log, want); n != times && (times >= 0 || n == 0) {
			t.Errorf("%d times %s in\n%s", n, want, log)
		}
	}
}

func TestObservingServerRepeatsAStatementWithItsCountAfterATime(t *testing.T) {
	var log logBuffer
	o, err := newObserver(&Observe{Every: 20 * time.Millisecond}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	refusal := &Error{Code: codeNotSupported, Message: "no"}
	for range 5 {
		o.planned(nil, refusal, []byte("select 1"))
	}
	time.Sleep(30 * time.Millisecond)
	o.planned(nil, refusal, []byte("select 2"))
	if got := log.String(); strings.Count(got, "would be refused") != 2 || !strings.Contains(got, "times=1 ") || !strings.Contains(got, "times=5 ") {
		t.Errorf("got\n%s", got)
	}
	for i := range 10000 {
		o.planned(nil, refusal, fmt.Appendf(nil, "select a%d", i))
	}
	if n := o.seen.Len(); n != 1000 {
		t.Errorf("%d statements are kept", n)
	}
}

func TestObservingServerWorksWithoutACatalog(t *testing.T) {
	w := watch(t, "nobody_at_all", Observe{})
	c := w.proxiedIn(t, "simple_protocol")
	if got := outcomeOf(c, "select lower(email) from customers"); !strings.HasPrefix(got, "SELECT 0") {
		t.Errorf("got %s", got)
	}
	if n := w.server.Observed(); n.Unknown == 0 || n.Refused != 0 {
		t.Errorf("counted %+v", n)
	}
	w.assertExact(t)
}

func TestObservingServerPassesATextOverTheLimit(t *testing.T) {
	w := watch(t, "postgres", Observe{})
	w.server.limits.StatementBytes = 1024
	c := w.proxiedIn(t, "simple_protocol")
	long := "select 1 from customers -- " + strings.Repeat("x", 100_000)
	if got := outcomeOf(c, long); !strings.HasPrefix(got, "SELECT 0") {
		t.Errorf("got %s", got)
	}
	if n := w.server.Observed(); n.Unknown != 1 {
		t.Errorf("counted %+v", n)
	}
	w.assertExact(t)
}

func TestObservingServerCountsWhatTheLoginMayNotDo(t *testing.T) {
	var log logBuffer
	o, err := newObserver(&Observe{}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"intern", "somebody"} {
		m := offlineMachine(t, newMemoryKeys())
		if err := m.policy.rule(map[string]Access{"customer_email": {Roles: map[string]Treatment{"intern": Denied}}}); err != nil {
			t.Fatal(err)
		}
		groups := &roleGroups{}
		m.user, m.observer, m.groups = user, o, func() *roleGroups { return groups }
		var out output
		if _, err := m.fromClient(message('Q', "select id, email from customers where tenant_id = 'acme'\x00"), &out); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.counts(); n != (Observed{Rewritten: 1, Refused: 1}) || !strings.Contains(log.String(), `reason="role \"intern\" may not use protected column public.customers.email"`) {
		t.Errorf("counted %+v\n%s", n, &log)
	}
}
