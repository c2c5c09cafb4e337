package pgproxy

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// everyType is a value of each logical type, in a form that every exec mode takes.
var everyType = map[string]string{
	"text": "é🔑", "bytea": `\x00ff`, "bool": "t", "int2": "-32768", "int4": "2147483647", "int8": "-9223372036854775808",
	"float4": "1.5", "float8": "-0.1", "numeric": "12345678901234567890.1200", "date": "1999-12-31",
	"timestamp": "1999-12-31 23:59:59.999999", "timestamptz": "1999-12-31 23:59:59+00", "uuid": "123e4567-e89b-12d3-a456-426614174000",
	"json": `{"b":1, "a":[]}`, "jsonb": `{"a": [], "b": 1}`, "text[]": `{a,NULL,"b c"}`, "int8[]": "{1,2,NULL}",
}

// typedStack has a table with a protected column of each type, and its twin without protection.
func typedStack(t *testing.T) (s *stack, columns, values []string) {
	t.Helper()
	table := pgsql.Table{Schema: "public", Name: "sealed", Tenant: pgsql.TenantSource{Fixed: "acme"}}
	var sealed, plain []string
	for typ, value := range everyType {
		name := "c_" + strings.TrimSuffix(typ, "[]")
		if strings.HasSuffix(typ, "[]") {
			name += "_array"
		}
		table.Columns = append(table.Columns, pgsql.Column{Name: name, Field: name, Type: typ, Index: len(columns)})
		columns, values = append(columns, name), append(values, value)
		sealed, plain = append(sealed, name+" bytea"), append(plain, name+" "+typ)
	}
	ddl := fmt.Sprintf("create table sealed (id int, %s); create table plain (id int, %s)", strings.Join(sealed, ", "), strings.Join(plain, ", "))
	return newStack(t, ddl, &pgsql.Policy{Tables: []pgsql.Table{table}}), columns, values
}

func TestEveryTypeIsWhatItIsWithoutProtection(t *testing.T) {
	s, columns, values := typedStack(t)
	var literals []string
	for _, v := range values {
		literals = append(literals, "'"+v+"'")
	}
	for _, table := range []string{"sealed", "plain"} {
		s.proxiedIn(t, "simple_protocol").exec(fmt.Sprintf("insert into %s (id, %s) values (1, %s)", table, strings.Join(columns, ", "), strings.Join(literals, ", ")))
	}
	for _, mode := range execModes {
		c := s.proxiedIn(t, mode)
		got, want := c.row(t, "select * from sealed"), c.row(t, "select id, "+strings.Join(columns, ", ")+" from plain")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", mode, got, want)
		}
		// What the driver read goes back as the driver writes it.
		args, marks := append([]any(nil), got.values[1:]...), []string{}
		for i := range args {
			marks = append(marks, fmt.Sprintf("$%d", i+1))
		}
		if mode == "simple_protocol" || mode == "exec" {
			continue // these modes can't write every type of their own values without asking the server
		}
		c.exec(fmt.Sprintf("insert into sealed (id, %s) values (2, %s)", strings.Join(columns, ", "), strings.Join(marks, ", ")), args...)
		if again := c.row(t, "select * from sealed where id = 2"); !reflect.DeepEqual(again.values[1:], got.values[1:]) {
			t.Errorf("%s, written again:\n got %v\nwant %v", mode, again.values[1:], got.values[1:])
		}
		s.direct(t).exec("delete from sealed where id = 2")
	}
	s.assertSealed(t, "select "+strings.Join(columns, ", ")+" from sealed")
}

// typedRow is a row as the driver sees it.
type typedRow struct {
	names  []string
	oids   []uint32
	values []any
}

func (c *conn) row(t *testing.T, sql string) (row typedRow) {
	t.Helper()
	rows, err := c.Query(context.Background(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	for _, f := range rows.FieldDescriptions() {
		row.names, row.oids = append(row.names, f.Name), append(row.oids, f.DataTypeOID)
	}
	row.values, err = pgx.CollectExactlyOneRow(rows, func(r pgx.CollectableRow) ([]any, error) { return r.Values() })
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return row
}

func TestLiteralIsFirstOfTheTypeOfItsCast(t *testing.T) {
	s := newStack(t, protectedTable, protectedPolicy())
	c := s.proxiedIn(t, "simple_protocol")
	c.exec(`insert into customers (id, tenant_id, points, profile) values (1, 'acme', '1.5'::numeric, '{"b":1,  "a":2}'::json)`)
	if got := c.value(`select points from customers`); got != int64(2) {
		t.Errorf("a numeric is rounded: %v", got)
	}
	if err := queryError(c, `insert into customers (id, tenant_id, points) values (2, 'acme', '70000'::int2)`); err == nil || err.Code != "22003" {
		t.Errorf("out of the cast's range: %v", err)
	}
}
