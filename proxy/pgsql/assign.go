package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// assignment is the SET list of UPDATE or of ON CONFLICT DO UPDATE.
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
	case val.GetColumnRef() != nil:
		as.copy(c, val.GetColumnRef())
	default:
		as.store(as.rel, c, val, as.tenant)
	}
}

// copy plans SET a = b: a value of the same field of the same row, or of one with the same tenant, may move as it is.
func (as *assignment) copy(c *Column, ref *ast.ColumnRef) {
	r := as.resolve(ref, as.scope)
	at := int(ref.GetLocation())
	switch from := r.protected(); {
	case from == nil:
		refuse(at, codeUnsupported, hintValue, "protected column %s.%s cannot be set to a column that is not sealed", as.rel.qualified(), c.Name)
	case r.whole != nil || !sameField(from.prot, c):
		refuseUse(from, at, "an assignment to a column of another field", "Read the value and write it as a parameter.")
	case r.item != as.target && !as.copies(from):
		refuseUse(from, at, "an assignment to another row, whose tenant may differ", "Read the value and write it as a parameter.")
	}
}

// equalities calls found for each condition "column = value" that must hold for every row: the parts of a top-level AND.
func (a *analysis) equalities(where *ast.Node, sc *scope, found func(r reference, value *ast.Node)) {
	if b := where.GetBoolExpr(); b != nil && b.GetBoolop() == ast.BoolExprType_AND_EXPR {
		for _, arg := range b.GetArgs() {
			a.equalities(arg, sc, found)
		}
		return
	}
	e := where.GetAExpr()
	if e.GetKind() != ast.A_Expr_Kind_AEXPR_OP || builtinName(e.GetName()) != "=" {
		return
	}
	for _, side := range [][2]*ast.Node{{e.GetLexpr(), e.GetRexpr()}, {e.GetRexpr(), e.GetLexpr()}} {
		if ref := side[0].GetColumnRef(); ref != nil {
			found(a.resolve(ref, sc), side[1])
		}
	}
}

// conditionTenant is the tenant that a WHERE clause holds the target's rows to.
func (a *analysis) conditionTenant(r *relation, target *item, where *ast.Node, sc *scope) (ref tenantValue, ok bool) {
	if ref.TenantRef, ok = r.staticTenant(); ok {
		return ref, true
	}
	a.equalities(where, sc, func(f reference, value *ast.Node) {
		if ok || f.item != target || f.col == nil || !slices.ContainsFunc(f.col.tenantOf, func(o *row) bool { return o.rel == r || o.rel == r.base }) {
			return
		}
		ref, ok = a.tenantFrom(r, value)
	})
	return ref, ok
}
