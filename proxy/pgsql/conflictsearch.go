package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// conflictsOn reports whether a protected column may stand in a conflict target: equal values of a tenant are equal there.
func (in *insertion) conflictsOn(c *Column, e *ast.IndexElem) bool {
	return c.Search == SearchDeterministic && comparedType(c.Type) != "" && len(e.GetCollation()) == 0 && len(e.GetOpclass()) == 0
}

// tellsTenant reports whether two rows with equal values in a column are of one tenant: so are those with one envelope.
func (in *insertion) tellsTenant(name string) bool {
	c := in.rel.protects(name)
	return c != nil && c.Search == SearchDeterministic
}

// conflictFacts notes what is known of the tenants of the row in the way and the one that was to be inserted.
func (in *insertion) conflictFacts(target, excluded *item, same bool) {
	in.read([]*item{target, excluded})
	t, x := homeOf(target), homeOf(excluded)
	if t == nil || x == nil {
		return
	}
	if same {
		in.facts.edges = append(in.facts.edges, tenantEdge{from: t, to: x}, tenantEdge{from: x, to: t})
	}
	if v, ok := in.oneRowTenant(); ok {
		in.facts.edges = append(in.facts.edges, tenantEdge{from: x, value: v})
	}
}

// homeOf returns the row that a table's entry stands for, if it has protected columns.
func homeOf(it *item) *row {
	for i := range it.cols {
		if r := it.cols[i].row; r != nil {
			return r
		}
	}
	return nil
}

// oneRowTenant returns the tenant of all rows of the INSERT, if it is one.
func (in *insertion) oneRowTenant() (all tenantValue, ok bool) {
	for i, items := range in.rows {
		ref, known := in.rowTenant(items)
		if !known || i > 0 && !in.equalTenants(ref, all) {
			return all, false
		}
		all = ref
	}
	return all, len(in.rows) > 0
}
