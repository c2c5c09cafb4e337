package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/keyaside/keyaside/configs"
)

// checkRoles looks for the roles that rules of access name. One that is misspelled leaves the role that was meant to the
// field's default.
func checkRoles(ctx context.Context, conn *pgx.Conn, c *configs.Config, f *findings) {
	roles := ruledRoles(c)
	if len(roles) == 0 {
		return
	}
	rows, _ := conn.Query(ctx, `select r::text from unnest($1::text[]) r where not exists (
		select from pg_catalog.pg_roles p where p.rolname = r) order by 1`, roles)
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		f.errorOf("fields", fmt.Errorf("look for the roles of access: %w", err))
		return
	}
	for _, role := range missing {
		f.warn("fields", "a rule of access names the role "+role+", which does not exist", "create the role, or correct its name: until then the rule is for nobody")
	}
	if len(missing) == 0 {
		f.ok("fields", fmt.Sprintf("rules of access name %d roles, all of which exist", len(roles)))
	}
}
