package pgsql

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// writer makes random SQL. Names need not resolve: what the server refuses is not counted.
type writer struct {
	*rand.Rand
	named  int
	ctes   map[string][]string // columns of the WITH queries in sight
	params []string            // values of the parameters
}

// source is an entry of FROM that a query can refer to.
type source struct {
	alias   string
	columns []string
	sides   []source // of a join without an alias
}

var randomTables = []string{"customers", "customers", "customers", "archive", "notes", "logs", "events", "orders", "leads"}

func tableColumns(name string) []string {
	var columns []string
	for _, r := range testCatalog().Relations {
		if r.Name == name && r.Schema == "public" {
			for _, a := range r.Columns {
				columns = append(columns, a.Name)
			}
		}
	}
	return columns
}

func (w *writer) oneIn(n int) bool              { return w.Intn(n) == 0 }
func (w *writer) pick(choices ...string) string { return choices[w.Intn(len(choices))] }
func (w *writer) alias() string                 { w.named++; return fmt.Sprintf("a%d", w.named) }
func aliased(text, alias string) string         { return text + " AS " + alias }
func unqualified(reference string) (name string) {
	return reference[strings.LastIndex(reference, ".")+1:]
}
func columnsOf(sources []source) (names []string) {
	for _, s := range sources {
		names = append(names, s.columns...)
	}
	return names
}

func (w *writer) from(depth int) (string, source) {
	switch kind := w.Intn(10); {
	case depth <= 0 || kind < 3:
		return w.table()
	case kind < 6:
		query, columns := w.query(depth - 1)
		a := w.alias()
		return w.pick("", "", "", "LATERAL ") + aliased("("+query+")", a), source{alias: a, columns: columns}
	default:
		return w.join(depth)
	}
}

func (w *writer) table() (string, source) {
	name := w.pick(randomTables...)
	columns := tableColumns(name)
	for cte, c := range w.ctes {
		if w.oneIn(3) {
			name, columns = cte, c
		}
		break
	}
	if w.oneIn(6) {
		return name, source{alias: name, columns: columns}
	}
	a := w.alias()
	if !w.oneIn(5) {
		return aliased(name, a), source{alias: a, columns: columns}
	}
	columns = slices.Clone(columns)
	n := 1 + w.Intn(len(columns))
	for i := range n {
		columns[i] = fmt.Sprintf("r%d", i)
	}
	return aliased(name, a) + " (" + strings.Join(columns[:n], ", ") + ")", source{alias: a, columns: columns}
}

func (w *writer) join(depth int) (string, source) {
	left, ls := w.from(depth - 1)
	right, rs := w.from(depth - 1)
	text := left + " " + w.pick("CROSS JOIN ", "NATURAL JOIN ") + right
	if kind := w.pick("JOIN ", "LEFT JOIN ", "RIGHT JOIN ", "FULL JOIN "); !w.oneIn(3) {
		text = left + " " + kind + right + w.pick(" ON true", " ON "+ls.alias+".id = "+rs.alias+".id",
			" USING (id)", " USING (tenant_id)", " USING (id, tenant_id)", " USING (name)", " USING (id) AS "+w.alias())
	}
	both := source{alias: ls.alias, columns: columnsOf([]source{ls, rs}), sides: []source{ls, rs}}
	switch w.Intn(6) {
	case 0:
		a := w.alias()
		return aliased("("+text+")", a), source{alias: a, columns: both.columns}
	case 1:
		return "(" + text + ")", both
	}
	return text, both
}

// side goes down into a join to an entry that has a name.
func (w *writer) side(s source) source {
	for len(s.sides) > 0 {
		s = s.sides[w.Intn(2)]
	}
	return s
}

func (w *writer) reference(s source) string {
	s = w.side(s)
	name := w.pick(s.columns...)
	return w.pick(name, s.alias+"."+name, s.alias+"."+name)
}

func (w *writer) query(depth int) (text string, columns []string) {
	if depth > 0 && w.oneIn(8) {
		left, columns := w.query(depth - 1)
		right, _ := w.query(depth - 1)
		return left + " UNION ALL " + right, columns
	}
	from, s := w.from(depth)
	sources := []source{s}
	if w.oneIn(4) {
		more, s := w.from(depth - 1)
		from, sources = from+", "+more, append(sources, s)
	}
	var list []string
	for range 1 + w.Intn(4) {
		text, names := w.target(sources)
		list, columns = append(list, text), append(columns, names...)
	}
	tail := w.pick("", "", "", "", " ORDER BY 1", " WHERE "+w.reference(s)+" IS NOT NULL")
	return "SELECT " + strings.Join(list, ", ") + " FROM " + from + tail, columns
}

func (w *writer) target(sources []source) (string, []string) {
	s := sources[w.Intn(len(sources))]
	switch w.Intn(8) {
	case 0, 1:
		return "*", columnsOf(sources)
	case 2:
		s = w.side(s)
		return s.alias + ".*", s.columns
	case 3:
		a := w.alias()
		return aliased(w.reference(s), a), []string{a}
	case 4:
		return "count(*) OVER ()", []string{"count"}
	}
	r := w.reference(s)
	return r, []string{unqualified(r)}
}

func (w *writer) statement() string {
	w.ctes = map[string][]string{}
	if w.oneIn(2) {
		query, columns := w.query(1)
		name := w.pick("w", "w", "w", "customers", "leads")
		w.ctes[name] = columns
		main, _ := w.query(2)
		return "WITH " + name + " AS (" + query + ") " + main
	}
	text, _ := w.query(2)
	return text
}

// TestRandomQueriesReturnWhatIsPlanned runs random queries over protected and other tables on a server. A query that runs
// there is refused, or its plan gives each result column's origin as the server does, marks just those that hold sealed
// values, and finds for each the tenant it was sealed for.
func TestRandomQueriesReturnWhatIsPlanned(t *testing.T) {
	conn := openWorld(t)
	c := queryChecker{t: t, conn: conn}
	c.server, c.catalog = relationNames(t, conn)
	p := newTestPlanner(t)
	for seed := int64(0); c.planned < 300 || c.values < 1000; seed++ {
		if seed > 20_000 {
			t.Fatalf("too few queries were planned: %+v", c)
		}
		w := &writer{Rand: rand.New(rand.NewSource(seed))}
		c.check(w.statement(), p)
	}
	t.Logf("%d planned, %d refused, %d sealed values", c.planned, c.refused, c.values)
}

type queryChecker struct {
	t                        *testing.T
	conn                     *pgconn.PgConn
	server, catalog          map[uint32]string
	planned, refused, values int
}

func (c *queryChecker) check(text string, p *Planner) {
	plain, err := c.conn.Prepare(context.Background(), "", text, nil)
	if err != nil {
		return // no SQL, or it names what isn't there
	}
	plan := p.planText(text, &Session{})
	checkInvariants(c.t, text, plan)
	if plan.Refusal != nil {
		c.refused++
		return
	}
	c.planned++
	server := serverText(text, plan)
	described, err := c.conn.Prepare(context.Background(), "", server, nil)
	if err != nil {
		c.t.Fatalf("%s\nbecomes\n%s\n%v", text, server, err)
	}
	columns := plan.Statements[0].Columns
	if columns == nil {
		for i, f := range plain.Fields {
			if f.DataTypeOID == 17 {
				c.t.Fatalf("%s: column %d is sealed and not planned", text, i)
			}
		}
		return
	}
	c.checkColumns(server, columns, plain.Fields, described.Fields)
	c.checkRows(server, columns)
}

// checkColumns compares the plan's columns with those the server describes, and what the client sees of them with what it
// would see without a proxy.
func (c *queryChecker) checkColumns(text string, columns []ResultColumn, plain, fields []pgconn.FieldDescription) {
	if len(columns) != len(fields) {
		c.t.Fatalf("%s: %d columns planned, %d returned", text, len(columns), len(fields))
	}
	shown := 0
	for i, f := range fields {
		if columns[i].Hidden {
			continue
		}
		if shown >= len(plain) || f.Name != plain[shown].Name || f.DataTypeOID != plain[shown].DataTypeOID {
			c.t.Fatalf("%s: column %d differs from the client's", text, i)
		}
		shown++
		if (f.DataTypeOID == 17) != (columns[i].Column != nil) {
			c.t.Fatalf("%s: column %d has type %d and is planned as %v", text, i, f.DataTypeOID, columns[i].Column)
		}
		if c.server[f.TableOID] != c.catalog[columns[i].Relation] || int16(f.TableAttributeNumber) != columns[i].Attr {
			c.t.Fatalf("%s: column %d comes from %s.%d, planned from %s.%d", text, i,
				c.server[f.TableOID], f.TableAttributeNumber, c.catalog[columns[i].Relation], columns[i].Attr)
		}
	}
	if shown != len(plain) {
		c.t.Fatalf("%s: the client sees %d columns instead of %d", text, shown, len(plain))
	}
}

func (c *queryChecker) checkRows(text string, columns []ResultColumn) {
	result := c.conn.ExecParams(context.Background(), text+" LIMIT 100", nil, nil, nil, nil).Read()
	for _, row := range result.Rows {
		for i, col := range columns {
			if col.Column == nil || row[i] == nil {
				continue
			}
			tenant := col.Tenant.Value
			if col.Tenant.Kind == TenantResult {
				tenant = string(row[col.Tenant.Result])
			}
			value, err := hex.DecodeString(string(bytes.TrimPrefix(row[i], []byte(`\x`))))
			if err != nil || string(value) != seal(tenant, col.Column.Field) {
				c.t.Fatalf("%s: column %d holds %q, planned for tenant %q and field %s", text, i, value, tenant, col.Column.Field)
			}
			c.values++
		}
	}
}
