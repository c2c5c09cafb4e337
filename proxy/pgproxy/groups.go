package pgproxy

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Memberships count however they were granted: also without INHERIT, where the member must SET ROLE first.
const groupsQuery = `
with recursive m(top, member) as (
  select g.rolname, a.member from pg_catalog.pg_roles g join pg_catalog.pg_auth_members a on a.roleid = g.oid
  where g.rolname = any ($1::text[])
  union
  select m.top, a.member from m join pg_catalog.pg_auth_members a on a.roleid = m.member
)
select r.rolname::text, m.top::text from m join pg_catalog.pg_roles r on r.oid = m.member order by 1, 2`

// readGroups returns for each member of the groups those that it is in.
func readGroups(ctx context.Context, tx pgx.Tx, groups []string) (map[string][]string, error) {
	found := map[string][]string{}
	rows, _ := tx.Query(ctx, groupsQuery, groups)
	var member, group string
	_, err := pgx.ForEachRow(rows, []any{&member, &group}, func() error {
		found[member] = append(found[member], group)
		return nil
	})
	return found, err
}
