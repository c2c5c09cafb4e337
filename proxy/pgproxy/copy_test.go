package pgproxy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// copyMarker stands in every protected value of these tests, and nowhere else.
const copyMarker = "marker-copy"

// copyTwins are the protected table of these tests and its twin.
type copyTwins struct {
	stack            *stack
	recorder         *recorder
	protected, plain *pgconn.PgConn
}

const copyTable = `create table goods (id int primary key, owner %s, label varchar(40), email %s, price %s, made %s, note %s)`

func newCopyTwins(t *testing.T, tenantType string) *copyTwins {
	t.Helper()
	s := newBareStack(t)
	for _, tenant := range []string{"acme", "globex", "17", "18"} {
		s.keys.rotate(t, tenant, 1)
	}
	tw := &copyTwins{stack: s, recorder: recordedStack(t, s)}
	s.direct(t).exec(fmt.Sprintf(copyTable, tenantType, "bytea", "bytea", "bytea", "text"))
	twin := s.pg.NewDatabase(t)
	plain := open(t, s.pg.DSN(twin), "")
	plain.exec(fmt.Sprintf(copyTable, tenantType, "text", "int8", "date", "text"))
	tw.plain = plain.PgConn()
	s.start(t, &pgsql.Policy{Tables: []pgsql.Table{{
		Schema: "public", Name: "goods", Tenant: pgsql.TenantSource{Column: "owner"},
		Columns: []pgsql.Column{
			{Name: "email", Field: "goods_email", Type: "text", Index: 0},
			{Name: "price", Field: "goods_price", Type: "int8", Index: 1},
			{Name: "made", Field: "goods_made", Type: "date", Index: 2},
			{Name: "note", Field: "goods_note", Type: "text", Storage: pgsql.StorageText, Index: 3},
		},
	}}}, Limits{})
	tw.protected = s.proxied(t).PgConn()
	return tw
}

// fill gives the twin rows with every kind of character in every place.
func (tw *copyTwins) fill(t *testing.T, r *rand.Rand, rows int, tenants ...string) {
	t.Helper()
	texts := []string{"", "plain", `with "quotes"`, "tab\there", "line\nfeed", "carriage\rreturn", `back\slash`, `\N`, `\.`, "comma, semicolon; bar|", "NULL", "ünïcödé",
		"'single'", " spaces ", "\x01\x1f\x7f", "nil", `"`, `""`, "\\", "é", "x"}
	pick := func(protected bool) any {
		if r.IntN(8) == 0 {
			return nil
		}
		text := texts[r.IntN(len(texts))]
		if protected && r.IntN(2) == 0 {
			text += copyMarker + texts[r.IntN(len(texts))]
		}
		return text
	}
	for i := range rows {
		label := pick(false)
		values := []any{i, tenants[r.IntN(len(tenants))], label, pick(true), nil, nil, pick(true)}
		if r.IntN(3) > 0 {
			values[4], values[5] = r.Int64()-r.Int64(), fmt.Sprintf("%04d-%02d-%02d", 1900+r.IntN(200), 1+r.IntN(12), 1+r.IntN(28))
		}
		var params [][]byte
		for _, v := range values {
			if v == nil {
				params = append(params, nil)
				continue
			}
			params = append(params, fmt.Append(nil, v))
		}
		if res := tw.plain.ExecParams(context.Background(), "insert into goods values ($1, $2, $3, $4, $5, $6, $7)", params, nil, nil, nil).Read(); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
}

// pieces hands out its data in pieces of random sizes, so that the messages are cut anywhere.
type pieces struct {
	data []byte
	rand *rand.Rand
	most int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.data) == 0 {
		return 0, io.EOF
	}
	n := min(1+p.rand.IntN(p.most), len(p.data), len(b))
	copy(b, p.data[:n])
	p.data = p.data[n:]
	return n, nil
}

func copyTo(t *testing.T, c *pgconn.PgConn, sql string) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := c.CopyTo(context.Background(), &b, sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return b.String()
}

// copyForms are options of COPY for both directions, and such for one of them.
var copyForms = []struct {
	both, in, out string
	inOnly        bool // the proxy refuses it in the other direction
}{
	{},
	{both: "format text, null 'nil', delimiter '|'"},
	{both: "format text, delimiter 'A', null ''"},
	{both: "format csv"},
	{both: "format csv", out: "header, force_quote *", in: "header"},
	{both: "format csv", out: "header", in: "header match"},
	{both: "format csv, delimiter ';', quote '''', escape '\\', null 'nil'", out: "force_quote (email, label)", in: "force_not_null (label), force_null (email, note)"},
	{both: "format csv, delimiter 'a', quote 'b', escape 'c'", inOnly: true},
	{both: "format csv", in: "force_not_null (owner, email, note)"},
	{both: "format binary"},
	{both: "format text", in: "freeze off"},
	{both: "encoding 'utf8'", out: "header", in: "header"},
}

func withOptions(options ...string) string {
	var given []string
	for _, o := range options {
		if o != "" {
			given = append(given, o)
		}
	}
	if len(given) == 0 {
		return ""
	}
	return " (" + strings.Join(given, ", ") + ")"
}

func TestCopyThroughTheProxyIsAsOnAPlainTable(t *testing.T) {
	for _, tenants := range []struct {
		typ   string
		names []string
	}{{"text", []string{"acme", "globex"}}, {"bigint", []string{"17", "18"}}} {
		tw := newCopyTwins(t, tenants.typ)
		r := rand.New(rand.NewPCG(1, 2))
		tw.fill(t, r, 120, tenants.names...)
		for _, form := range copyForms {
			if tw.stack.pg.Major < 15 && (form.in == "header match" || form.in == "header" && !strings.Contains(form.both, "csv")) {
				continue // both are known since 15
			}
			t.Run(tenants.typ+withOptions(form.both, form.out, form.in), func(t *testing.T) {
				for _, most := range []int{7, 1 << 20} {
					tw.roundTrip(t, form.both, form.in, form.out, form.inOnly, &pieces{rand: r, most: most})
				}
			})
		}
		if m := leaked(tw.recorder.take(), copyMarker); m != "" {
			t.Errorf("LEAK: %q arrives at the server", m)
		}
	}
}

// roundTrip copies what the twin gives into the protected table and into a copy of the twin, and compares all.
func (tw *copyTwins) roundTrip(t *testing.T, both, in, out string, inOnly bool, p *pieces) {
	t.Helper()
	data := copyTo(t, tw.plain, "copy goods to stdout"+withOptions(both, out))
	from := "copy goods from stdin" + withOptions(both, in)
	tw.both(t, "begin; alter table goods rename to kept; create table goods (like kept including all)", "begin; truncate goods")
	p.data = []byte(data)
	gotTag, err := tw.protected.CopyFrom(context.Background(), p, from)
	if err != nil {
		t.Fatalf("%s: %v", from, err)
	}
	wantTag, err := tw.plain.CopyFrom(context.Background(), strings.NewReader(data), from)
	if err != nil {
		t.Fatalf("%s on the twin: %v", from, err)
	}
	if gotTag != wantTag {
		t.Errorf("tag %q, want %q", gotTag, wantTag)
	}
	options := withOptions(both, out)
	if inOnly {
		options = ""
	}
	tw.sameOut(t, options)
	if inOnly {
		if got := copyCode(tw.protected, "copy goods to stdout"+withOptions(both), ""); got != "22023" {
			t.Errorf("not refused but %q", got)
		}
		tw.both(t, "select 1", "rollback")
	}
	tw.both(t, "rollback", "commit")
}

func (tw *copyTwins) both(t *testing.T, plain, protected string) {
	t.Helper()
	for c, sql := range map[*pgconn.PgConn]string{tw.plain: plain, tw.protected: protected} {
		if _, err := c.Exec(context.Background(), sql).ReadAll(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
}

// sameOut compares COPY TO of the whole table, of some columns, and of queries.
func (tw *copyTwins) sameOut(t *testing.T, options string) {
	t.Helper()
	what := []string{"goods", "(select * from goods order by id)"}
	if !strings.Contains(options, "force_quote (") {
		what = append(what, "goods (email)", "goods (note, id)", "goods (id, label)", "(select note from goods where email is not null order by id desc)",
			"(select price as p, made from goods where false)")
	}
	for _, w := range what {
		sql := "copy " + w + " to stdout" + options
		if diff := gocmp.Diff(copyTo(t, tw.plain, sql), copyTo(t, tw.protected, sql)); diff != "" {
			t.Errorf("%s: %s", sql, diff)
		}
	}
}

// TestCopyOfBadDataFailsAsOnAPlainTable sends data that COPY does not take: the SQLSTATE and the transaction's state are
// those of the twin, no value is in the error, and none reaches the server.
func TestCopyOfBadDataFailsAsOnAPlainTable(t *testing.T) {
	tw := newCopyTwins(t, "text")
	for _, c := range []struct {
		name, options, data string
		own                 string // the code, where the proxy refuses what the twin takes
		columns             string // others than id, owner, email, price, made
		since               int    // the first version of PostgreSQL that has the options; 0 for all
	}{
		{name: "the marker in csv", columns: "goods (owner, id, email)", options: "(format csv)", data: "acme,1,marker-copy\n\\.\nacme,2,marker-copy\n"},
		{name: "the marker in csv without an end", columns: "goods (owner, id, email)", options: "(format csv)", data: "acme,1,marker-copy\n\\."},
		{name: "a quoted marker in csv", options: "(format csv)", data: "1,acme,\"\n\\.\nmarker-copy\",1,2020-01-01\n"},
		{name: "a default that there is not", since: 16, options: `(default '\D')`, data: "1\tacme\tmarker-copy\t1\t\\D\n"},
		{name: "a default tenant", since: 16, options: `(default '\D')`, data: "1\t\\D\tmarker-copy\t1\t2020-01-01\n", own: "22023"},
		{name: "forced NULL in all", since: 17, options: `(format csv, force_null *)`, data: `1,acme,"","",""`},
		{name: "forced values in all", since: 17, options: `(format csv, force_not_null *)`, data: `1,acme,,1,`},
		{name: "errors to be skipped", since: 17, options: `(on_error ignore)`, data: "1\tacme\tmarker-copy\tx\t2020-01-01\n", own: "0A000"},

		{name: "a field too many", data: "1\tacme\tmarker-copy\t1\t2020-01-01\tmarker-copy\n"},
		{name: "a field too few", data: "1\tacme\tmarker-copy\t1\n"},
		{name: "an empty line", data: "\n", own: "22P04"}, // the twin looks at the first column before it misses the second
		{name: "an invalid number", data: "1\tacme\tmarker-copy\tmarker-copy\t2020-01-01\n"},
		{name: "a number out of range", data: "1\tacme\tmarker-copy\t99999999999999999999\t2020-01-01\n"},
		{name: "an invalid date", data: "1\tacme\tmarker-copy\t1\tmarker-copy\n"},
		{name: "a date out of range", data: "1\tacme\tmarker-copy\t1\t2020-02-30\n"},
		{name: "an invalid unprotected number", data: "x\tacme\tmarker-copy\t1\t2020-01-01\n"},
		{name: "a duplicate key", data: "1\tacme\tmarker-copy\t1\t2020-01-01\n1\tacme\tmarker-copy\t1\t2020-01-01\n"},
		{name: "invalid UTF-8", data: "1\tacme\tmarker-copy\xff\t1\t2020-01-01\n"},
		{name: "a zero byte", data: "1\tacme\tmarker-copy\x00\t1\t2020-01-01\n"},
		{name: "an escaped zero byte", data: "1\tacme\tmarker-copy\\000\t1\t2020-01-01\n"},
		{name: "line ends that differ", data: "1\tacme\tmarker-copy\t1\t2020-01-01\n2\tacme\tmarker-copy\t1\t2020-01-01\r\n"},
		{name: "other line ends that differ", data: "1\tacme\tmarker-copy\t1\t2020-01-01\r\n2\tacme\tmarker-copy\t1\t2020-01-01\n"},
		{name: "a marker in a line", data: "1\tacme\tmarker-copy\\.\t1\t2020-01-01\n"},
		{name: "rows behind the marker", data: "\\.\n1\tacme\tmarker-copy\n"},
		{name: "an open quote", options: "(format csv)", data: "1,acme,\"marker-copy,1,2020-01-01\n"},
		{name: "a header that does not match", options: "(format csv, header match)", data: "id,owner,marker-copy,price,made\n"},
		{name: "a header of other size", options: "(format csv, header match)", data: "id,owner,marker-copy\n"},
		{name: "a header with data", options: "(format csv, header)", data: "1,acme,marker-copy,1,2020-01-01\n"},
		{name: "no signature", options: "(format binary)", data: "marker-copy-marker-copy-marker-copy"},
		{name: "no data", options: "(format binary)", data: ""},
		{name: "a cut row", options: "(format binary)", data: "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x04"},
		{name: "another number of fields", options: "(format binary)", data: "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x04marker-copy"},
		{name: "data behind the trailer", options: "(format binary)", data: "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xffmarker-copy"},
		{name: "oids", options: "(format binary)", data: "PGCOPY\n\xff\r\n\x00\x00\x01\x00\x00\x00\x00\x00\x00\xff\xff"},
		{name: "a tenant that is NULL", data: "1\t\\N\tmarker-copy\t1\t2020-01-01\n", own: "22023"},
		{name: "a tenant without a key", data: "1\tnobody\tmarker-copy\t1\t2020-01-01\n", own: "58000"},
		{name: "a tenant that is NULL of a row without values", data: "1\t\\N\t\\N\t\\N\t\\N\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sql := "copy " + cmp.Or(c.columns, "goods (id, owner, email, price, made)") + " from stdin " + c.options
			if version := tw.plain.ParameterStatus("server_version"); c.since > 0 && version < fmt.Sprint(c.since) {
				t.Skip("PostgreSQL " + version)
			}
			for _, block := range []bool{false, true} {
				if block {
					tw.both(t, "begin", "begin")
				}
				want := copyCode(tw.plain, sql, c.data)
				got := copyCode(tw.protected, sql, c.data)
				if c.own != "" {
					want = c.own
				}
				if got != want {
					t.Errorf("code %q, want %q", got, want)
				}
				if status := tw.protected.TxStatus(); block && c.own != "" && status != 'E' {
					t.Errorf("transaction status %c after an error", status)
				}
				if c.own == "" && tw.protected.TxStatus() != tw.plain.TxStatus() {
					t.Errorf("transaction status %c, want %c", tw.protected.TxStatus(), tw.plain.TxStatus())
				}
				tw.both(t, "rollback; truncate goods; select 1", "rollback; truncate goods; select 1")
			}
		})
	}
	if m := leaked(tw.recorder.take(), copyMarker); m != "" {
		t.Errorf("LEAK: %q arrives at the server", m)
	}
}

// copyCode copies data and returns the SQLSTATE; one that quotes the data is marked.
func copyCode(c *pgconn.PgConn, sql, data string) string {
	tag, err := c.CopyFrom(context.Background(), strings.NewReader(data), sql)
	var pgErr *pgconn.PgError
	switch {
	case err == nil:
		return tag.String()
	case !errors.As(err, &pgErr):
		return err.Error()
	case pgErr.Routine == "keyaside" && strings.Contains(fmt.Sprintf("%+v", *pgErr), copyMarker):
		return pgErr.Code + " with the value"
	}
	return pgErr.Code
}

func TestCopyAmongTheStatementsOfOneQuery(t *testing.T) {
	p := newPipelineTwins(t)
	row := "d|1\tacme\tmarker"
	for _, pipeline := range [][]string{
		{"Q|begin; copy plain from stdin; copy customers from stdin; select 1; copy plain from stdin; commit", "d|1\tx", "c", row, "c", "d|2\ty", "c", "Q|select * from customers", "Q|select * from plain"},
		{"Q|select 1; copy customers from stdin; select 1/0; copy plain from stdin", row, "c", "d|marker", "Q|select * from customers"},
		{"Q|select 1/0; copy customers from stdin", row, "c", "S", row, "Q|select * from customers"},
		{"Q|copy customers from stdin; copy customers to stdout; copy customers (email) to stdout; select 2", row, "c"},
	} {
		p.recorder.take()
		p.check(t, pipeline)
		if m := leaked(p.recorder.take(), "marker"); m != "" {
			t.Errorf("%s: LEAK: a protected value arrives at the server", pipeline[0])
		}
		p.reset()
	}
}
