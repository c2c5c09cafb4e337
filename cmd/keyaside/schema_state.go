package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// tableState is a configured table as the database has it now.
type tableState struct {
	oid         uint32
	kind        string // pg_class.relkind
	columns     map[string]columnState
	indexes     []indexState
	domains     map[string]domainState // those of the table's schema with a name that schema gives
	otherOwners map[string]bool        // names of indexes that schema would give, taken by other relations of the table's schema
}

// columnState is a column of a table.
type columnState struct {
	number       int16
	domain       string // the name of its domain, if that is one that schema makes in the table's schema; else empty
	typ          string // as format_type writes it, with the modifier
	view         string // a view or rule that reads it, if there is one
	other, alien int64  // rows that hold an envelope of another shape, and rows that hold none
}

type indexState struct {
	name  string
	valid bool
	plain bool    // a btree without a condition
	keys  []int16 // attribute numbers, 0 for an expression
	exprs string  // the expressions, as the server writes them
}

type domainState struct {
	base  string
	ours  bool // it has the constraint that schema makes
	users int  // columns that have it
}

// constraintName is that of the check of every domain.
const constraintName = "keyaside_envelope"

// readTable returns nil if the table does not exist.
func readTable(ctx context.Context, conn *pgx.Conn, t *pgsql.Table) (*tableState, error) {
	s := new(tableState)
	err := conn.QueryRow(ctx, `select c.oid, c.relkind::text from pg_catalog.pg_class c
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2`, t.Schema, t.Name).Scan(&s.oid, &s.kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	for _, read := range []func(context.Context, *pgx.Conn, *pgsql.Table) error{s.readColumns, s.readIndexes, s.readDomains, s.readTakenNames} {
		if err == nil {
			err = read(ctx, conn, t)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read table %s.%s: %w", t.Schema, t.Name, err)
	}
	return s, nil
}

func (s *tableState) readColumns(ctx context.Context, conn *pgx.Conn, _ *pgsql.Table) error {
	rows, err := conn.Query(ctx, `
		select a.attname::text, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod),
			case when ty.typtype = 'd' and ty.typnamespace = c.relnamespace and ty.typname like 'keyaside\_v1\_%' then ty.typname::text else '' end,
			coalesce((select pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0)
				from pg_catalog.pg_depend d join pg_catalog.pg_rewrite r on r.oid = d.objid
				where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
					and d.refobjid = a.attrelid and d.refobjsubid = a.attnum order by r.ev_class limit 1), '')
		from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_type ty on ty.oid = a.atttypid
		where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped`, s.oid)
	if err != nil {
		return err
	}
	s.columns = map[string]columnState{}
	var name string
	var c columnState
	_, err = pgx.ForEachRow(rows, []any{&name, &c.number, &c.typ, &c.domain, &c.view}, func() error {
		s.columns[name] = c
		return nil
	})
	return err
}

func (s *tableState) readIndexes(ctx context.Context, conn *pgx.Conn, _ *pgsql.Table) error {
	rows, err := conn.Query(ctx, `
		select c.relname::text, i.indisvalid, am.amname = 'btree' and i.indpred is null, i.indkey::int2[], coalesce(pg_catalog.pg_get_expr(i.indexprs, i.indrelid), '')
		from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_am am on am.oid = c.relam
		where i.indrelid = $1 order by 1`, s.oid)
	if err != nil {
		return err
	}
	var i indexState
	_, err = pgx.ForEachRow(rows, []any{&i.name, &i.valid, &i.plain, &i.keys, &i.exprs}, func() error {
		s.indexes = append(s.indexes, i)
		i.keys = nil
		return nil
	})
	return err
}

func (s *tableState) readDomains(ctx context.Context, conn *pgx.Conn, t *pgsql.Table) error {
	rows, err := conn.Query(ctx, `
		select ty.typname::text, pg_catalog.format_type(ty.typbasetype, ty.typtypmod),
			exists (select from pg_catalog.pg_constraint k where k.contypid = ty.oid and k.conname = $2 and k.convalidated),
			(select count(*)::int from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
				where a.atttypid = ty.oid and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'm', 'c')
					and not exists (select from pg_catalog.pg_inherits h where h.inhrelid = c.oid and a.attinhcount > 0))
		from pg_catalog.pg_type ty join pg_catalog.pg_namespace n on n.oid = ty.typnamespace
		where ty.typtype = 'd' and n.nspname = $1 and ty.typname like 'keyaside\_v1\_%'`, t.Schema, constraintName)
	if err != nil {
		return err
	}
	s.domains = map[string]domainState{}
	var name string
	var d domainState
	_, err = pgx.ForEachRow(rows, []any{&name, &d.base, &d.ours, &d.users}, func() error {
		s.domains[name] = d
		return nil
	})
	return err
}

func (s *tableState) readTakenNames(ctx context.Context, conn *pgx.Conn, t *pgsql.Table) error {
	rows, err := conn.Query(ctx, `
		select c.relname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where n.nspname = $1 and c.relname like 'keyaside\_%'
			and not exists (select from pg_catalog.pg_index i where i.indexrelid = c.oid and i.indrelid = $2)`, t.Schema, s.oid)
	if err != nil {
		return err
	}
	s.otherOwners = map[string]bool{}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		s.otherOwners[name] = true
	}
	return err
}

// countForeign counts the rows whose column holds something else than an envelope of the shape. It reads the whole table.
func (s *tableState) countForeign(ctx context.Context, conn *pgx.Conn, t *pgsql.Table, column string, shape envelopeShape) error {
	name := pgx.Identifier{column}.Sanitize()
	statement := fmt.Sprintf("select count(*) filter (where %s), count(*) filter (where not (%s)) from %s where not (%s)",
		anyCondition(shape.storage, name), anyCondition(shape.storage, name), pgx.Identifier{t.Schema, t.Name}.Sanitize(), shape.condition(name))
	c := s.columns[column]
	if err := conn.QueryRow(ctx, statement).Scan(&c.other, &c.alien); err != nil {
		return fmt.Errorf("read column %s.%s.%s: %w", t.Schema, t.Name, column, err)
	}
	s.columns[column] = c
	return nil
}
