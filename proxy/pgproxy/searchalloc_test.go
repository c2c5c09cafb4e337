package pgproxy

import (
	"bytes"
	"testing"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// preparedSearch returns a function that feeds one execution of a prepared statement over searchTables' members with the
// parameters 'acme' and 'Value', and the server's answers.
func preparedSearch(t testing.TB, text string) func() {
	t.Helper()
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	policy := searchPolicy()
	bound, err := bindPolicy(policy)
	if err != nil {
		t.Fatal(err)
	}
	members := pgsql.Relation{OID: 16400, Schema: "public", Name: "members", Kind: pgsql.OrdinaryTable, Columns: []pgsql.Attribute{
		{Name: "id", Number: 1, TypeOID: 23}, {Name: "tenant_id", Number: 2, TypeOID: 25}, {Name: "email", Number: 3, TypeOID: 17},
		{Name: "login", Number: 4, TypeOID: 17}, {Name: "handle", Number: 5, TypeOID: 25}}}
	planner, err := pgsql.NewPlanner(policy, &pgsql.Catalog{Relations: []pgsql.Relation{members}}, pgsql.Config{})
	if err != nil {
		t.Fatal(err)
	}
	m := offlineMachine(t, keys)
	m.policy, m.planner = bound, func() (*pgsql.Planner, bool) { return planner, true }
	var out, back output
	feed := func(client, server []byte) {
		out.reset()
		if _, err := m.fromClient(client, &out); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out.bytes(), []byte("Value")) {
			t.Fatal("the value arrives at the server")
		}
		out.reset()
		if _, err := m.fromServer(server, &out, &back); err != nil {
			t.Fatal(err)
		}
	}
	feed(append(message('P', "s\x00"+text+"\x00\x00\x00"), message('S', "")...), append(message('1', ""), message('Z', "I")...))
	client := bytes.Join([][]byte{message('B', "\x00s\x00\x00\x00\x00\x02\x00\x00\x00\x04acme\x00\x00\x00\x05Value\x00\x00"),
		message('E', "\x00\x00\x00\x00\x00"), message('S', "")}, nil)
	server := bytes.Join([][]byte{message('2', ""), message('D', "\x00\x01\x00\x00\x00\x011"), message('C', "SELECT 1\x00"), message('Z', "I")}, nil)
	return func() { feed(client, server) }
}

// TestPreparedSearchAllocates pins what a look-up costs: nothing by equality terms, and by a deterministic envelope what the
// AES-SIV of fieldcrypt allocates for its result.
func TestPreparedSearchAllocates(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	keys := newMemoryKeys()
	keys.rotate(t, "acme", 1)
	field, err := fieldcrypt.NewField("member_email", 0)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := keys.CachedIndex([]byte("acme"))
	buf := make([]byte, 0, 128)
	sealing := testing.AllocsPerRun(1000, func() {
		if _, err := key.SealDeterministic(buf, field, []byte("Value")); err != nil {
			t.Fatal(err)
		}
	})
	for text, most := range map[string]float64{
		"select id from members where tenant_id = $1 and lower(login) = lower($2)": 0,
		"select id from members where tenant_id = $1 and handle = $2":              0,
		"select id from members where tenant_id = $1 and email = $2":               sealing,
	} {
		n := testing.AllocsPerRun(1000, preparedSearch(t, text))
		t.Logf("%s: %v allocations", text, n)
		if n > most {
			t.Errorf("%s: %v allocations, not %v", text, n, most)
		}
	}
}

func BenchmarkPreparedSearch(b *testing.B) {
	for name, text := range map[string]string{
		"deterministic": "select id from members where tenant_id = $1 and email = $2",
		"term":          "select id from members where tenant_id = $1 and lower(login) = lower($2)",
	} {
		b.Run(name, func(b *testing.B) {
			run := preparedSearch(b, text)
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
}
