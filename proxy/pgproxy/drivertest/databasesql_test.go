package drivertest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/lib/pq"
)

// sqlClient is one connection of database/sql.
type sqlClient struct{ *sql.Conn }

// openSQL opens one connection with a driver that is registered under the name.
func openSQL(t *testing.T, driver, dsn string) *sqlClient {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	c, err := db.Conn(context.Background())
	check(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return &sqlClient{c}
}

func (c *sqlClient) exec(sql string, args ...any) error {
	_, err := c.ExecContext(context.Background(), sql, args...)
	return err
}

func (c *sqlClient) scan(sql string, args []any, dest ...any) error {
	return c.QueryRowContext(context.Background(), sql, args...).Scan(dest...)
}

func (c *sqlClient) prepare(t *testing.T, text string) prepared {
	t.Helper()
	st, err := c.PrepareContext(context.Background(), text)
	check(t, err)
	t.Cleanup(func() { _ = st.Close() })
	return sqlPrepared{st}
}

type sqlPrepared struct{ *sql.Stmt }

func (p sqlPrepared) exec(args ...any) error {
	_, err := p.ExecContext(context.Background(), args...)
	return err
}

func (p sqlPrepared) scan(args []any, dest ...any) error {
	return p.QueryRowContext(context.Background(), args...).Scan(dest...)
}

func TestDatabaseSQLWithPgx(t *testing.T) {
	s := newStage(t)
	c := openSQL(t, "pgx", s.dsn())
	s.exercise(t, c, 0)
	t.Run("native types", func(t *testing.T) { s.sqlNativeTypes(t, c, 600) })
	s.assertNoLeak()
}

func TestPqInBothFormats(t *testing.T) {
	s := newStage(t)
	for i, parameters := range []string{"", "&binary_parameters=yes"} {
		t.Run("parameters"+parameters, func(t *testing.T) {
			c := openSQL(t, "postgres", s.dsn()+parameters)
			s.exercise(t, c, int64(i)*10_000)
			t.Run("native types", func(t *testing.T) { s.sqlNativeTypes(t, c, int64(i)*10_000+600) })
		})
	}
	s.assertNoLeak()
}

// sqlNativeTypes asserts that database/sql tells of protected columns what it tells of columns of the logical types.
func (s *stage) sqlNativeTypes(t *testing.T, c *sqlClient, id int64) {
	check(t, c.exec(insertSQL, s.fill(row{ID: id, Tenant: "acme", Name: &s.control}).args()...))
	if got, want := c.types(t, protectedSQL, id), c.types(t, nativeSQL, id); !slices.Equal(got, want) {
		t.Errorf("types %q, want %q", got, want)
	}
}

// types lists the server's and Go's type of each column of the one row that a query gives.
func (c *sqlClient) types(t *testing.T, query string, id int64) []string {
	t.Helper()
	rows, err := c.QueryContext(context.Background(), query, id)
	check(t, err)
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	check(t, err)
	values, dest := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	check(t, rows.Scan(dest...))
	var types []string
	for i, column := range columns {
		types = append(types, fmt.Sprintf("%s %T", column.DatabaseTypeName(), values[i]))
	}
	return types
}
