package main

import (
	"context"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// checkViews plans with the database's catalog as serve does, and warns of views and parents of protected tables of which
// the planner can't use all.
func checkViews(ctx context.Context, c *configs.Config, database string, f *findings) {
	policy, err := newPolicy(c)
	if err != nil {
		return // the configuration is reported by itself
	}
	catalog, err := newCatalogSource(c).Load(ctx, database)
	if err != nil {
		f.errorOf("database "+database, err)
		return
	}
	planner, err := pgsql.NewPlanner(policy, catalog, pgsql.Config{})
	if err != nil {
		f.errorOf("database "+database, err)
		return
	}
	for _, found := range planner.Findings() {
		f.warn("table "+database+": "+found.Relation, found.What, found.Remedy)
	}
}
