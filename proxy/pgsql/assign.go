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
	for i := 0; i < len(list); i++ {
		t := list[i].GetResTarget()
		m := t.GetVal().GetMultiAssignRef()
		switch {
		case m == nil:
			as.one(t, t.GetVal())
		case m.GetSource().GetRowExpr() != nil:
			as.one(t, m.GetSource().GetRowExpr().GetArgs()[m.GetColno()-1])
		default:
			n := min(max(int(m.GetNcolumns()), 1), len(list)-i)
			as.multi(list[i:i+n], m.GetSource())
			i += n - 1
		}
	}
}

// multi plans SET (a, b) = (SELECT …).
func (as *assignment) multi(targets []*ast.Node, source *ast.Node) {
	guarded := false
	for _, n := range targets {
		t := n.GetResTarget()
		as.checkTarget(as.rel, t.GetName(), int(t.GetLocation()))
		guarded = guarded || as.rel.protects(t.GetName()) != nil
		if t.GetName() == as.rel.tenant.Column {
			refuse(int(t.GetLocation()), codeUnsupported, "Leave the column out.", "column %s.%s cannot be set from a subquery", as.rel.qualified(), t.GetName())
		}
	}
	if !guarded {
		as.inClause("a value of SET", func() { as.walk(source, as.scope) })
		return
	}
	protected := func(i int) *Column {
		if i >= len(targets) {
			return nil
		}
		return as.rel.protects(targets[i].GetResTarget().GetName())
	}
	v, ok := as.subquery(source.GetSubLink().GetSubselect(), as.scope, func(i int) bool { return protected(i) != nil })
	if !ok || len(v.out.cols) != len(targets) {
		refuse(as.position(source), codeUnsupported, "Write a row of parameters or literals.", "columns of %s cannot be set from a subquery whose columns are not known", as.rel.qualified())
	}
	for i := range targets {
		as.fromSubquery(protected(i), v, i, int(targets[i].GetResTarget().GetLocation()))
	}
}

func (as *assignment) fromSubquery(c *Column, v *subvalues, i, at int) {
	if c != nil {
		as.used(c, UseUpdate, at)
		s := as.storing(c)
		s.put(s.takeFrom(v, i, at))
		return
	}
	if from := &v.out.cols[i]; from.prot != nil {
		refuseUse(from, at, "a value of SET", hintPlain)
	}
	as.plain(&v.out.cols[i], at)
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
	default:
		as.storing(c).store(val)
	}
}

func (as *assignment) storing(c *Column) *storing {
	return &storing{as.analysis, as.rel, c, as.scope, as.tenant, as.mayCopy, as.target.home()}
}

// mayCopy lets a value of the same field of the same row, or of one with the same tenant, move as it is.
func (as *assignment) mayCopy(r reference, at int) {
	if r.item != as.target && !as.copies(r.col) {
		refuseUse(r.col, at, "an assignment to another row, whose tenant may differ", "Hold both rows to one tenant in WHERE, or read the value and write it as a parameter.")
	}
}
