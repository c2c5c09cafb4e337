package pgsql

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// seal stands in for sealing: the value says for whom it was sealed, so that a test can tell whether it is in its place.
func seal(tenant, field string) string { return "S:" + tenant + ":" + field }

// openWorld makes the tables of testCatalog on a real server, with a few rows whose protected values are sealed for their
// row's tenant, and connects to it.
func openWorld(t *testing.T) *pgconn.PgConn {
	t.Helper()
	server := pgtest.Shared(t)
	db := server.NewDatabase(t)
	if err := server.Exec(db, worldSQL()); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(context.Background(), server.DSN(db)+"&statement_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn.PgConn()
}

func worldSQL() string {
	types := map[uint32]string{25: "text", 17: "bytea", 20: "int8", 1043: "varchar", 2950: "uuid"}
	var b strings.Builder
	b.WriteString("CREATE SCHEMA sales; CREATE SCHEMA hr;\n")
	for _, r := range testCatalog().Relations {
		if r.Kind == View {
			continue
		}
		var columns []string
		for _, a := range r.Columns {
			c := quoteIdent(a.Name) + " " + types[a.TypeOID]
			if a.Generated {
				c += " GENERATED ALWAYS AS (name) STORED"
			}
			columns = append(columns, c)
		}
		fmt.Fprintf(&b, "CREATE TABLE %s.%s (%s);\n", r.Schema, r.Name, strings.Join(columns, ", "))
	}
	b.WriteString(`
ALTER TABLE events_2026 INHERIT events;
ALTER TABLE customers ADD UNIQUE (id), ADD UNIQUE (tenant_id, id);
ALTER TABLE notes ADD UNIQUE (id);
ALTER TABLE leads ADD UNIQUE (id);
CREATE FUNCTION s(tenant text, field text) RETURNS bytea LANGUAGE sql AS $$ SELECT convert_to('S:' || tenant || ':' || field, 'UTF8') $$;
INSERT INTO customers (id, tenant_id, email, email2, born, card, name)
  SELECT i, t, s(t, 'customer_email'), s(t, 'customer_email'), s(t, 'customer_born'), NULL, 'n' || i FROM (SELECT i, 't' || i % 3 AS t FROM generate_series(1, 6) i) x;
INSERT INTO archive SELECT i, t, s(t, 'customer_email') FROM (SELECT i, 't' || (i + 1) % 3 AS t FROM generate_series(3, 7) i) x;
INSERT INTO notes SELECT i, s('house', 'note_body'), s('house', 'note_doc') FROM generate_series(1, 4) i;
INSERT INTO logs SELECT i, s('user', 'log_line') FROM generate_series(1, 3) i;
INSERT INTO events SELECT i, t, s(t::text, 'event_payload') FROM (SELECT i, ('00000000-0000-0000-0000-00000000000' || i)::uuid AS t FROM generate_series(1, 3) i) x;
INSERT INTO orders SELECT i, i % 4, 't' || i % 3, i * 10 FROM generate_series(1, 6) i;
INSERT INTO leads SELECT i, 'lead' || i FROM generate_series(1, 4) i;
`)
	return b.String()
}

// relationNames maps the OIDs of the server, and those of testCatalog, to names, so that the two can be compared.
func relationNames(t *testing.T, conn *pgconn.PgConn) (server, catalog map[uint32]string) {
	t.Helper()
	server, catalog = map[uint32]string{0: ""}, map[uint32]string{0: ""}
	for _, r := range testCatalog().Relations {
		catalog[r.OID] = r.Schema + "." + r.Name
	}
	const query = "SELECT c.oid, n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	result := conn.ExecParams(context.Background(), query, nil, nil, nil, nil).Read()
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	for _, row := range result.Rows {
		var oid uint32
		if _, err := fmt.Sscan(string(row[0]), &oid); err != nil {
			t.Fatal(err)
		}
		server[oid] = string(row[1])
	}
	return server, catalog
}

// serverText makes the text that the server gets, with literals sealed by seal.
func serverText(text string, p *Plan) string {
	edits := make([]Edit, len(p.Edits))
	for i, e := range p.Edits {
		if l := e.Literal; l != nil {
			e.Text, e.Literal = fmt.Sprintf(`'\x%x'`, seal(l.Tenant.Value, l.Column.Field))+e.Text, nil
		}
		edits[i] = e
	}
	return applyEdits(text, &Plan{Edits: edits})
}
