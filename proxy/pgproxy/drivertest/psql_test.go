package drivertest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// psqlClient runs scripts with psql through the proxy, one session per script.
type psqlClient struct {
	t    *testing.T
	path string
	dsn  string
}

// What psql prints between fields, behind records and for NULL. No value of the tests has the first and the last.
const (
	fieldEnd  = "\x1f"
	recordEnd = "\n"
	nullSign  = "\x05"
)

func newPsql(t *testing.T) *psqlClient {
	t.Helper()
	path, err := exec.LookPath("psql")
	if err != nil {
		t.Fatal("psql is missing: run make deps-drivers, or install postgresql-client")
	}
	return &psqlClient{t: t, path: path}
}

// run executes a script from a file and returns what it prints, and its messages.
func (c *psqlClient) run(script string) (out, messages string) {
	c.t.Helper()
	file := filepath.Join(c.t.TempDir(), "script.sql")
	check(c.t, os.WriteFile(file, []byte(script), 0o600))
	cmd := exec.Command(c.path, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator="+fieldEnd,
		"--pset=null="+nullSign, "--file="+file, c.dsn)
	cmd.Env = append(os.Environ(), "PGCLIENTENCODING=UTF8")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		c.t.Fatalf("psql: %v\n%s", err, tail(stderr.String()))
	}
	return stdout.String(), stderr.String()
}

// literal writes a value as a person would in a script.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return fmt.Sprintf(`'\x%x'`, v)
	case *string:
		return "'" + strings.ReplaceAll(*v, "'", "''") + "'"
	case *int64:
		return fmt.Sprint(*v)
	case int64:
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("'%s'", v)
}

var placeholder = regexp.MustCompile(`\$\d+`)

// spelled puts a row's values in the place of $1, $2, …
func spelled(sql string, r row) string {
	args := r.args()
	if r.Born != nil {
		args[7] = r.Born
	}
	return placeholder.ReplaceAllStringFunc(sql, func(p string) string {
		n, _ := strconv.Atoi(p[1:])
		return literal(args[n-1])
	})
}

// printed is a row as psql prints it.
func printed(r row) string {
	fields := []string{fmt.Sprint(r.ID), r.Tenant}
	for _, v := range []*string{r.Name, r.Email, r.Note} {
		fields = append(fields, shown(v))
	}
	photo, points := nullSign, nullSign
	if r.Photo != nil {
		photo = fmt.Sprintf(`\x%x`, r.Photo)
	}
	if r.Points != nil {
		points = fmt.Sprint(*r.Points)
	}
	fields = append(fields, photo, points, shown(r.Born), shown(r.Ref), shown(r.Profile))
	return strings.Join(fields, fieldEnd) + recordEnd
}

func shown(v *string) string {
	if v == nil {
		return nullSign
	}
	return *v
}

func TestPsql(t *testing.T) {
	c := newPsql(t)
	s := newStage(t)
	c.dsn = s.dsn()
	for _, ch := range s.changes(0, s.control) {
		t.Run(ch.What, func(t *testing.T) { s.psqlWriteAndRead(t, c, ch) })
	}
	t.Run("transaction that fails in the middle", func(t *testing.T) { s.psqlFailInTheMiddle(t, c) })
	t.Run("refused statements", func(t *testing.T) { s.psqlRefusals(t, c) })
	t.Run("restore of a dump", func(t *testing.T) { s.psqlRestore(t, c) })
	t.Run("two tenants on one connection", func(t *testing.T) { s.psqlInterleave(t, c) })
	t.Run("one statement 1000 times", func(t *testing.T) { s.psqlRepeat(t, c) })
	t.Run("gdesc shows the logical types", func(t *testing.T) { psqlDescribe(t, c) })
	t.Run("copy of an unprotected table", func(t *testing.T) { psqlCopy(t, c) })
	s.assertNoLeak()
}

func (s *stage) psqlWriteAndRead(t *testing.T, c *psqlClient, ch change) {
	script := fmt.Sprintf("%s;\n%s;\n%s;\n%[2]s;\n", spelled(insertSQL, ch.Insert), spelled(selectSQL, ch.Insert), spelled(updateSQL, ch.Update))
	out, messages := c.run(script)
	if want := printed(ch.Insert) + printed(ch.Update); out != want || messages != "" {
		t.Errorf("psql prints %d bytes, not the %d of the rows; messages: %s", len(out), len(want), tail(messages))
	}
}

func (s *stage) psqlFailInTheMiddle(t *testing.T, c *psqlClient) {
	insert := spelled(insertSQL, s.fill(row{ID: 200, Tenant: "acme", Name: &s.control}))
	out, _ := c.run(`
		begin;
		` + insert + `;
		` + insert + `;
		\echo :LAST_ERROR_SQLSTATE
		` + insert + `;
		\echo :LAST_ERROR_SQLSTATE
		commit;
		select count(*) from customers where id = 200;`)
	if want := "23505\n25P02\n0" + recordEnd; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func (s *stage) psqlRefusals(t *testing.T, c *psqlClient) {
	email := s.word("email in a refused statement")
	for _, statement := range []string{
		fmt.Sprintf("select id from customers where email = '%s'", email),
		fmt.Sprintf("insert into customers (id, tenant_id, email) values (300, 'acme', reverse('%s'))", email),
		fmt.Sprintf("select 1; update customers set email = email || '%s' where tenant_id = 'acme'; select 2", email),
		fmt.Sprintf("do $$ begin insert into customers (id, tenant_id, email) values (300, 'acme', '%s'); end $$", email),
		"copy customers to '/tmp/customers'",
	} {
		out, _ := c.run("begin;\n" + strings.ReplaceAll(statement, "; ", `\; `) + ";\n\\echo :LAST_ERROR_SQLSTATE\nselect 1;\n\\echo :LAST_ERROR_SQLSTATE\n")
		if !strings.HasPrefix(out, "0A000\n") || !strings.HasSuffix(out, "25P02\n") {
			t.Errorf("%.40s… gives %q", statement, out)
		}
	}
}

// psqlRestore runs a script as pg_dump writes it. psql takes the rows of a COPY that fails at once for statements and sends
// them, so the search for leaks is the point where one is refused, by the proxy or by the server.
func (s *stage) psqlRestore(t *testing.T, c *psqlClient) {
	out, messages := c.run("-- Data for Name: customers; Type: TABLE DATA\n\nCOPY public.customers (id, tenant_id, name, email) FROM stdin;\n" +
		"301\tacme\tname\t" + s.word("email in a dump") + "\n302\tacme\tname;\t" + s.word("email in a dump") + "\n\\.\n" +
		"select count(*) from customers where id in (301, 302);\n")
	if out != "2\n" || messages != "" {
		t.Errorf("got %q, messages: %s", out, messages)
	}
	rows := "303\t" + s.word("email in a dump") + "\n304\t" + s.word("email in a dump") + "; \n\\.\n"
	for start, reason := range map[string]string{
		"COPY public.customers (id, email) FROM stdin;\n":                                              "the tenant in column tenant_id is not among the columns",
		"begin;\nselect 1/0;\nCOPY public.customers (id, tenant_id, email) FROM stdin;\n":              "current transaction is aborted",
		"COPY public.customers (id, id, email, tenant_id) FROM stdin;\n":                               "specified more than once",
		"set default_transaction_read_only = on;\nCOPY customers (id, tenant_id, email) FROM stdin;\n": "read-only transaction",
	} {
		out, messages := c.run(start + rows + "rollback;\nset default_transaction_read_only = off;\nselect count(*) from customers where id in (303, 304);\n")
		if out != "0\n" || !strings.Contains(messages, reason) || strings.Contains(messages, "syntax") {
			t.Errorf("%s gives %q, messages: %s", start, out, messages)
		}
	}
}

func (s *stage) psqlInterleave(t *testing.T, c *psqlClient) {
	var script, want strings.Builder
	for i := range 40 {
		tenant, email := []string{"acme", "globex"}[i%2], s.word("email of one of two tenants")
		fmt.Fprintf(&script, "insert into customers (id, tenant_id, email) values (%d, '%s', '%s') returning email;\n", 400+i, tenant, email)
		fmt.Fprintf(&script, "select tenant_id, email from customers where id = %d;\n", 400+i)
		fmt.Fprintf(&want, "%s%s%s%s%[1]s%[2]s", email, recordEnd, tenant, fieldEnd)
	}
	if out, messages := c.run(script.String()); out != want.String() || messages != "" {
		t.Errorf("psql prints %q, want %q; messages: %s", tail(out), tail(want.String()), tail(messages))
	}
}

func (s *stage) psqlRepeat(t *testing.T, c *psqlClient) {
	email := s.word("email of a repeated statement")
	var script strings.Builder
	for i := range uses {
		fmt.Fprintf(&script, "insert into customers (id, tenant_id, email) values (%d, 'globex', '%s');\n", 1000+i, email)
	}
	script.WriteString("select email from customers where id >= 1000;\n")
	if out, messages := c.run(script.String()); out != strings.Repeat(email+recordEnd, uses) || messages != "" {
		t.Errorf("psql prints %q; messages: %s", tail(out), tail(messages))
	}
}

func psqlDescribe(t *testing.T, c *psqlClient) {
	out, _ := c.run(`select email, note, photo, points, born, ref, profile from customers \gdesc`)
	var want string
	for _, c := range [][2]string{{"email", "text"}, {"note", "text"}, {"photo", "bytea"}, {"points", "bigint"}, {"born", "date"},
		{"ref", "uuid"}, {"profile", "jsonb"}} {
		want += c[0] + fieldEnd + c[1] + recordEnd
	}
	if out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func psqlCopy(t *testing.T, c *psqlClient) {
	file := filepath.Join(t.TempDir(), "copied")
	out, messages := c.run(`
		copy plain from stdin;
1	one
2	\N
\.
		\copy plain to '` + file + `'
		\copy plain from '` + file + `'
		select count(*), count(word) from plain;`)
	if want := "4" + fieldEnd + "2" + recordEnd; out != want || messages != "" {
		t.Errorf("got %q, want %q; messages: %s", out, want, messages)
	}
}
