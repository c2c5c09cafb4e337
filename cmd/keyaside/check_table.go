package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/configs"
)

// tableCheck looks at one configured table in one database.
type tableCheck struct {
	conn     *pgx.Conn
	database string
	schema   string
	name     string
	config   configs.Table
	fields   configs.Fields
	tables   configs.Tables
	found    *findings

	oid     uint32
	columns map[string]attribute
}

// attribute is a column as the catalog describes it.
type attribute struct {
	Number    int16
	Type      string // the base type, with domains resolved: "bytea", "character varying"
	Modifier  int32  // the type's modifier, -1 if there is none: the length limit of varchar
	NotNull   bool
	Default   bool
	Generated bool
}

// object names the table or one of its columns in a finding.
func (t *tableCheck) object(column string) string {
	name := "table " + t.database + ": " + t.schema + "." + t.name
	if column != "" {
		name += "." + column
	}
	return name
}

// run reports whether the table exists in this database, and what is wrong with it if so.
func (t *tableCheck) run(ctx context.Context) (there bool, err error) {
	var kind string
	err = t.conn.QueryRow(ctx, `select c.oid, c.relkind::text from pg_catalog.pg_class c
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2`, t.schema, t.name).Scan(&t.oid, &kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the catalog: %w", err)
	}
	if !slices.Contains([]string{"r", "p", "f"}, kind) {
		t.found.error(t.object(""), "is not a table", "name the table that holds the data, not a view over it")
		return true, nil
	}
	if err := t.readColumns(ctx); err != nil {
		return true, err
	}
	for _, name := range sortedColumns(t.config.Columns) {
		t.checkColumn(name)
	}
	t.checkTenant()
	if err := t.checkDependents(ctx); err != nil {
		return true, err
	}
	return true, t.checkSchema(ctx)
}

// A domain over a domain is followed down to its base type; the modifier is that of the first domain that has one.
const columnsQuery = `
with recursive resolved as (
  select a.attname, a.attnum, a.atttypid as typ, a.atttypmod as modifier, a.attnotnull as not_null, a.atthasdef as has_default,
         a.attgenerated <> '' as generated
  from pg_catalog.pg_attribute a where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
  union all
  select r.attname, r.attnum, d.typbasetype, case when r.modifier >= 0 then r.modifier else d.typtypmod end,
         r.not_null or d.typnotnull, r.has_default or d.typdefaultbin is not null, r.generated
  from resolved r join pg_catalog.pg_type d on d.oid = r.typ and d.typtype = 'd'
)
select r.attname::text, r.attnum, pg_catalog.format_type(r.typ, null), r.modifier, r.not_null, r.has_default, r.generated
from resolved r join pg_catalog.pg_type b on b.oid = r.typ and b.typtype <> 'd'`

func (t *tableCheck) readColumns(ctx context.Context) error {
	rows, err := t.conn.Query(ctx, columnsQuery, t.oid)
	if err != nil {
		return fmt.Errorf("read the columns: %w", err)
	}
	t.columns = map[string]attribute{}
	var name string
	var a attribute
	_, err = pgx.ForEachRow(rows, []any{&name, &a.Number, &a.Type, &a.Modifier, &a.NotNull, &a.Default, &a.Generated}, func() error {
		t.columns[name] = a
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the columns: %w", err)
	}
	return nil
}

func (t *tableCheck) checkColumn(name string) {
	object, wanted := t.object(name), t.config.Columns[name]
	a, ok := t.columns[name]
	switch {
	case !ok:
		t.found.error(object, "does not exist", "add the column, or correct its name")
	case a.Generated:
		t.found.error(object, "is a generated column, which nobody can write", "protect the columns that it is computed from, or drop the expression")
	case !fitsStorage(a, wanted.Storage):
		t.found.error(object, fmt.Sprintf("has the type %s, which does not fit storage: %s", describeType(a), wanted.Storage), storageRemedy(a, wanted.Storage))
	default:
		t.found.ok(object, fmt.Sprintf("%s as field %s (%s)", a.Type, wanted.Field, t.fields[wanted.Field].Type))
	}
	if ok && a.Default && !a.Generated {
		t.found.warn(object, "has a default, which the server stores unencrypted", "drop the default, and let the application write the value")
	}
}

// fitsStorage reports whether the column holds any envelope as it is.
func fitsStorage(a attribute, storage string) bool {
	if storage == "text" {
		return a.Type == "text" || a.Type == "character varying" && a.Modifier < 0
	}
	return a.Type == "bytea"
}

func describeType(a attribute) string {
	if a.Modifier >= 0 {
		return a.Type + " with a length or precision"
	}
	return a.Type
}

func storageRemedy(a attribute, storage string) string {
	if storage == "text" {
		return "change the column's type to text; an envelope is longer than its plaintext"
	}
	if a.Type == "text" || a.Type == "character varying" {
		return "change the column's type to bytea, or set storage: text"
	}
	return "change the column's type to bytea, and encrypt what it holds"
}
