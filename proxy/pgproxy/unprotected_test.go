package pgproxy

import (
	"bytes"
	"testing"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// BenchmarkUnprotectedStatement is what the session itself costs of a statement on a table that no policy names, with a
// policy that names nothing and with one that protects other tables: the difference is what protection costs others.
func BenchmarkUnprotectedStatement(b *testing.B) {
	query := message('Q', "select o.id, o.total, o.placed_at, p.name from orders o join products p on p.id = o.product_id where o.id = 4711 and o.state <> 'void'\x00")
	parse := bytes.Join([][]byte{message('P', "\x00select id, total from orders where id = $1\x00\x00\x00"),
		message('B', "\x00\x00\x00\x00\x00\x01\x00\x00\x00\x044711\x00\x00"), message('D', "P\x00"), message('E', "\x00\x00\x00\x00\x00"), message('S', "")}, nil)
	prepared := bytes.Join([][]byte{message('B', "\x00s\x00\x00\x00\x00\x01\x00\x00\x00\x044711\x00\x00"), message('E', "\x00\x00\x00\x00\x00"), message('S', "")}, nil)
	row := append(message('D', "\x00\x02\x00\x00\x00\x044711\x00\x00\x00\x0542.50"), message('C', "SELECT 1\x00")...)
	ready := message('Z', "I")
	described := message('T', "\x00\x01id\x00\x00\x00\x40\x10\x00\x01\x00\x00\x00\x14\x00\x08\xff\xff\xff\xff\x00\x00")
	for _, c := range []struct {
		name           string
		client, server []byte
	}{
		{"simple", query, bytes.Join([][]byte{described, row, ready}, nil)},
		{"extended", parse, bytes.Join([][]byte{message('1', ""), message('2', ""), described, row, ready}, nil)},
		{"prepared", prepared, bytes.Join([][]byte{message('2', ""), row, ready}, nil)},
	} {
		for _, p := range []struct {
			name   string
			policy *pgsql.Policy
		}{{"empty", &pgsql.Policy{}}, {"enforcing", protectedPolicy()}} {
			b.Run(c.name+"/"+p.name, func(b *testing.B) {
				m := offlineMachine(b, newMemoryKeys())
				planner, err := pgsql.NewPlanner(p.policy, &pgsql.Catalog{}, pgsql.Config{})
				if err != nil {
					b.Fatal(err)
				}
				m.planner = func() (*pgsql.Planner, bool) { return planner, true }
				var out, back output
				b.ReportAllocs()
				for b.Loop() {
					out.reset()
					if _, err := m.fromClient(c.client, &out); err != nil {
						b.Fatal(err)
					}
					out.reset()
					if _, err := m.fromServer(c.server, &out, &back); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
