package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// membership plans x IN (SELECT …) and its like where columns that can be searched are compared; false, with nothing
// looked at, for other subqueries and comparisons.
func (a *analysis) membership(s *ast.SubLink, sc *scope) bool {
	switch s.GetSubLinkType() {
	case ast.SubLinkType_ANY_SUBLINK, ast.SubLinkType_ALL_SUBLINK:
	default:
		return false
	}
	if !a.relations.searchable || len(s.GetOperName()) > 0 && !tellsEqual(s.GetOperName()) {
		return false
	}
	tests := []*ast.Node{s.GetTestexpr()}
	if args := s.GetTestexpr().GetRowExpr().GetArgs(); len(args) > 0 {
		tests = args
	}
	defer a.enter()()
	out := a.query(s.GetSubselect(), sc, asIs)
	a.refuseHidden(out)
	for i, test := range tests {
		if i < len(out.cols) {
			a.equalsOutput(test, &out.cols[i], sc)
		}
	}
	for i, test := range tests {
		a.member(s, test, out, i, sc)
	}
	if p := out.anyProtected(); p != nil && len(out.cols) != len(tests) {
		refuseUse(p, int(s.GetLocation()), "a subquery that returns another number of columns than it is compared with", "Name the columns.")
	}
	return true
}

// equalsOutput notes that a value is equal to a subquery's column where the whole comparison is not decided otherwise.
func (a *analysis) equalsOutput(test *ast.Node, c *column, sc *scope) {
	if c.self == nil {
		return
	}
	add := func(e tenantEdge) { a.facts.edges = append(a.facts.edges, e) }
	x := a.tenantColumn(test, sc)
	switch {
	case x == nil:
		a.equalsValue(c, test, add)
	case sameTenantType(x.typ, c.typ):
		add(tenantEdge{from: x.self, to: c.self})
		add(tenantEdge{from: c.self, to: x.self})
	}
}

// member plans the comparison of a value with the i-th column of a subquery.
func (a *analysis) member(s *ast.SubLink, test *ast.Node, out output, i int, sc *scope) {
	x := a.searched(test, sc)
	at := a.position(test)
	switch {
	case x != nil:
		a.compareOutput(x, out, i, at)
	case i < len(out.cols) && out.cols[i].prot != nil && out.cols[i].prot.Search != SearchNone && !out.opaque:
		a.compareValue(&out.cols[i], test, sc)
	case i < len(out.cols) && out.cols[i].prot != nil:
		refuseUse(&out.cols[i], a.position(s.GetSubselect()), "a subquery that is used as a value", "Join the table instead.")
	default:
		a.walk(test, sc)
	}
}

// caseOf plans CASE x WHEN … with a column that can be searched, and walks any other CASE.
func (a *analysis) caseOf(n *ast.Node, c *ast.CaseExpr, sc *scope) {
	if !a.relations.searchable || a.searched(c.GetArg(), sc) == nil {
		a.walkChildren(n, sc)
		return
	}
	for _, w := range c.GetArgs() {
		a.compare(c.GetArg(), w.GetCaseWhen().GetExpr(), sc)
		a.walk(w.GetCaseWhen().GetResult(), sc)
	}
	a.walk(c.GetDefresult(), sc)
}
