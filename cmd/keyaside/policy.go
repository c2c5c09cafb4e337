package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keyaside/keyaside/configs"
	"github.com/keyaside/keyaside/proxy/pgsql"
)

// newPolicy translates fields and tables. Fields are numbered by the order of their ids.
func newPolicy(c *configs.Config) (*pgsql.Policy, error) {
	index := map[string]int{}
	for i, id := range slices.Sorted(maps.Keys(c.Fields)) {
		index[id] = i
	}
	policy := new(pgsql.Policy)
	for _, t := range c.Tables {
		schema, name, err := t.SchemaAndName()
		if err != nil {
			return nil, fmt.Errorf("table %q: %w", t.Name, err)
		}
		table := pgsql.Table{
			Schema: schema, Name: name,
			Tenant: newTenantSource(t),
		}
		for _, column := range slices.Sorted(maps.Keys(t.Columns)) {
			table.Columns = append(table.Columns, newColumn(column, t.Columns[column], c.Fields, index))
		}
		policy.Tables = append(policy.Tables, table)
	}
	return policy, nil
}

func newColumn(name string, c configs.Column, fields configs.Fields, index map[string]int) pgsql.Column {
	storage := pgsql.StorageBytea
	if c.Storage == "text" {
		storage = pgsql.StorageText
	}
	typ, modifier := fields[c.Field].Declaration()
	column := pgsql.Column{Name: name, Field: c.Field, Type: typ, Modifier: modifier, Storage: storage, Index: index[c.Field]}
	setSearch(&column, fields[c.Field])
	return column
}

func setSearch(c *pgsql.Column, f configs.Field) {
	if !f.Searchable() {
		return
	}
	c.Domain, c.Search = f.EqualityDomain(c.Field), pgsql.SearchDeterministic
	if f.Equality.Form == configs.FormTerm {
		c.Search, c.Normalise = pgsql.SearchTerm, f.Equality.Normalisers()
	}
}
