package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// conflict plans ON CONFLICT of an INSERT into a protected table.
func (in *insertion) conflict(s *ast.InsertStmt) {
	c := s.GetOnConflictClause()
	if c == nil {
		return
	}
	defer in.enter()()
	target := in.target(s)
	excluded := tableItem(in.rel, "excluded")
	excluded.colSeen = false
	level := &scope{outer: in.scope, items: []*item{target, excluded}, ctes: in.scope.ctes}
	columns := in.inferred(c.GetInfer(), level)
	if c.GetAction() != ast.OnConflictAction_ONCONFLICT_UPDATE {
		return
	}
	// The row that is in the way has the tenant of the row that was to be inserted, if the tenant is a part of what the
	// two have in common.
	_, static := in.rel.staticTenant()
	same := static || slices.Contains(columns, in.rel.tenant.Column) || slices.ContainsFunc(columns, in.tellsTenant) ||
		in.saysOneTenant(c.GetWhereClause(), level, target, excluded) || in.assumeOneTenant(c, level, target, excluded)
	in.conflictFacts(target, excluded, same)
	as := &assignment{analysis: in.analysis, rel: in.rel, target: target, scope: level}
	as.tenant = func(c *Column, at int, from listRow) tenantValue { return in.conflictTenant(c, at, same) }
	as.copies = func(from *column) bool {
		if !same {
			in.refuseConflict(from.prot, -1)
		}
		return true // the only other row in sight is EXCLUDED
	}
	as.keeps = func(n *ast.Node) bool {
		r := reference{}
		if ref := n.GetColumnRef(); ref != nil {
			r = in.refer(ref, level)
		}
		own := r.item == target || same && r.item == excluded
		return own && r.col != nil && r.col.name == in.rel.tenant.Column
	}
	as.plan(c.GetTargetList())
	in.inClause("WHERE", func() { in.walk(c.GetWhereClause(), level) })
}

// inferred returns the columns of a conflict target.
func (in *insertion) inferred(t *ast.InferClause, level *scope) []string {
	var columns []string
	for i, n := range t.GetIndexElems() {
		e := n.GetIndexElem()
		if c := in.searchedElement(t, i, e, level); c != nil {
			columns = append(columns, c.prot.Name)
			continue
		}
		if c := in.rel.protects(e.GetName()); c != nil {
			refuse(int(t.GetLocation()), codeUnsupported, "Use another unique column.",
				"protected column %s.%s cannot be used in a conflict target: equal values are sealed to different ciphertexts", in.rel.qualified(), c.Name)
		}
		if e.GetName() != "" {
			columns = append(columns, e.GetName())
		}
		in.inClause("a conflict target", func() { in.walk(e.GetExpr(), level) })
	}
	in.inClause("a conflict target", func() { in.walk(t.GetWhereClause(), level) })
	return columns
}

func (in *insertion) refuseConflict(c *Column, at int) {
	refuse(at, codeUnsupported, "Make "+in.rel.tenant.Column+" one of the conflict target's columns.",
		"protected column %s.%s cannot be written by ON CONFLICT DO UPDATE: the row in the way may be another tenant's", in.rel.qualified(), c.Name)
}

// conflictTenant is the tenant of a value that DO UPDATE writes: that of every row of the INSERT.
func (in *insertion) conflictTenant(c *Column, at int, same bool) tenantValue {
	if !same {
		in.refuseConflict(c, at)
	}
	var all tenantValue
	for i, row := range in.rows {
		ref, ok := in.rowTenant(row)
		if !ok || ref.list != nil || i > 0 && !in.equalTenants(ref, all) {
			refuse(at, codeUnsupported, "Write EXCLUDED."+c.Name+", or insert rows of one tenant.",
				"the value that ON CONFLICT DO UPDATE writes to protected column %s.%s cannot be sealed: the rows' tenants differ or are not known", in.rel.qualified(), c.Name)
		}
		all = ref
	}
	return all
}
