package pgproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// CatalogConfig is the proxy's own login, with which it reads what tables a database has. The role needs nothing but
// the right to connect: pg_catalog can be read by everyone.
type CatalogConfig struct {
	Upstream string // as in Config
	User     string
	Password func() (string, error) // nil: the server asks for none
	Refresh  time.Duration          // how old a catalog may become; default 30 s
	Groups   []string               // roles whose members, direct and indirect, are read into Catalog.Groups
	Timeout  time.Duration          // for one read; default 10 s
}

// UnknownDatabaseError means that the server has no database of that name.
type UnknownDatabaseError struct{ Name string }

func (e *UnknownDatabaseError) Error() string {
	return fmt.Sprintf("database %q does not exist", e.Name)
}

// serverCatalog is a CatalogSource that asks the server.
type serverCatalog struct{ cfg CatalogConfig }

// NewCatalogSource returns a source that logs in for each read: catalogs are read seldom, and a connection that stays
// open would take one of the server's.
func NewCatalogSource(cfg CatalogConfig) CatalogSource {
	setDefault(&cfg.Refresh, 30*time.Second)
	setDefault(&cfg.Timeout, 10*time.Second)
	return &serverCatalog{cfg}
}

func (s *serverCatalog) Refresh() time.Duration { return s.cfg.Refresh }

// Load reads the relations outside the system's schemas.
func (s *serverCatalog) Load(ctx context.Context, database string) (*pgsql.Catalog, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	conn, err := s.connect(ctx, database)
	if err != nil {
		var pgErr *pgconn.PgError
		if errors.As(err, &pgErr) && pgErr.Code == "3D000" {
			return nil, &UnknownDatabaseError{database}
		}
		return nil, fmt.Errorf("log in to read the catalog of database %q as %q: %w", database, s.cfg.User, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("read the catalog of database %q: %w", database, err)
	}
	catalog, err := readCatalog(ctx, tx)
	if err == nil && len(s.cfg.Groups) > 0 {
		catalog.Groups, err = readGroups(ctx, tx, s.cfg.Groups)
	}
	if err != nil {
		return nil, fmt.Errorf("read the catalog of database %q: %w", database, err)
	}
	return catalog, nil
}

func (s *serverCatalog) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig("sslmode=disable") // TLS to the server comes with the proxy's own TLS
	if err != nil {
		return nil, err
	}
	cfg.Host, cfg.Port, err = hostPort(s.cfg.Upstream)
	if err != nil {
		return nil, err
	}
	cfg.User, cfg.Database, cfg.Password, cfg.Fallbacks = s.cfg.User, database, "", nil // the environment's PG* don't count
	if s.cfg.Password != nil {
		if cfg.Password, err = s.cfg.Password(); err != nil {
			return nil, err
		}
	}
	cfg.RuntimeParams["application_name"] = "keyaside catalog"
	return pgx.ConnectConfig(ctx, cfg)
}

func hostPort(upstream string) (string, uint16, error) {
	host, port, err := net.SplitHostPort(upstream)
	if strings.HasPrefix(upstream, "/") {
		var ok bool
		if host, port, ok = strings.Cut(upstream, ":"); !ok {
			port = "5432"
		}
	} else if err != nil {
		return "", 0, fmt.Errorf("upstream address: %w", err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("upstream address: port: %w", err)
	}
	return host, uint16(n), nil
}

// The system's schemas hold nothing that a policy could protect; temporary tables belong to other sessions.
const ownSchemas = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname !~ '^pg_(toast_)?temp_'`

const relationsQuery = `
select c.oid, n.nspname, c.relname, c.relkind in ('v', 'm'),
       array(select i.inhparent from pg_catalog.pg_inherits i where i.inhrelid = c.oid order by i.inhseqno)
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm') and ` + ownSchemas + `
order by c.oid`

// A domain over a domain over a type is resolved down to the type. A default is looked for in its stored form, since
// pg_get_expr may wait for a migration's lock; NULL with a cast is kept as one, though it is none.
const columnsQuery = `
with recursive base(oid, typ) as (
  select oid, typbasetype from pg_catalog.pg_type where typtype = 'd'
  union all
  select b.oid, t.typbasetype from base b join pg_catalog.pg_type t on t.oid = b.typ and t.typtype = 'd'
)
select a.attrelid, a.attname, a.attnum, a.attgenerated <> '',
       a.attgenerated = '' and (y.typdefault is not null or exists (select from pg_catalog.pg_attrdef d
         where d.adrelid = a.attrelid and d.adnum = a.attnum and d.adbin::text !~ '^\{(COERCETODOMAIN :arg \{)?(FUNCEXPR [^{]*:funcformat [12][^{]*:args \(\{)?CONST [^{}]*:constisnull true')),
       case when k.collisdeterministic then coalesce((select b.typ from base b join pg_catalog.pg_type t on t.oid = b.typ and t.typtype <> 'd' where b.oid = a.atttypid),
                a.atttypid) else 0 end::oid
from pg_catalog.pg_attribute a
left join lateral (select coalesce((select l.collisdeterministic from pg_catalog.pg_collation l where l.oid = a.attcollation), true) as collisdeterministic) k on true
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_type y on y.oid = a.atttypid
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f', 'v', 'm') and ` + ownSchemas + `
order by a.attrelid, a.attnum`

// What a view reads is what its rewrite rule depends on.
const usesQuery = `
select distinct r.ev_class, d.refobjid
from pg_catalog.pg_rewrite r
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
     and d.refclassid = 'pg_catalog.pg_class'::regclass
where d.refobjid <> r.ev_class
order by 1, 2`

func readCatalog(ctx context.Context, tx pgx.Tx) (*pgsql.Catalog, error) {
	catalog := &pgsql.Catalog{}
	index := make(map[uint32]int)
	rows, _ := tx.Query(ctx, relationsQuery)
	var r pgsql.Relation
	var view bool
	_, err := pgx.ForEachRow(rows, []any{&r.OID, &r.Schema, &r.Name, &view, &r.Parents}, func() error {
		r.Kind = pgsql.OrdinaryTable
		if view {
			r.Kind = pgsql.View
		}
		index[r.OID] = len(catalog.Relations)
		catalog.Relations = append(catalog.Relations, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var oid, used uint32
	var a pgsql.Attribute
	rows, _ = tx.Query(ctx, columnsQuery)
	_, err = pgx.ForEachRow(rows, []any{&oid, &a.Name, &a.Number, &a.Generated, &a.HasDefault, &a.TypeOID}, func() error {
		if i, ok := index[oid]; ok {
			catalog.Relations[i].Columns = append(catalog.Relations[i].Columns, a)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, _ = tx.Query(ctx, usesQuery)
	_, err = pgx.ForEachRow(rows, []any{&oid, &used}, func() error {
		if i, ok := index[oid]; ok {
			catalog.Relations[i].Uses = append(catalog.Relations[i].Uses, used)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return catalog, readExpressions(ctx, tx, catalog, index)
}

// Both must be run with an empty search_path, for names with their schemas.
const (
	definitionsQuery = `
select c.oid, 0::int2, coalesce(pg_catalog.pg_get_viewdef(c.oid), '')
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and ` + ownSchemas

	defaultsQuery = `
select d.adrelid, d.adnum, coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
from pg_catalog.pg_attrdef d
join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated = ''
join pg_catalog.pg_class c on c.oid = d.adrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where ` + ownSchemas
)

// readExpressions reads what views are made of and what columns have as defaults. That locks the tables that they name, so a
// migration at work can make it wait: then they are left out until the next reading, and views of protected tables are barred.
func readExpressions(ctx context.Context, tx pgx.Tx, catalog *pgsql.Catalog, index map[uint32]int) error {
	err := readLocking(ctx, tx, definitionsQuery, func(oid uint32, _ int16, text string) {
		if i, ok := index[oid]; ok {
			catalog.Relations[i].Definition = text
		}
	})
	if err != nil {
		return err
	}
	return readLocking(ctx, tx, defaultsQuery, func(oid uint32, number int16, text string) {
		i, ok := index[oid]
		if !ok {
			return
		}
		for j := range catalog.Relations[i].Columns {
			if c := &catalog.Relations[i].Columns[j]; c.Number == number {
				c.Default = text
			}
		}
	})
}

// readLocking runs a query that is given up when it has to wait for a lock.
func readLocking(ctx context.Context, tx pgx.Tx, query string, each func(oid uint32, number int16, text string)) error {
	part, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	if _, err := part.Exec(ctx, "set local search_path = ''; set local lock_timeout = '500ms'"); err != nil {
		return err
	}
	var oid uint32
	var number int16
	var text string
	rows, _ := part.Query(ctx, query)
	_, err = pgx.ForEachRow(rows, []any{&oid, &number, &text}, func() error {
		each(oid, number, text)
		return nil
	})
	var locked *pgconn.PgError
	if errors.As(err, &locked) {
		return part.Rollback(ctx)
	}
	if err != nil {
		return err
	}
	return part.Commit(ctx)
}
