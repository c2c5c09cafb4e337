package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// production is an expression in a select list whose every value is one of a protected field, of one row: COALESCE, CASE
// and casts to the field's own type leave envelopes as they are.
type production struct {
	*analysis
	level      *scope
	column     *column // the first protected column in it
	conditions []*ast.Node
	casts      []*ast.TypeCast
	chosen     bool // there is more than casts: the server gives no origin
}

// produced plans an entry of a select list that is such an expression; not ok, and nothing done, if it is none.
func (a *analysis) produced(t *ast.ResTarget, level *scope) (c column, ok bool) {
	if a.asView {
		return c, false // its text is the server's already
	}
	if s := t.GetVal().GetSubLink(); s != nil && s.GetSubLinkType() == ast.SubLinkType_EXPR_SUBLINK {
		return a.scalar(t, s, level)
	}
	p := &production{analysis: a, level: level}
	if !p.of(t.GetVal()) || p.column == nil {
		return c, false
	}
	for _, n := range p.conditions {
		a.inClause("a condition of CASE", func() { a.walk(n, level) })
	}
	for _, cast := range p.casts {
		(&storing{analysis: a, rel: p.column.row.rel, column: p.column.prot}).uncast(cast)
	}
	return producedColumn(t, p.column, p.chosen), true
}

// producedColumn is an entry of a select list with values of a protected column. An entry that is more than the column
// itself has no origin in the server's eyes.
func producedColumn(t *ast.ResTarget, from *column, chosen bool) column {
	c := expressionColumn(t)
	c.prot, c.row, c.rel, c.attr, c.merged = from.prot, from.row, from.rel, from.attr, from.merged || chosen
	c.at = t.GetLocation() + 1
	return c
}

// of reports whether an expression is NULL or has values of the field only.
func (p *production) of(n *ast.Node) bool {
	switch e := n.GetNode().(type) {
	case *ast.Node_AConst:
		return e.AConst.GetIsnull()
	case *ast.Node_ColumnRef:
		return p.reference(e.ColumnRef)
	case *ast.Node_CoalesceExpr:
		p.chosen = true
		return p.all(e.CoalesceExpr.GetArgs())
	case *ast.Node_CaseExpr:
		return p.caseOf(e.CaseExpr)
	case *ast.Node_TypeCast:
		typ, step, ok := castType(e.TypeCast.GetTypeName())
		p.casts = append(p.casts, e.TypeCast)
		return ok && step.Modifier < 0 && p.of(e.TypeCast.GetArg()) && p.column != nil && p.column.prot.Type == typ && p.column.prot.Modifier == ""
	}
	return false
}

func (p *production) all(nodes []*ast.Node) bool {
	for _, n := range nodes {
		if !p.of(n) {
			return false
		}
	}
	return true
}

func (p *production) caseOf(e *ast.CaseExpr) bool {
	p.chosen = true
	if e.GetArg() != nil {
		p.conditions = append(p.conditions, e.GetArg())
	}
	for _, n := range e.GetArgs() {
		p.conditions = append(p.conditions, n.GetCaseWhen().GetExpr())
		if !p.of(n.GetCaseWhen().GetResult()) {
			return false
		}
	}
	return e.GetDefresult() == nil || p.of(e.GetDefresult())
}

// reference takes up a protected column, if it is of the field and the row of those before it.
func (p *production) reference(ref *ast.ColumnRef) bool {
	if isStar(ref) {
		return false
	}
	r := p.refer(ref, p.level)
	if r.whole != nil || r.col == nil || r.col.prot == nil || r.col.row == nil {
		return false
	}
	if p.column == nil {
		p.column = r.col
	}
	return sameField(p.column.prot, r.col.prot) && oneRow(p.column.row, r.col.row)
}

// oneRow reports whether two values certainly are of one tenant, because they are of one row or of tables with one tenant.
func oneRow(x, y *row) bool {
	if x == y {
		return true
	}
	s, ok := x.rel.staticTenant()
	t, ok2 := y.rel.staticTenant()
	return ok && ok2 && s == t
}

// scalar plans a subquery in a select list that returns one protected column. Its row's tenant cannot be returned beside
// it: it must be the same for all rows of the table, or that of a row of the query around it.
func (a *analysis) scalar(t *ast.ResTarget, s *ast.SubLink, outer *scope) (column, bool) {
	q := s.GetSubselect().GetSelectStmt()
	if q == nil || q.GetOp() != ast.SetOperation_SETOP_NONE || len(q.GetTargetList()) != 1 {
		return column{}, false
	}
	var inner *scope
	out := a.selectInto(q, outer, asIs, func(_ int, _ *ast.Node, level *scope) bool {
		inner = level
		return false
	})
	a.plainAll(out.cols)
	a.refuseHidden(out)
	p := out.anyProtected()
	if p == nil {
		return expressionColumn(t), true
	}
	if len(out.cols) != 1 || p.row == nil {
		refuseUse(p, a.position(s.GetSubselect()), "a subquery that is used as a value", "Join the table instead.")
	}
	c := producedColumn(t, p, true)
	if _, static := p.row.rel.staticTenant(); static {
		return c, true
	}
	if _, constant := a.constantTenant(p.row); constant {
		return c, true
	}
	if inner != nil {
		conditions := append(joinConditions(q.GetFromClause()), q.GetWhereClause())
		for _, home := range a.hold(p.row.rel, p.row, conditions, inner).rows {
			if home != p.row && outer.tenantReference(home) != "" {
				c.row = home
				return c, true
			}
		}
	}
	refuseUse(p, a.position(s.GetSubselect()), "a subquery that is used as a value, since its row's tenant is not that of the row around it",
		"Hold the subquery to the tenant of the outer row, by AND inner."+p.row.rel.tenant.Column+" = outer."+p.row.rel.tenant.Column+", or join the table instead.")
	return column{}, false
}
