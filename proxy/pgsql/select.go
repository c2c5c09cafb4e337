package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// selectStmt plans SELECT, VALUES, TABLE and set operations.
func (a *analysis) selectStmt(s *ast.SelectStmt, sc *scope, dest destination) output {
	return a.selectInto(s, sc, dest, nil)
}

// claim takes the i-th output column's expression out of the hands of the walk: INSERT … SELECT stores it itself.
type claim func(i int, n *ast.Node, level *scope) bool

func (a *analysis) selectInto(s *ast.SelectStmt, sc *scope, dest destination, take claim) output {
	sc = a.with(s.GetWithClause(), sc)
	switch {
	case s.GetOp() != ast.SetOperation_SETOP_NONE:
		return a.setOperation(s, sc, dest)
	case len(s.GetValuesLists()) > 0:
		return a.values(s, sc)
	}
	defer a.enter()()
	level := &scope{outer: sc, ctes: sc.ctes}
	level.items = a.from(s.GetFromClause(), sc)
	a.read(level.items)
	a.holds(s.GetWhereClause(), level)
	a.holds(s.GetHavingClause(), level)
	out := a.targetList(s.GetTargetList(), level, take)
	a.inClause("WHERE", func() { a.walk(s.GetWhereClause(), level) })
	a.inClause("HAVING", func() { a.walk(s.GetHavingClause(), level) })
	a.inClause("a WINDOW clause", func() { a.walkAll(s.GetWindowClause(), level) })
	a.groupBy(s, level, out)
	a.distinct(s, level, out)
	a.tail(s, level, out)
	out = a.carryTenants(out, level, dest, a.placeOf(s, out))
	a.refuseInto(s, out)
	return out
}

// targetList resolves a select list or a RETURNING list.
func (a *analysis) targetList(list []*ast.Node, level *scope, take claim) output {
	var out output
	home := &row{}
	for _, n := range list {
		t := n.GetResTarget()
		ref := t.GetVal().GetColumnRef()
		if a.asView && !a.inView {
			a.viewTargets(&out, t, level)
			continue
		}
		switch {
		case take != nil && take(len(out.cols), t.GetVal(), level):
			out.cols = append(out.cols, expressionColumn(t))
		case ref == nil:
			out.cols = append(out.cols, a.expression(t, level, home))
		case isStar(ref):
			a.expandStar(&out, ref, level)
		default:
			out.cols = append(out.cols, a.outputColumn(t, ref, level))
		}
	}
	return out
}

func isStar(ref *ast.ColumnRef) bool {
	f := ref.GetFields()
	return len(f) > 0 && f[len(f)-1].GetAStar() != nil
}

// outputColumn is a plain column in a select list: a protected one stays protected.
func (a *analysis) outputColumn(t *ast.ResTarget, ref *ast.ColumnRef, level *scope) column {
	r := a.refer(ref, level)
	at := int(ref.GetLocation())
	if r.whole != nil {
		a.plainAll(r.whole.cols)
		if p := r.whole.anyProtected(); p != nil {
			refuseUse(p, at, "a whole-row reference", "Name the columns instead.")
		}
	}
	fields := ref.GetFields()
	out := column{name: fields[len(fields)-1].GetString_().GetSval()}
	if r.col != nil {
		a.refusePending(r.col, at)
		out = *r.col
	}
	if t.GetName() != "" {
		out.name = t.GetName()
	}
	out.at = ref.GetLocation() + 1
	return out
}

// refusePending refuses a protected column that the catalog doesn't have.
func (a *analysis) refusePending(c *column, at int) {
	if c.prot != nil && c.row == nil {
		refuse(at, codeUnsupported, hintFresh,
			"protected column %s is not in the catalog yet", c.qualified())
	}
}

// expandStar adds what * or t.* stands for.
func (a *analysis) expandStar(out *output, ref *ast.ColumnRef, level *scope) {
	cols, opaque := level.star()
	if len(ref.GetFields()) > 1 {
		cols, opaque = nil, true
		if it := level.named(starQualifier(ref)); it != nil {
			cols, opaque = slices.Clone(it.cols), it.opaque
		}
	}
	for i := range cols {
		a.refuseBarred(&cols[i], int(ref.GetLocation()))
		cols[i].at = ref.GetLocation() + 1
		a.named(reference{col: &cols[i]}, int(ref.GetLocation()))
	}
	out.cols, out.opaque = append(out.cols, cols...), out.opaque || opaque
}

func starQualifier(ref *ast.ColumnRef) (schema, qualifier string) {
	f := ref.GetFields()
	qualifier = f[len(f)-2].GetString_().GetSval()
	if len(f) > 2 {
		schema = f[len(f)-3].GetString_().GetSval()
	}
	return schema, qualifier
}

// outputReference walks an entry of ORDER BY, GROUP BY or DISTINCT ON, which may name an output column by its place or
// name instead of being an expression.
func (a *analysis) outputReference(n *ast.Node, level *scope, out output, use string) {
	if set := n.GetGroupingSet(); set != nil {
		for _, c := range set.GetContent() {
			a.outputReference(c, level, out, use)
		}
		return
	}
	if list := n.GetList(); list != nil {
		for _, c := range list.GetItems() {
			a.outputReference(c, level, out, use)
		}
		return
	}
	if row := n.GetRowExpr(); row != nil {
		for _, c := range row.GetArgs() {
			a.outputReference(c, level, out, use)
		}
		return
	}
	if a.groups(n, level, out, use) {
		return
	}
	if k := n.GetAConst(); k.GetIval() != nil {
		a.ordinal(int(k.GetIval().GetIval())-1, int(k.GetLocation()), out, use)
		return
	}
	if ref := n.GetColumnRef(); ref != nil && len(ref.GetFields()) == 1 && a.namesOutput(ref, out, use) {
		return
	}
	a.within(use, hintOrder, func() { a.walk(n, level) })
}

// namesOutput refuses a name that is that of a protected output column, and reports whether the name certainly means an
// output column. In GROUP BY an input column of the name comes first (findTargetlistEntrySQL92 in
// src/backend/parser/parse_clause.c).
func (a *analysis) namesOutput(ref *ast.ColumnRef, out output, use string) bool {
	name := ref.GetFields()[0].GetString_().GetSval()
	found := false
	for i := range out.cols {
		c := &out.cols[i]
		if c.name != name || c.unnamed {
			continue
		}
		a.plain(c, int(ref.GetLocation()))
		if c.prot != nil {
			refuseUse(c, int(ref.GetLocation()), use, hintOrder)
		}
		found = true
	}
	return found && !out.opaque && use != "GROUP BY"
}

const hintOrder = "Sort and group by another column."

// ordinal checks ORDER BY 2. Hidden columns that a star brought in shift the places behind them.
func (a *analysis) ordinal(i, at int, out output, use string) {
	a.meet(at, literalCompared)
	if p := out.anyProtected(); p != nil && out.opaque {
		refuseUse(p, at, use+" by place after a * whose columns are not known", "Name the columns.")
	}
	for k := range min(i+1, len(out.cols)) {
		if out.cols[k].hidden {
			refuse(at, codeUnsupported, "Name the column instead of its place.",
				"%s by place cannot be used: a tenant column had to be added before that place", use)
		}
	}
	if i < 0 || i >= len(out.cols) {
		return
	}
	a.plain(&out.cols[i], at)
	if out.cols[i].prot != nil || out.cols[i].barred != "" {
		refuseUse(&out.cols[i], at, use, hintOrder)
	}
}

func (a *analysis) distinct(s *ast.SelectStmt, level *scope, out output) {
	for _, n := range s.GetDistinctClause() {
		if n.GetNode() != nil {
			a.outputReference(n, level, out, "DISTINCT ON")
			continue
		}
		a.plainAll(out.cols)
		a.distinctRows(out)
	}
}

// tail walks what SELECT, VALUES and set operations have in common.
func (a *analysis) tail(s *ast.SelectStmt, level *scope, out output) {
	for _, n := range s.GetSortClause() {
		a.outputReference(n.GetSortBy().GetNode(), level, out, "ORDER BY")
	}
	a.walk(s.GetLimitCount(), level)
	a.walk(s.GetLimitOffset(), level)
}

// refuseInto refuses SELECT INTO that would copy sealed values to a table without protection.
func (a *analysis) refuseInto(s *ast.SelectStmt, out output) {
	if s.GetIntoClause() == nil {
		return
	}
	a.modifies = true
	a.plainAll(out.cols)
	a.filledTable(s.GetIntoClause().GetRel())
	if p := out.anyProtected(); p != nil {
		refuseUse(p, -1, "SELECT INTO", "The new table would hold ciphertext that no policy names.")
	}
}

// values plans a VALUES list that is not the source of an INSERT.
func (a *analysis) values(s *ast.SelectStmt, sc *scope) output {
	rows := s.GetValuesLists()
	width := 0
	for _, row := range rows {
		width = max(width, len(row.GetList().GetItems()))
	}
	var out output
	home := &row{}
	a.inClause("VALUES", func() {
		for i := range width {
			values := make([]*ast.Node, 0, len(rows))
			for _, row := range rows {
				if items := row.GetList().GetItems(); i < len(items) {
					values = append(values, items[i])
				}
			}
			out.cols = append(out.cols, column{name: valuesName(i), row: home, list: a.newList(values, sc)})
		}
	})
	a.tail(s, sc, out)
	return out
}

// expression is an entry of a select list that is more than a column. All entries of one list share home as their row.
func (a *analysis) expression(t *ast.ResTarget, level *scope, home *row) column {
	if c, ok := a.produced(t, level); ok {
		return c
	}
	c := expressionColumn(t)
	a.inClause("an expression", func() { c.list = a.newList([]*ast.Node{t.GetVal()}, level) })
	c.row = home
	return c
}

// refuseHidden refuses a query whose number of columns matters and whose star now stands for one more.
func (a *analysis) refuseHidden(out output) {
	for _, c := range out.cols {
		if c.hidden {
			refuse(-1, codeUnsupported, "Name the columns instead of writing *.",
				"a * cannot be used here: a tenant column had to be added to what it stands for")
		}
	}
}
