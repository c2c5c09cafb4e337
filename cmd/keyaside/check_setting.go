package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/configs"
)

// checkSettings looks at the parameters that name tenants: whether sessions can set them, what sets them besides, and
// which functions may do so unseen.
func checkSettings(ctx context.Context, conn *pgx.Conn, c *configs.Config, object string, f *findings) {
	for _, name := range tenantSettings(c) {
		sc := &settingCheck{conn: conn, name: name, object: object + ", parameter " + name, ask: c.Postgres.AskTenant, found: f}
		if err := errors.Join(sc.settable(ctx), sc.defaults(ctx), sc.functions(ctx)); err != nil {
			f.errorOf(sc.object, err)
		}
	}
}

// tenantSettings are the parameters that name tenants, in order. application_name needs no check: everyone can set it.
func tenantSettings(c *configs.Config) []string {
	var names []string
	for _, t := range c.Tables {
		if t.Tenant.Setting != "" {
			names = append(names, t.Tenant.Setting)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

type settingCheck struct {
	conn         *pgx.Conn
	name, object string
	ask          string
	found        *findings
}

// settable looks whether a session can set the parameter. One with a dot in its name is the application's own.
func (s *settingCheck) settable(ctx context.Context) error {
	var kind string
	err := s.conn.QueryRow(ctx, `select context from pg_catalog.pg_settings where pg_catalog.lower(name) = pg_catalog.lower($1)`, s.name).Scan(&kind)
	switch {
	case errors.Is(err, pgx.ErrNoRows) && strings.Contains(s.name, "."), err == nil && kind == "user":
		s.found.ok(s.object, "can be set by every session, and names the tenant")
	case errors.Is(err, pgx.ErrNoRows):
		s.found.error(s.object, "does not exist", "name one with a dot, such as app."+s.name+", which applications can set")
	case err != nil:
		return fmt.Errorf("read the parameters: %w", err)
	case kind == "superuser":
		s.found.warn(s.object, "can only be set by superusers", "name one with a dot, such as app.tenant_id, which applications can set")
	default:
		s.found.error(s.object, "cannot be set in a session", "name one with a dot, such as app.tenant_id")
	}
	return nil
}

// defaults tells of roles and databases whose sessions have a tenant from the start.
func (s *settingCheck) defaults(ctx context.Context) error {
	rows, _ := s.conn.Query(ctx, `select coalesce('role ' || r.rolname, 'all roles') || coalesce(' in database ' || d.datname, '')
		from pg_catalog.pg_db_role_setting s
		left join pg_catalog.pg_roles r on r.oid = s.setrole left join pg_catalog.pg_database d on d.oid = s.setdatabase
		where (s.setdatabase = 0 or d.datname = current_database())
		  and exists (select from unnest(s.setconfig) c where lower(split_part(c, '=', 1)) = lower($1)) order by 1`, s.name)
	who, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the defaults of roles and databases: %w", err)
	}
	for _, w := range who {
		s.found.warn(s.object, "has a default for "+w+", so that sessions which set no tenant have one",
			"take it back with ALTER … RESET "+s.name+" unless each of these sessions is that tenant's")
	}
	return nil
}

// functions tells of triggers that may change the parameter where the proxy does not see it.
func (s *settingCheck) functions(ctx context.Context) error {
	if s.ask == configs.AskBeforeStatements {
		return nil
	}
	rows, _ := s.conn.Query(ctx, `select distinct n.nspname || '.' || p.proname
		from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
		where p.prorettype = 'pg_catalog.trigger'::pg_catalog.regtype and n.nspname not in ('pg_catalog', 'information_schema')
		  and (strpos(lower(p.prosrc), lower($1)) > 0 and p.prosrc ~* '\mset' or p.prosrc ~* '\mset_config\M')
		  and exists (select from pg_catalog.pg_trigger t where t.tgfoid = p.oid) order by 1`, s.name)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("read the triggers' functions: %w", err)
	}
	for _, name := range names {
		s.found.warn(s.object, "may be changed by trigger function "+name+", which the proxy does not see",
			"set postgres.ask_tenant: statement, or leave the parameter alone in triggers")
	}
	return nil
}
