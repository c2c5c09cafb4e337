package main

import (
	"context"
	"fmt"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// checkSchema tells of what schema would still install. What is in its way has findings of its own, or is counted by the
// plan: check does not read whole tables.
func (t *tableCheck) checkSchema(ctx context.Context) error {
	table := pgsql.Table{Schema: t.schema, Name: t.name, Tenant: pgsql.TenantSource{Column: t.config.Tenant.Column}}
	for _, name := range sortedColumns(t.config.Columns) {
		if _, ok := t.columns[name]; ok {
			table.Columns = append(table.Columns, newColumn(name, t.config.Columns[name], t.fields, map[string]int{}))
		}
	}
	state, err := readTable(ctx, t.conn, &table)
	if err != nil || state == nil || state.kind != "r" && state.kind != "p" {
		return err
	}
	p := &tablePlanner{plan: new(schemaPlan), table: &table, state: state, made: map[string]bool{}}
	p.up()
	if n := len(p.plan.Steps); n > 0 {
		t.found.warn(t.object(""), fmt.Sprintf("lacks what keyaside schema installs, %d statements: domains, so that nothing but envelopes gets in around the proxy, and indexes that find equal values", n),
			"read keyaside schema plan, then run keyaside schema apply")
	}
	for i := range table.Columns {
		c := &table.Columns[i]
		if c.Search != pgsql.SearchNone && state.columns[c.Name].domain != shapeOf(c).domain() {
			t.found.warn(t.object(c.Name), "has no domain that holds it to the form in which values are found: rows that were written before search was configured are not",
				"see keyaside schema plan, which counts such rows")
		}
	}
	return nil
}
