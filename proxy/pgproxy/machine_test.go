package pgproxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// offlineMachine is a machine that is past its startup, with a catalog of the protected table.
func offlineMachine(t testing.TB, keys fieldcrypt.KeySource) *machine {
	t.Helper()
	policy := protectedPolicy()
	bound, err := bindPolicy(policy)
	if err != nil {
		t.Fatal(err)
	}
	planner, err := pgsql.NewPlanner(policy, offlineCatalog(), pgsql.Config{})
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{
		policy: bound, keys: keys, limits: Limits{}.withDefaults(),
		planner:       func() (*pgsql.Planner, bool) { return planner, true },
		schemaChanged: func() {}, user: "app", database: "shop",
		statements: make(map[string]*statement), portals: make(map[string]*portal), changed: make(map[nameKey]uint64),
		scratch: scratch{tenants: make(map[string]resolvedKey), indexes: make(map[string]resolvedKey), ids: make(map[fieldcrypt.KeyID]resolvedKey)},
	}
	m.server.started, m.server.status, m.server.encoding = true, 'I', "UTF8"
	return m
}

// offlineCatalog has the table of protectedPolicy.
func offlineCatalog() *pgsql.Catalog {
	customers := pgsql.Relation{OID: 16400, Schema: "public", Name: "customers", Kind: pgsql.OrdinaryTable}
	for i, c := range []struct {
		name string
		oid  uint32
	}{{"id", 20}, {"tenant_id", 25}, {"name", 25}, {"email", 17}, {"note", 25}, {"photo", 17}, {"points", 17}, {"born", 17}, {"ref", 17}, {"profile", 17}} {
		customers.Columns = append(customers.Columns, pgsql.Attribute{Name: c.name, Number: int16(i + 1), TypeOID: c.oid})
	}
	return &pgsql.Catalog{Relations: []pgsql.Relation{customers}}
}

// message builds a protocol message.
func message(typ byte, body string) []byte {
	msg := append(pgwire.BeginMessage(nil, typ), body...)
	pgwire.EndMessage(msg, 0)
	return msg
}

// feedAll feeds in in pieces of the given size and returns all output.
func feedAll(t *testing.T, in []byte, piece int, feed func([]byte, *output) (int, error)) []byte {
	t.Helper()
	var got, held []byte
	for len(in) > 0 {
		n := min(piece, len(in))
		held = append(held, in[:n]...)
		in = in[n:]
		var out output
		used, err := feed(held, &out)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, out.bytes()...)
		held = held[used:]
	}
	if len(held) > 0 {
		t.Fatalf("%d bytes were not consumed", len(held))
	}
	return got
}

func TestUnprotectedTrafficIsExactHoweverItIsCut(t *testing.T) {
	client := bytes.Join([][]byte{
		message('Q', "select 1\x00"),
		message('P', "s1\x00select $1\x00\x00\x01\x00\x00\x00\x19"),
		message('B', "\x00s1\x00\x00\x00\x00\x01\x00\x00\x00\x01x\x00\x00"),
		message('D', "P\x00"), message('E', "\x00\x00\x00\x00\x00"), message('C', "Ss1\x00"),
		message('S', ""), message('H', ""), message('d', "copy data"), message('c', ""), message('~', "unknown"), message('X', ""),
	}, nil)
	server := bytes.Join([][]byte{
		message('N', "SNOTICE\x00\x00"), message('T', "\x00\x00"), message('D', "\x00\x01\x00\x00\x00\x01x"), message('C', "SELECT 1\x00"),
		message('Z', "I"), message('1', ""), message('2', ""), message('n', ""), message('C', "SELECT 0\x00"), message('3', ""), message('Z', "T"),
		message('S', "DateStyle\x00ISO, MDY\x00"), message('A', "\x00\x00\x00\x01a\x00b\x00"), message('E', "SERROR\x00VERROR\x00C42601\x00\x00"), message('Z', "E"),
	}, nil)
	for piece := 1; piece <= len(client); piece++ {
		m := offlineMachine(t, newMemoryKeys())
		if got := feedAll(t, client, piece, m.fromClient); !bytes.Equal(got, client) {
			t.Fatalf("client in pieces of %d: got %q", piece, got)
		}
		feed := func(in []byte, out *output) (int, error) { return m.fromServer(in, out, &output{}) }
		if got := feedAll(t, server, piece, feed); !bytes.Equal(got, server) {
			t.Fatalf("server in pieces of %d: got %q", piece, got)
		}
	}
}

func TestWhatFollowsARefusalDoesNotReachTheServer(t *testing.T) {
	m := offlineMachine(t, newMemoryKeys())
	var out output
	in := bytes.Join([][]byte{
		message('P', "s1\x00select id from customers where lower(email) = $1\x00\x00\x00"),
		message('B', "\x00s1\x00\x00\x00\x00\x01\x00\x00\x00\x06marker\x00\x00"),
		message('E', "\x00\x00\x00\x00\x00"),
		message('S', ""),
	}, nil)
	if n, err := m.fromClient(in, &out); n != len(in) || err != nil {
		t.Fatalf("%d of %d, %v", n, len(in), err)
	}
	if bytes.Contains(out.bytes(), []byte("marker")) || bytes.Contains(out.bytes(), []byte("email")) {
		t.Errorf("to the server: %q", out.bytes())
	}
	if !bytes.HasSuffix(out.bytes(), message('S', "")) {
		t.Errorf("the Sync is missing: %q", out.bytes())
	}
}

// sealedRow is a DataRow of the columns id, email and tenant, as the server sends it in binary.
func sealedRow(t testing.TB, keys *memoryKeys, tenant, email string) []byte {
	t.Helper()
	f, err := fieldcrypt.NewField("customer_email", 0)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := keys.CachedActive([]byte(tenant))
	envelope, err := key.Seal(nil, f, []byte(email))
	if err != nil {
		t.Fatal(err)
	}
	body := []byte{0, 3}
	body = pgwire.AppendValue(body, []byte("1"), false)
	body = pgwire.AppendValue(body, envelope, false)
	body = pgwire.AppendValue(body, []byte(tenant), false)
	return message('D', string(body))
}

func emailRows(policy *pgsql.Policy) *rows {
	return &rows{
		columns: []pgsql.ResultColumn{
			{}, {Column: &policy.Tables[0].Columns[0], Tenant: pgsql.TenantRef{Kind: pgsql.TenantResult, Result: 2, TypeOID: 25}}, {Hidden: true},
		},
		formats: []pgvalue.Format{0, 0, 0}, binary: true,
	}
}

func TestOpeningARowDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	m := offlineMachine(t, keys)
	in := sealedRow(t, keys, "acme", "someone@example.com")
	m.push(pending{request: reqExecute, rows: emailRows(m.policy.policy)})
	var out, back output
	allocs := testing.AllocsPerRun(1000, func() {
		out.reset()
		if n, err := m.fromServer(in, &out, &back); n != len(in) || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations per row", allocs)
	}
	if want := message('D', "\x00\x02\x00\x00\x00\x011\x00\x00\x00\x13someone@example.com"); !bytes.Equal(out.bytes(), want) {
		t.Errorf("got %q, want %q", out.bytes(), want)
	}
}

func BenchmarkOpenRow(b *testing.B) {
	keys := newMemoryKeys()
	keys.rotate(b, "acme", 1)
	m := offlineMachine(b, keys)
	in := sealedRow(b, keys, "acme", "someone@example.com")
	m.push(pending{request: reqExecute, rows: emailRows(m.policy.policy)})
	var out, back output
	b.ReportAllocs()
	for b.Loop() {
		out.reset()
		if _, err := m.fromServer(in, &out, &back); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPassRow(b *testing.B) {
	m := offlineMachine(b, newMemoryKeys())
	m.push(pending{request: reqExecute})
	in := bytes.Repeat(message('D', "\x00\x01\x00\x00\x00\x40"+string(make([]byte, 64))), 100)
	var out, back output
	b.ReportAllocs()
	for b.Loop() {
		out.reset()
		if _, err := m.fromServer(in, &out, &back); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzMachine feeds both sides with arbitrary bytes: nothing panics, and no more is consumed than was given.
func FuzzMachine(f *testing.F) {
	f.Add(message('Q', "select email from customers\x00"), message('D', "\x00\x01\xff\xff\xff\xff"))
	f.Add(message('Q', "insert into customers (id, tenant_id, email) values (1, 'acme', 'marker')\x00"), message('C', "INSERT 0 1\x00"))
	f.Add(append(message('P', "\x00select * from customers\x00\x00\x00"), message('D', "S\x00")...), append(message('1', ""), message('t', "\x00\x00")...))
	f.Add(append(message('P', "s\x00insert into customers (id, tenant_id, email) values (1, $1, $2)\x00\x00\x00"),
		message('B', "\x00s\x00\x00\x00\x00\x02\x00\x00\x00\x04acme\x00\x00\x00\x06marker\x00\x00")...), message('E', "C42601\x00\x00"))
	f.Add(message('Q', "prepare s (int, text) as insert into customers (id, tenant_id, email) values ($1, 'acme', $2); execute s (1, 'marker')\x00"),
		append(message('C', "PREPARE\x00"), message('C', "INSERT 0 1\x00")...))
	f.Add(append(message('Q', "declare c binary cursor with hold for select email, tenant_id from customers\x00"), message('Q', "fetch c; close c\x00")...),
		append(message('C', "DECLARE CURSOR\x00"), append(message('Z', "I"), message('D', "\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff")...)...))
	f.Add(append(message('Q', "copy customers (id, tenant_id, email) from stdin\x00"), copyStream("1\tacme\tmarker\n2\tacme", 3)...), copyResponse('G', 3))
	f.Add(message('Q', "copy customers (tenant_id, email) to stdout (format csv, header)\x00"), append(copyResponse('H', 2), message('d', "tenant_id,email\n")...))
	keys := newMemoryKeys()
	keys.rotate(f, "acme", 1)
	f.Fuzz(func(t *testing.T, client, server []byte) {
		m := offlineMachine(t, keys)
		m.limits.MessageBytes, m.limits.StatementBytes = 1<<20, 1<<20
		var out, back output
		n, err := m.fromClient(client, &out)
		checkFeed(t, n, len(client), err)
		if bytes.Contains(out.bytes(), []byte("'marker'")) {
			t.Errorf("a protected literal goes to the server: %q", out.bytes())
		}
		out.reset()
		used, err := m.fromServer(server, &out, &back)
		checkFeed(t, used, len(server), err)
		out.reset()
		n, err = m.fromClient(client[n:], &out) // what was held for the server's answer
		checkFeed(t, n, len(client), err)
	})
}

func checkFeed(t *testing.T, n, size int, err error) {
	t.Helper()
	var f *fatalError
	if n < 0 || n > size {
		t.Fatalf("consumed %d of %d", n, size)
	}
	if err != nil && !isWait(err) && !errors.As(err, &f) && !errors.Is(err, errDrained) {
		t.Fatalf("unexpected error: %v", err)
	}
}

func TestMessageHeadersAreNotTrustedForMemory(t *testing.T) {
	var in input
	in.buf, in.small = make([]byte, 16), 16
	header := binary.BigEndian.AppendUint32([]byte{'B'}, 60<<20)
	r := bytes.NewReader(header)
	if err := in.read(r, pgwire.HeaderSize); err != nil {
		t.Fatal(err)
	}
	_ = in.read(r, 60<<20)
	if len(in.buf) > 4096 {
		t.Errorf("%d bytes for a message of which 5 have come", len(in.buf))
	}
}

// pointSelect returns a function that feeds one prepared select of a row with a protected value, as drivers send it: Bind,
// Describe, Execute, Sync, and the server's answers.
func pointSelect(t testing.TB) func() {
	return pointSelectOf(t, "someone@example.com", func(*machine) {})
}

// pointSelectOf is pointSelect on a machine that was prepared, whose client gets the value that is wanted.
func pointSelectOf(t testing.TB, want string, prepare func(m *machine)) func() {
	t.Helper()
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	m := offlineMachine(t, keys)
	prepare(m)
	var out, back output
	feed := func(client, server []byte) {
		out.reset()
		if _, err := m.fromClient(client, &out); err != nil {
			t.Fatal(err)
		}
		out.reset()
		if _, err := m.fromServer(server, &out, &back); err != nil {
			t.Fatal(err)
		}
	}
	feed(append(message('P', "s\x00select id, email from customers where id = $1\x00\x00\x00"), message('S', "")...),
		append(message('1', ""), message('Z', "I")...))
	client := bytes.Join([][]byte{message('B', "\x00s\x00\x00\x00\x00\x01\x00\x00\x00\x0217\x00\x00"), message('D', "P\x00"),
		message('E', "\x00\x00\x00\x00\x00"), message('S', "")}, nil)
	server := bytes.Join([][]byte{message('2', ""), message('T', "\x00\x03"+
		"id\x00\x00\x00\x40\x10\x00\x01\x00\x00\x00\x14\x00\x08\xff\xff\xff\xff\x00\x00"+
		"email\x00\x00\x00\x40\x10\x00\x04\x00\x00\x00\x11\xff\xff\xff\xff\xff\xff\x00\x01"+
		"t\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x19\xff\xff\xff\xff\xff\xff\x00\x00"),
		sealedRow(t, keys, "acme", "someone@example.com"), message('C', "SELECT 1\x00"), message('Z', "I")}, nil)
	return func() {
		feed(client, server)
		if !bytes.Contains(out.bytes(), []byte(want)) {
			t.Fatalf("the client gets %q", out.bytes())
		}
	}
}

func TestPreparedPointSelectDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	if n := testing.AllocsPerRun(1000, pointSelect(t)); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPointSelect(b *testing.B) {
	run := pointSelect(b)
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}
