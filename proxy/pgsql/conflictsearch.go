package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// searchedElement plans the i-th element of a conflict target that is a column which can be searched, by its name or by
// what normalises it; nil for any other. Rows in conflict have equal envelopes or terms, and so are of one tenant.
func (in *insertion) searchedElement(t *ast.InferClause, i int, e *ast.IndexElem, level *scope) *column {
	if !in.relations.searchable || len(e.GetCollation()) > 0 || len(e.GetOpclass()) > 0 {
		return nil
	}
	if e.GetExpr() != nil {
		c := in.searched(e.GetExpr(), level)
		if c != nil {
			in.used(c.prot, UseCompare, int(t.GetLocation()))
			in.rewrite(c)
		}
		return c
	}
	c := in.rel.protects(e.GetName())
	if c == nil || c.Search == SearchNone || c.comparedType() == "" || in.rel.column(e.GetName()) < 0 {
		return nil
	}
	at := in.tokens[in.elementStart(t, i)].start
	found := &column{name: c.Name, prot: c, rel: in.rel, at: at + 1}
	if c.Normalise != "" {
		refuseUse(found, int(at), "a conflict target in this form", "Write ON CONFLICT ("+normalised(c, c.Name)+").")
	}
	in.used(c, UseCompare, int(t.GetLocation()))
	in.rewrite(found)
	return found
}

// elementStart returns the index of the first token of the i-th element of a conflict target.
func (in *insertion) elementStart(t *ast.InferClause, i int) int {
	at := in.tokenAt(t.GetLocation())
	for in.word(at) != "(" {
		at++
	}
	at++
	for depth := 0; i > 0; at++ {
		switch in.word(at) {
		case "(":
			depth++
		case ")":
			depth--
		case ",":
			if depth == 0 {
				i--
			}
		}
	}
	return at
}

// tellsTenant reports whether two rows that are equal in a column are of one tenant: so are those with one envelope or term.
func (in *insertion) tellsTenant(name string) bool {
	c := in.rel.protects(name)
	return c != nil && c.Search != SearchNone
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
