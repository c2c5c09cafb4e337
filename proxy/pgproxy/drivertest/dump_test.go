package drivertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDumpIsTakenAndRestoredThroughTheProxy takes dumps with pg_dump, as a script and in its own format, and restores them
// with psql and pg_restore: each copies tables in and out.
func TestDumpIsTakenAndRestoredThroughTheProxy(t *testing.T) {
	s := newStage(t)
	c := &pgxClient{Conn: connect(t, s.dsn())}
	const rows = 20
	s.insertRows(t, rows)
	contents := func() string {
		t.Helper()
		var all strings.Builder
		_, err := c.PgConn().CopyTo(context.Background(), &all, "copy (select * from customers order by id) to stdout")
		check(t, err)
		return all.String()
	}
	want := contents()
	if strings.Count(want, "\n") != rows {
		t.Fatalf("%d rows before the dump", strings.Count(want, "\n"))
	}
	file := filepath.Join(t.TempDir(), "dump")
	for _, format := range []string{"plain", "custom"} {
		s.tool(t, "pg_dump", "--data-only", "--table=public.customers", "--format="+format, "--file="+file, s.dsn())
		check(t, c.exec("truncate customers"))
		if format == "plain" {
			dump, err := os.ReadFile(file)
			check(t, err)
			if !strings.Contains(string(dump), strings.Split(want, "\n")[0]) {
				t.Error("the dump has no row as it is shown to the application")
			}
			s.tool(t, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file="+file, s.dsn())
		} else {
			s.tool(t, "pg_restore", "--exit-on-error", "--data-only", "--dbname="+s.dsn(), file)
		}
		if got := contents(); got != want {
			t.Errorf("%s: the table has %d bytes after the dump was restored, not %d", format, len(got), len(want))
		}
	}
	s.assertNoLeak()
}

// insertRows inserts rows with values in all columns, for two tenants in turn, so that the search for leaks has what to
// look for.
func (s *stage) insertRows(t *testing.T, n int) {
	t.Helper()
	c := &pgxClient{Conn: connect(t, s.dsn())}
	for i := range int64(n) {
		check(t, c.exec(insertSQL, s.fill(row{ID: i, Tenant: []string{"acme", "globex"}[i%2], Name: &s.control}).args()...))
	}
}

func (s *stage) tool(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: run make deps-drivers, or install postgresql-client", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "PGCLIENTENCODING=UTF8")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, tail(string(out)))
	}
}
