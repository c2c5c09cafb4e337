package pgproxy

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// execModes are pgx's ways to send a statement: prepared and cached, described each time, unprepared extended, and simple.
var execModes = []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"}

type customer struct {
	ID      int64
	Tenant  string
	Name    *string
	Email   *string
	Note    *string
	Photo   []byte
	Points  *int64
	Born    *time.Time
	Ref     *string
	Profile *string
}

func ptr[T any](v T) *T { return &v }

func sample(id int64, tenant string) customer {
	return customer{
		ID: id, Tenant: tenant, Name: ptr("Łukasz"),
		Email: ptr("marker-email-" + tenant + "@example.com"), Note: ptr("it's \"quoted\" \\ 🔑\nnew line"),
		Photo: []byte{0, 1, 2, 0xff}, Points: ptr(int64(-42)), Born: ptr(time.Date(1987, 6, 5, 0, 0, 0, 0, time.UTC)),
		Ref: ptr("123e4567-e89b-12d3-a456-426614174000"), Profile: ptr(`{"a": [1, 2]}`),
	}
}

const insertCustomer = `insert into customers (id, tenant_id, name, email, note, photo, points, born, ref, profile)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

func (c *conn) insert(v customer) {
	c.t.Helper()
	c.exec(insertCustomer, v.ID, v.Tenant, v.Name, v.Email, v.Note, v.Photo, v.Points, v.Born, v.Ref, v.Profile)
}

func (c *conn) customer(sql string, args ...any) customer {
	c.t.Helper()
	rows, _ := c.Query(context.Background(), sql, args...)
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[customer])
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func TestValuesOfEveryTypeComeBackInEveryExecMode(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	for i, mode := range execModes {
		t.Run(mode, func(t *testing.T) {
			c := s.proxiedIn(t, mode)
			want := sample(int64(i), "acme")
			c.insert(want)
			if got := c.customer(`select * from customers where id = $1`, i); !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
			empty := customer{ID: int64(100 + i), Tenant: "globex", Email: ptr(""), Photo: []byte{}}
			c.insert(empty)
			if got := c.customer(`select * from customers where id = $1`, 100+i); !reflect.DeepEqual(got, empty) {
				t.Errorf("empty and NULL: got %+v\nwant %+v", got, empty)
			}
			s.assertSealed(t, "select email, photo, points, born, ref, profile from customers")
		})
	}
}

// assertSealed reads bytea columns directly and asserts that each value is an envelope.
func (s *stack) assertSealed(t *testing.T, sql string) {
	t.Helper()
	rows, err := s.direct(t).Query(context.Background(), sql)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if v == nil {
				continue
			}
			n++
			if b, ok := v.([]byte); !ok || !strings.HasPrefix(string(b), "\xf5\x4b\x11") {
				t.Errorf("column %d holds %q", i, v)
			}
		}
	}
	if rows.Err() != nil || n == 0 {
		t.Fatalf("%d values, %v", n, rows.Err())
	}
}

func TestValueCopiedToAnotherTenantsRowDoesNotOpen(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxied(t)
	c.insert(sample(1, "acme"))
	c.insert(sample(2, "globex"))
	s.direct(t).exec(`update customers set email = (select email from customers where id = 1) where id = 2`)
	for _, sql := range []string{
		`select email from customers where id = 2`,
		`select * from customers where id = 2`,
		`select e from (select email as e from customers where id = 2) x`,
	} {
		err := queryError(c, sql)
		if err == nil || err.Code != codeDataCorrupted {
			t.Errorf("%s: got %v", sql, err)
		}
	}
	if got := c.value(`select email from customers where id = 1`); got != "marker-email-acme@example.com" {
		t.Errorf("the original: %v", got)
	}
}

// queryError runs a query to its end and returns the error, nil if there is none.
func queryError(c *conn, sql string, args ...any) *pgconn.PgError {
	rows, err := c.Query(context.Background(), sql, args...)
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
	}
	var pgErr *pgconn.PgError
	if err != nil && !errors.As(err, &pgErr) {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return pgErr
}

func TestCastsOfProtectedValuesAreTakenOut(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	born := time.Date(1987, 6, 5, 0, 0, 0, 0, time.UTC)
	for i, mode := range execModes {
		c := s.proxiedIn(t, mode)
		c.exec(`insert into customers (id, tenant_id, email, born, points) values ($1, $2::varchar, $3::text, CAST($4 AS date), ($5)::bigint)`,
			i, "acme", "cast@example.com", born, int64(7))
		c.exec(`update customers set born = '2001-02-03'::date, ref = uuid '123e4567-e89b-12d3-a456-426614174000' where id = $1 and tenant_id = 'acme'`, i)
		got := c.customer(`select * from customers where id = $1`, i)
		want := customer{ID: int64(i), Tenant: "acme", Email: ptr("cast@example.com"), Points: ptr(int64(7)),
			Born: ptr(time.Date(2001, 2, 3, 0, 0, 0, 0, time.UTC)), Ref: ptr("123e4567-e89b-12d3-a456-426614174000")}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v", mode, got)
		}
	}
	s.assertSealed(t, "select email, points, born, ref from customers")
}

func TestTenantFollowsTheKeyAcrossARotation(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxied(t)
	c.insert(sample(1, "acme"))
	s.keys.rotate(t, "acme", 2)
	c.insert(sample(2, "acme"))
	rows, err := c.Query(context.Background(), `select email from customers order by id`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(got) != 2 || got[0] != got[1] {
		t.Errorf("old and new: %q, %v", got, err)
	}
	if n := s.direct(t).value(`select count(distinct substring(email from 5 for 8)) from customers`); n != int64(2) {
		t.Errorf("%v key ids are in use, want 2", n)
	}
}

func TestFixedAndSessionTenantsNeedNoColumn(t *testing.T) {
	for name, source := range map[string]pgsql.TenantSource{
		"fixed": {Fixed: "acme"}, "session": {Session: "user"},
	} {
		t.Run(name, func(t *testing.T) {
			policy := &pgsql.Policy{Tables: []pgsql.Table{{Schema: "public", Name: "notes", Tenant: source,
				Columns: []pgsql.Column{{Name: "body", Field: "note_body", Type: "text"}}}}}
			s := newStack(t, `create table notes (id int, body bytea)`, policy)
			s.keys.rotate(t, s.pg.User, 1)
			c := s.proxied(t)
			c.exec(`insert into notes values (1, $1)`, "secret")
			if got := c.value(`select max(id) from notes`); got != int32(1) {
				t.Errorf("got %v", got)
			}
			if got := c.value(`with n as (select body from notes) select body from n`); got != "secret" {
				t.Errorf("got %v", got)
			}
			s.assertSealed(t, `select body from notes`)
		})
	}
}
