package drivertest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgxClient is a pgx connection; its mode is set when it connects.
type pgxClient struct {
	*pgx.Conn
	prepared int
}

func (c *pgxClient) exec(sql string, args ...any) error {
	_, err := c.Exec(context.Background(), sql, args...)
	return err
}

func (c *pgxClient) scan(sql string, args []any, dest ...any) error {
	return c.QueryRow(context.Background(), sql, args...).Scan(dest...)
}

// prepare prepares through the protocol in every mode: pgx takes a statement's name in place of its text.
func (c *pgxClient) prepare(t *testing.T, sql string) prepared {
	t.Helper()
	c.prepared++
	name := fmt.Sprintf("statement %d", c.prepared)
	_, err := c.Prepare(context.Background(), name, sql)
	check(t, err)
	return pgxPrepared{c, name}
}

type pgxPrepared struct {
	c    *pgxClient
	name string
}

func (p pgxPrepared) exec(args ...any) error { return p.c.exec(p.name, args...) }

func (p pgxPrepared) scan(args []any, dest ...any) error { return p.c.scan(p.name, args, dest...) }

func TestPgxInEveryMode(t *testing.T) {
	s := newStage(t)
	for i, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		t.Run(mode, func(t *testing.T) {
			c := &pgxClient{Conn: connect(t, s.dsn()+"&default_query_exec_mode="+mode)}
			s.exercise(t, c, int64(i)*10_000)
			t.Run("bulk copy", func(t *testing.T) { s.pgxCopy(t, c, int64(i)*10_000+600) })
			t.Run("native types", func(t *testing.T) { s.pgxNativeTypes(t, c, int64(i)*10_000+500) })
		})
	}
	s.assertNoLeak()
}

// pgxCopy copies rows as pgx does it, in binary. A value that pgx cannot encode is in its own error, which it sends to the
// server; through the proxy it does not get there.
func (s *stage) pgxCopy(t *testing.T, c *pgxClient, id int64) {
	table, columns := pgx.Identifier{"customers"}, []string{"id", "tenant_id", "email", "points", "born"}
	email := s.word("email of a bulk copy")
	born := time.Date(1977, 5, 4, 0, 0, 0, 0, time.UTC)
	n, err := c.CopyFrom(context.Background(), table, columns, pgx.CopyFromRows([][]any{{id, "acme", email, int64(42), born}, {id + 1, "globex", nil, nil, nil}}))
	check(t, err)
	expectCount(t, c, id, 1)
	expectCount(t, c, id+1, 1)
	var got string
	var points int64
	var day time.Time
	check(t, c.QueryRow(context.Background(), "select email, points, born from customers where id = $1", id).Scan(&got, &points, &day))
	if n != 2 || got != email || points != 42 || !day.Equal(born) {
		t.Errorf("%d rows; the first has %q, %d, %v", n, got, points, day)
	}
	_, err = c.CopyFrom(context.Background(), table, columns, pgx.CopyFromRows([][]any{{id + 2, "acme", email, s.word("no number"), born}}))
	if err == nil {
		t.Error("a text was copied as a number")
	}
	expectCount(t, c, id+2, 0)
}

// pgxNativeTypes asserts that pgx sees of protected columns what it sees of columns of the logical types.
func (s *stage) pgxNativeTypes(t *testing.T, c *pgxClient, id int64) {
	check(t, c.exec(insertSQL, s.fill(row{ID: id, Tenant: "acme", Name: &s.control}).args()...))
	if got, want := c.types(t, protectedSQL, id), c.types(t, nativeSQL, id); !slices.Equal(got, want) {
		t.Errorf("types %q, want %q", got, want)
	}
}

// types lists OID, size, modifier and Go type of each column of the one row that a query gives.
func (c *pgxClient) types(t *testing.T, query string, id int64) []string {
	t.Helper()
	rows, err := c.Query(context.Background(), query, id)
	check(t, err)
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	values, err := rows.Values()
	check(t, err)
	var types []string
	for i, f := range rows.FieldDescriptions() {
		types = append(types, fmt.Sprintf("%d %d %d %d %T", f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format, values[i]))
	}
	return types
}
