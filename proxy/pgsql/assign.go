package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// assignment is the SET list of UPDATE, of ON CONFLICT DO UPDATE, or of MERGE.
type assignment struct {
	*analysis
	rel    *relation
	target *item
	scope  *scope
	tenant tenantOfValue
	// keeps reports whether the value of the tenant column in a SET leaves the row's tenant as it is.
	keeps func(n *ast.Node) bool
	// copies reports whether a protected value of another row has the row's tenant: EXCLUDED's may have.
	copies func(c *column) bool
}

func (as *assignment) plan(list []*ast.Node) {
	for _, n := range list {
		t := n.GetResTarget()
		if m := t.GetVal().GetMultiAssignRef(); m != nil {
			as.multi(t, m)
			continue
		}
		as.one(t, t.GetVal())
	}
}

// multi plans one column of SET (a, b) = (…).
func (as *assignment) multi(t *ast.ResTarget, m *ast.MultiAssignRef) {
	if row := m.GetSource().GetRowExpr(); row != nil && int(m.GetColno()) <= len(row.GetArgs()) {
		as.one(t, row.GetArgs()[m.GetColno()-1])
		return
	}
	if c := as.rel.protects(t.GetName()); c != nil || t.GetName() == as.rel.tenant.Column {
		refuse(int(t.GetLocation()), codeUnsupported, "Write a row of parameters or literals.",
			"column %s.%s cannot be set from a subquery", as.rel.qualified(), t.GetName())
	}
	if m.GetColno() == 1 {
		as.inClause("a value of SET", func() { as.walk(m.GetSource(), as.scope) })
	}
}

// one plans one column and its value.
func (as *assignment) one(t *ast.ResTarget, val *ast.Node) {
	at := int(t.GetLocation())
	c := as.rel.protects(t.GetName())
	as.checkTarget(as.rel, t.GetName(), at)
	if c != nil {
		as.used(c, UseUpdate, at)
	}
	switch {
	case t.GetName() == as.rel.tenant.Column && !as.keeps(val):
		refuse(at, codeUnsupported, "Delete the row and insert it again, or set the column to the tenant that WHERE names.",
			"tenant column %s.%s cannot be changed: the row's protected values are sealed for the old tenant", as.rel.qualified(), t.GetName())
	case c == nil:
		as.inClause("a value of SET", func() { as.walk(val, as.scope) })
	case len(t.GetIndirection()) > 0:
		refuse(at, codeUnsupported, "Write the whole column.", "a part of protected column %s.%s cannot be written", as.rel.qualified(), c.Name)
	case val.GetSetToDefault() != nil:
		refuse(at, codeUnsupported, "Write NULL, a parameter or a literal.", "protected column %s.%s cannot be set to its default, which the server would write unsealed", as.rel.qualified(), c.Name)
	default:
		(&storing{as.analysis, as.rel, c, as.scope, as.tenant, as.mayCopy}).store(val)
	}
}

// mayCopy lets a value of the same field of the same row, or of one with the same tenant, move as it is.
func (as *assignment) mayCopy(r reference, at int) {
	if r.item != as.target && !as.copies(r.col) {
		refuseUse(r.col, at, "an assignment to another row, whose tenant may differ", "Hold both rows to one tenant in WHERE, or read the value and write it as a parameter.")
	}
}
