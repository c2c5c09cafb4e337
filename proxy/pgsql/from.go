package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// from resolves a FROM list into scope entries, in order.
func (a *analysis) from(nodes []*ast.Node, sc *scope) []*item {
	var items []*item
	for _, n := range nodes {
		items = append(items, a.fromItem(n, sc, items)...)
	}
	return items
}

// fromItem resolves one entry. before holds the entries that a LATERAL one may refer to.
func (a *analysis) fromItem(n *ast.Node, sc *scope, before []*item) []*item {
	lateral := &scope{outer: sc, items: before, ctes: sc.ctes}
	switch s := n.GetNode().(type) {
	case *ast.Node_RangeVar:
		return []*item{a.rangeVar(s.RangeVar, sc)}
	case *ast.Node_RangeSubselect:
		inner := sc
		if s.RangeSubselect.GetLateral() {
			inner = lateral
		}
		out := a.query(s.RangeSubselect.GetSubquery(), inner, toOuter)
		return []*item{a.deriveAs(out, s.RangeSubselect.GetAlias(), "")}
	case *ast.Node_JoinExpr:
		return a.join(s.JoinExpr, sc, before)
	case *ast.Node_RangeTableSample:
		t := s.RangeTableSample
		a.walkAll(append(slices.Clone(t.GetArgs()), t.GetRepeatable()), lateral)
		return a.fromItem(t.GetRelation(), sc, before)
	case *ast.Node_RangeFunction:
		if it := a.unnested(s.RangeFunction, lateral); it != nil {
			return []*item{it}
		}
		a.walkAll(s.RangeFunction.GetFunctions(), lateral)
		return []*item{functionItem(s.RangeFunction)}
	case *ast.Node_RangeTableFunc:
		a.walkChildren(n, lateral)
		return []*item{opaqueItem(s.RangeTableFunc.GetAlias())}
	case *ast.Node_JsonTable:
		a.spelled(func() { a.walkChildren(n, lateral) })
		return []*item{opaqueItem(s.JsonTable.GetAlias())}
	}
	a.walk(n, lateral)
	return []*item{opaqueItem(nil)}
}

// rangeVar resolves a table name: a CTE hides a table, but not one that is named with its schema.
func (a *analysis) rangeVar(rv *ast.RangeVar, sc *scope) *item {
	if rv.GetSchemaname() == "" {
		if c := sc.ctes.find(rv.GetRelname()); c != nil {
			return a.deriveAs(a.cteOutput(c), rv.GetAlias(), rv.GetRelname())
		}
	}
	r := a.table(rv)
	if r == nil {
		a.unknown = a.unknown || rv.GetSchemaname() != "pg_catalog"
		it := opaqueItem(rv.GetAlias())
		if rv.GetAlias() == nil {
			it.alias, it.schema = rv.GetRelname(), rv.GetSchemaname()
		}
		return it
	}
	it := tableItem(r, rv.GetAlias().GetAliasname())
	it.relabel(names(rv.GetAlias().GetColnames()))
	return it
}

// table finds the table or view that a name means; nil if it is not in the catalog and can't be protected.
func (a *analysis) table(rv *ast.RangeVar) *relation {
	r, ambiguous := a.relations.find(rv.GetSchemaname(), rv.GetRelname())
	at := int(rv.GetLocation())
	if ambiguous && rv.GetSchemaname() == "" {
		r, ambiguous = a.bySearchPath(rv), false
	}
	switch {
	case slices.Contains(a.children, rv.GetRelname()):
		refuse(at, codeUnsupported, "Run this after that transaction was committed.",
			"%s became a child or a view of a protected table in the same transaction", rv.GetRelname())
	case ambiguous:
		refuse(at, codeUnsupported, "If the table was created just now, commit and retry.",
			"table %s.%s is not in the catalog, and a protected table has its name", rv.GetSchemaname(), rv.GetRelname())
	case r == nil:
		return nil
	case r.missing:
		refuse(at, codeUnsupported, hintFresh,
			"protected table %s is not in the catalog yet", r.qualified())
	case r.barred != "":
		refuse(at, codeUnsupported, "", "%s cannot be used: %s", r.qualified(), r.barred)
	}
	return r
}

func (a *analysis) deriveAs(out output, alias *ast.Alias, name string) *item {
	if alias != nil {
		name = alias.GetAliasname()
	}
	it := derived(out.cols, out.opaque, name)
	labels := names(alias.GetColnames())
	a.checkLabels(it.cols, len(labels))
	it.relabel(labels)
	return it
}

// checkLabels refuses a column list that would be shifted by a hidden column among those it names.
func (a *analysis) checkLabels(cols []column, labels int) {
	for i := range min(labels, len(cols)) {
		if cols[i].hidden {
			refuse(-1, codeUnsupported, "Name the columns of the inner query instead of writing *, its tenant column among them.",
				"a column list names columns by place, but a tenant column had to be added among them")
		}
	}
}

func names(nodes []*ast.Node) []string {
	var out []string
	for _, n := range nodes {
		out = append(out, n.GetString_().GetSval())
	}
	return out
}

func opaqueItem(alias *ast.Alias) *item {
	it := &item{alias: alias.GetAliasname(), opaque: true, relSeen: true, colSeen: true}
	for _, n := range names(alias.GetColnames()) {
		it.cols = append(it.cols, column{name: n})
	}
	return it
}

// functionItem is a function in FROM. Its columns are known only where a column definition list says so.
func functionItem(f *ast.RangeFunction) *item {
	it := opaqueItem(f.GetAlias())
	if len(f.GetColdeflist()) > 0 && !f.GetIsRowsfrom() && !f.GetOrdinality() {
		it.opaque, it.cols = false, nil
		for _, d := range f.GetColdeflist() {
			it.cols = append(it.cols, column{name: d.GetColumnDef().GetColname()})
		}
	}
	return it
}

// join resolves a JOIN into its sides, which qualified names still reach unless it has an alias, and an entry with its
// own columns, which * and unqualified names reach.
func (a *analysis) join(j *ast.JoinExpr, sc *scope, before []*item) []*item {
	left := a.fromItem(j.GetLarg(), sc, before)
	right := a.fromItem(j.GetRarg(), sc, append(slices.Clone(before), left...))
	ls, rs := &scope{items: left}, &scope{items: right}
	using := names(j.GetUsingClause())
	if j.GetIsNatural() {
		using = a.naturalNames(ls, rs)
	}
	sides := append(left, right...)
	quals := &scope{outer: sc, items: sides, ctes: sc.ctes}
	leave := a.enterJoin(j, left, right, quals)
	a.inClause("a JOIN condition", func() { a.walk(j.GetQuals(), quals) })
	whole := a.joinItem(j, ls, rs, using)
	leave()
	if alias := j.GetAlias(); alias != nil {
		whole.alias, whole.relSeen = alias.GetAliasname(), true
		a.checkLabels(whole.cols, len(alias.GetColnames()))
		whole.relabel(names(alias.GetColnames()))
		return []*item{whole}
	}
	// The sides may be shared with nobody else, so they can be marked in place.
	for _, it := range sides {
		it.colSeen = false
	}
	if alias := j.GetJoinUsingAlias(); alias != nil {
		merged := &item{alias: alias.GetAliasname(), relSeen: true, cols: whole.cols[:min(len(using), len(whole.cols))]}
		sides = append(sides, merged)
	}
	return append(sides, whole)
}

// naturalNames returns the names that a NATURAL JOIN compares: those that both sides have, in the left side's order.
func (a *analysis) naturalNames(ls, rs *scope) []string {
	left, lo := ls.star()
	right, ro := rs.star()
	unsure := lo || ro || slices.ContainsFunc(append(slices.Clone(left), right...), func(c column) bool { return c.unnamed })
	if c := cmpOr(ls.anyProtected(), rs.anyProtected()); c != nil && unsure {
		refuseUse(c, -1, "a NATURAL JOIN whose columns are not all known", "Write JOIN … USING or ON.")
	}
	var common []string
	for _, l := range left {
		if slices.ContainsFunc(right, func(r column) bool { return r.name == l.name }) {
			common = append(common, l.name)
		}
	}
	return common
}

func cmpOr(a, b *column) *column {
	if a != nil {
		return a
	}
	return b
}

// joinItem makes the columns of a join: the merged ones of USING first, then the rest of the left and the right side.
func (a *analysis) joinItem(j *ast.JoinExpr, ls, rs *scope, using []string) *item {
	left, lo := ls.star()
	right, ro := rs.star()
	it := &item{colSeen: true, opaque: lo || ro}
	for _, name := range using {
		l, r := named(left, name), named(right, name)
		merged := a.compareMerged(j, l, r)
		for _, c := range []*column{l, r} {
			if c != nil {
				a.refuseBarred(c, -1)
			}
			a.plain(c, -1)
			if c != nil && c.prot != nil && !merged {
				refuseUse(c, -1, "JOIN … USING or NATURAL JOIN", "Join by another column.")
			}
		}
		m := mergeColumns(j.GetJointype(), name, l, r)
		a.mergeTenants(j.GetJointype(), &m, l, r)
		it.cols = append(it.cols, m)
	}
	for _, c := range append(left, right...) {
		if !slices.Contains(using, c.name) {
			it.cols = append(it.cols, c)
		}
	}
	return it
}

func named(cols []column, name string) *column {
	for i := range cols {
		if cols[i].name == name {
			return &cols[i]
		}
	}
	return nil
}

// mergeColumns is a column of USING. It holds the tenant of either side's row: the sides are equal where both exist, and
// where one does not its protected values are NULL.
func mergeColumns(kind ast.JoinType, name string, l, r *column) column {
	m := column{name: name}
	for _, c := range []*column{l, r} {
		if c != nil {
			m.tenantOf = append(m.tenantOf, c.tenantOf...)
		}
	}
	origin := l
	if kind == ast.JoinType_JOIN_RIGHT {
		origin = r
	}
	if origin != nil {
		m.prot, m.row = origin.prot, origin.row
		m.rel, m.attr, m.typ, m.merged = origin.rel, origin.attr, origin.typ, origin.merged || kind == ast.JoinType_JOIN_FULL
	}
	if l == nil || r == nil || l.typ != r.typ {
		m.typ, m.merged = 0, true
	}
	return m
}
