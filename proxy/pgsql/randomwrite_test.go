package pgsql

import (
	"cmp"
	"context"
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// plaintext is what random writes put into protected columns; it must never be sent.
const plaintext = "PLAIN"

// writable are the tables that random writes go to, with their columns.
var writable = map[string][]string{
	"customers": {"id", "tenant_id", "email", "email2", "born", "card", "name"},
	"archive":   {"id", "tenant", "email"},
	"notes":     {"id", "body", "doc"},
	"leads":     {"id", "email"},
	"orders":    {"id", "customer_id", "tenant_id", "total"},
}

// param makes a parameter with a value; now and then an earlier one is used again.
func (w *writer) param(value string) string {
	if len(w.params) > 0 && w.oneIn(12) {
		return "$" + strconv.Itoa(1+w.Intn(len(w.params)))
	}
	w.params = append(w.params, value)
	return "$" + strconv.Itoa(len(w.params))
}

// value makes a value for a column: mostly one that can be sealed, or else one that must be refused.
func (w *writer) value(table, column string) string {
	odd := w.oneIn(6)
	switch {
	case column == "id", column == "customer_id", column == "total":
		return w.pick(strconv.Itoa(1+w.Intn(40)), w.param(strconv.Itoa(1+w.Intn(40))), "(SELECT 77)")
	case strings.HasPrefix(column, "tenant"):
		return w.tenant(odd)
	case column == "name", table == "leads":
		return w.pick("'open'", w.param("open"), "NULL", "'o' || 'p'", "email", "EXCLUDED.email")
	case column == "born":
		if odd {
			return w.pick("now()", "email", "DEFAULT", "'2000-01-01'::timestamp")
		}
		return w.pick("'2000-01-01'", "DATE '2000-01-01'", "NULL", w.param("2000-01-01")+"::date", "born")
	case column == "card":
		if odd {
			return w.pick("40+2", "email", "42.5")
		}
		return w.pick("42", "-42", "42::int8", "'42'", "NULL", w.param("42"))
	}
	if odd {
		return w.pick("'PLA'||'IN'", "coalesce("+w.param(plaintext)+", 'PLAIN')", "(SELECT 'PLAIN')", "DEFAULT", "name", "lower('PLAIN')", w.param(plaintext)+"::varchar(2)")
	}
	if w.oneIn(4) {
		return w.pick("coalesce("+w.param(plaintext)+", email)", "CASE WHEN true THEN 'PLAIN' ELSE email2 END", "'PLAIN'::varchar(3)", "coalesce(EXCLUDED.email, "+table+".email)",
			"CASE WHEN "+w.param("t")+"::bool THEN "+w.param(plaintext)+"::text END", "coalesce(email2, 'PLAIN')::text", "(CASE WHEN id > 5 THEN email ELSE 'PLAIN' END)", "'PLA' || 'IN'", "NULL",
			"(SELECT email FROM archive WHERE tenant = "+w.tenant(false)+" LIMIT 1)", "(SELECT x.email FROM archive x WHERE x.tenant = "+table+".tenant_id LIMIT 1)", "(SELECT "+w.param(plaintext)+")")
	}
	return w.pick("'PLAIN'", "'PLAIN'::text", "E'PLAIN'", "$$PLAIN$$", "('PLAIN')", "NULL", "NULL::text", "email", "email2", "EXCLUDED.email",
		w.param(plaintext), w.param(plaintext), w.param(plaintext), w.param(plaintext)+"::text", "CAST("+w.param(plaintext)+" AS text)", "("+w.param(plaintext)+")")
}

func (w *writer) tenant(odd bool) string {
	t := w.pick("t0", "t1", "t2")
	if odd {
		return w.pick("lower('T1')", "DEFAULT", "name", "NULL")
	}
	return w.pick("'"+t+"'", "'"+t+"'", "('"+t+"')", w.param(t), w.param(t), w.param(t)+"::text")
}

// columns picks some of a table's columns, its first among them.
func (w *writer) columns(table string) []string {
	all := append([]string(nil), writable[table]...)
	if w.oneIn(2) {
		w.Shuffle(len(all)-1, func(i, j int) { all[i+1], all[j+1] = all[j+1], all[i+1] })
	}
	return all[:1+w.Intn(len(all))]
}

func (w *writer) set(table string) string {
	columns := w.columns(table)
	if len(columns) > 1 {
		columns = columns[1:]
	}
	var values, pairs []string
	for _, c := range columns {
		values = append(values, w.value(table, c))
		pairs = append(pairs, c+" = "+values[len(values)-1])
	}
	if w.oneIn(5) {
		return "(" + strings.Join(columns, ", ") + ") = " + w.pick("ROW (", "(SELECT ") + strings.Join(values, ", ") + ")"
	}
	return strings.Join(pairs, ", ")
}

func (w *writer) where(table string) string {
	column := map[string]string{"customers": "tenant_id", "archive": "tenant"}[table]
	if column == "" {
		return w.pick("", " WHERE id < 4")
	}
	held := w.pick(column, table+"."+column) + " = " + w.tenant(false)
	return w.pick("", " WHERE "+held, " WHERE "+held, " WHERE "+held+" AND "+table+".id > 2", " WHERE "+held+" OR true", " WHERE NOT "+held)
}

func (w *writer) write() string {
	table := w.pick("customers", "customers", "customers", "archive", "notes", "leads")
	returning := w.pick("", "", " RETURNING *", " RETURNING id")
	switch w.Intn(8) {
	case 0:
		return w.bulkUpdate() + returning
	case 1:
		return w.merge()
	}
	if w.oneIn(3) {
		return "UPDATE " + table + " SET " + w.set(table) + w.pick("", "", " FROM archive x") + w.where(table) + returning
	}
	text, columns := "INSERT INTO "+table, w.columns(table)
	if w.oneIn(3) {
		columns = writable[table][:len(columns)]
	} else {
		text += " (" + strings.Join(columns, ", ") + ")"
	}
	if w.oneIn(3) {
		text += w.selection(table, columns)
	} else {
		text += " VALUES " + w.rows(table, columns)
	}
	if table != "archive" && w.oneIn(3) {
		text += " ON CONFLICT (" + w.pick("id", "tenant_id, id") + ") DO " + w.pick("NOTHING", "UPDATE SET "+w.set(table), "UPDATE SET email = EXCLUDED.email")
	}
	return text + returning
}

func (w *writer) rows(table string, columns []string) string {
	var rows []string
	for range 1 + w.Intn(3) {
		var values []string
		for _, c := range columns {
			values = append(values, w.value(table, c))
		}
		rows = append(rows, "("+strings.Join(values, ", ")+")")
	}
	return strings.Join(rows, ", ")
}

// list is a list of rows with a name, and the names of its columns.
func (w *writer) list(table string, columns []string) string {
	rows := strings.ReplaceAll(w.rows(table, columns), "DEFAULT", "NULL")
	if w.oneIn(4) {
		return "(SELECT * FROM (VALUES " + rows + ") l UNION ALL VALUES " + w.rows(table, columns) + ") v (" + strings.Join(columns, ", ") + ")"
	}
	return "(VALUES " + rows + ") v (" + strings.Join(columns, ", ") + ")"
}

var columnCasts = map[string]string{"id": "::int8", "born": "::date", "card": "::int8", "tenant_id": "::text", "tenant": "::text"}

// listed names columns of a list, in casts where one is needed and here and there where not.
func (w *writer) listed(columns []string) []string {
	var names []string
	for _, c := range columns {
		cast := columnCasts[c]
		if cast == "" {
			cast = w.pick("", "", "::text")
		}
		names = append(names, "v."+c+cast)
	}
	return names
}

func (w *writer) bulkUpdate() string {
	columns := []string{"id", "tenant_id", "email", "card"}
	held := w.pick(" AND c.tenant_id = v.tenant_id::text", " AND v.tenant_id = c.tenant_id", " AND c.tenant_id = "+w.tenant(false), "")
	set := w.pick("email = v.email", "email = coalesce(v.email, c.email), card = v.card::int8", "email2 = v.email::text", "email = CASE WHEN c.id > 3 THEN v.email ELSE c.email2 END")
	return "UPDATE customers c SET " + set + " FROM " + w.list("customers", columns) + " WHERE c.id = v.id::int8" + held
}

func (w *writer) merge() string {
	columns := append([]string{"id", "tenant_id"}, w.columns("customers")[1:]...)
	slices.Sort(columns)
	columns = slices.Compact(columns)
	text := "MERGE INTO customers c USING " + w.list("customers", columns) + " ON c.id = v.id::int8" + w.pick(" AND c.tenant_id = v.tenant_id", " AND c.tenant_id = v.tenant_id", "")
	insert := " WHEN NOT MATCHED THEN INSERT (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(w.listed(columns), ", ") + ")"
	for range w.Intn(3) {
		text += w.pick(
			" WHEN MATCHED THEN UPDATE SET email = "+w.pick("v.email", "v.email2", "coalesce(v.email, c.email)", "'PLAIN'", "c.email2"),
			" WHEN MATCHED AND c.tenant_id = "+w.tenant(false)+" THEN UPDATE SET email2 = "+w.value("customers", "email"),
			" WHEN MATCHED AND c.id = 3 THEN DELETE")
	}
	return text + insert // so that every column of the list is used for what it is
}

// selection is a source from another table, with its columns where they have a counterpart.
func (w *writer) selection(table string, columns []string) string {
	if w.oneIn(3) {
		return " SELECT " + w.pick("*", strings.Join(w.listed(columns), ", ")) + " FROM " + w.list(table, columns)
	}
	from := w.pick("customers", "archive", "orders", "leads")
	list := []string{"id + 20"}
	for _, c := range columns[1:] {
		item := w.value(table, c)
		for _, other := range writable[from] {
			if w.oneIn(2) && (other == c || strings.HasPrefix(other, "tenant") && strings.HasPrefix(c, "tenant") || c == "email2" && other == "email") {
				item = other
			}
		}
		list = append(list, strings.Replace(item, "DEFAULT", "NULL", 1))
	}
	if w.oneIn(4) {
		return " SELECT " + strings.Join(list, ", ") + " FROM (SELECT * FROM " + from + ") y"
	}
	return " SELECT " + strings.Join(list, ", ") + " FROM " + from
}

// renumber gives the parameters that are left in a text the numbers from 1.
func (w *writer) renumber(text string) string {
	seen, old := map[string]string{}, w.params
	w.params = nil
	return regexp.MustCompile(`\$[0-9]+`).ReplaceAllStringFunc(text, func(m string) string {
		if seen[m] == "" {
			n, _ := strconv.Atoi(m[1:])
			w.params = append(w.params, old[n-1])
			seen[m] = "$" + strconv.Itoa(len(w.params))
		}
		return seen[m]
	})
}

// misplaced finds protected values that are not sealed for their row's tenant and their field, and sealed ones outside of
// protected columns.
const misplaced = `
SELECT 'customers.email ' || email::text FROM customers WHERE email <> s(coalesce(tenant_id, '?'), 'customer_email')
UNION ALL SELECT 'customers.email2 ' || email2::text FROM customers WHERE email2 <> s(coalesce(tenant_id, '?'), 'customer_email')
UNION ALL SELECT 'customers.born ' || born::text FROM customers WHERE born <> s(coalesce(tenant_id, '?'), 'customer_born')
UNION ALL SELECT 'customers.card ' || card::text FROM customers WHERE card <> s(coalesce(tenant_id, '?'), 'customer_card')
UNION ALL SELECT 'customers.name ' || name FROM customers WHERE name LIKE 'S:%' OR name LIKE '\\x%'
UNION ALL SELECT 'archive ' || email::text FROM archive WHERE email <> s(coalesce(tenant, '?'), 'customer_email')
UNION ALL SELECT 'notes ' || id FROM notes WHERE body <> s('house', 'note_body') OR doc <> s('house', 'note_doc')
UNION ALL SELECT 'leads ' || email FROM leads WHERE email LIKE 'S:%' OR email LIKE '\\x%' OR email LIKE '%PLAIN%'`

// TestRandomWritesStoreOnlyWhatIsSealedInItsPlace runs random writes, with every plan carried out as the proxy does, on a
// server. No plaintext is in a text that is sent, and every value that is stored is sealed for the row it is in.
func TestRandomWritesStoreOnlyWhatIsSealedInItsPlace(t *testing.T) {
	c := writeChecker{t: t, conn: openWorld(t)}
	p := newTestPlanner(t)
	for seed := int64(0); c.done < 400; seed++ {
		if seed > 20_000 {
			t.Fatalf("too few writes succeeded: %d, %d refused", c.done, c.refused)
		}
		w := &writer{Rand: rand.New(rand.NewSource(seed))}
		text := w.renumber(w.write())
		plan := p.planText(text, &Session{})
		checkInvariants(t, text, plan)
		if plan.Refusal != nil {
			c.refused++
			continue
		}
		c.carryOut(text, plan, w.params)
	}
	t.Logf("%d writes done, %d refused by the plan, %d by the server", c.done, c.refused, c.failed)
}

type writeChecker struct {
	t                     *testing.T
	conn                  *pgconn.PgConn
	done, refused, failed int
}

func (c *writeChecker) carryOut(text string, plan *Plan, params []string) {
	ctx := context.Background()
	server := serverText(text, plan)
	if strings.Contains(server, plaintext) {
		c.t.Fatalf("plaintext is sent:\n%s\n%s", text, server)
	}
	values := make([][]byte, len(params)+plan.AddedParams)
	for i, v := range params {
		values[i] = []byte(v)
	}
	for _, u := range plan.Params {
		tenant := u.Tenant.Value
		if u.Tenant.Kind == TenantParam {
			tenant = params[u.Tenant.Param-1]
		}
		values[cmp.Or(u.Added, u.Param)-1] = fmt.Appendf(nil, `\x%x`, seal(tenant, u.Column.Field))
	}
	c.exec("BEGIN")
	defer c.exec("ROLLBACK")
	if err := c.conn.ExecParams(ctx, server, values, nil, nil, nil).Read().Err; err != nil {
		c.failed++
		return
	}
	c.done++
	found := c.conn.ExecParams(ctx, misplaced, nil, nil, nil, nil).Read()
	if found.Err != nil {
		c.t.Fatal(found.Err)
	}
	if len(found.Rows) > 0 {
		c.t.Fatalf("%s\n%s\n%q\nstored %s", text, server, params, found.Rows[0][0])
	}
}

func (c *writeChecker) exec(sql string) {
	if err := c.conn.Exec(context.Background(), sql).Close(); err != nil {
		c.t.Fatal(err)
	}
}
