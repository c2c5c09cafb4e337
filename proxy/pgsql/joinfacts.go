package pgsql

import (
	"github.com/sqlc-dev/oliphant/ast"
)

// boolean walks AND, OR and NOT. In an AND, what makes one part comparable may stand in another: where that is not true
// the whole is not, whatever the others give.
func (a *analysis) boolean(b *ast.BoolExpr, sc *scope) {
	if b.GetBoolop() == ast.BoolExprType_AND_EXPR && a.relations.searchable {
		defer a.enter()()
		for _, arg := range b.GetArgs() {
			a.holds(arg, sc)
		}
	}
	a.walkAll(b.GetArgs(), sc)
}

// enterJoin begins the walk of a join's condition; the result ends it. In the condition what it demands holds as in WHERE.
// Outside of it, it holds for the rows that are only there if it is true.
func (a *analysis) enterJoin(j *ast.JoinExpr, left, right []*item, sc *scope) (leave func()) {
	outer := a.facts
	leave = a.enter()
	if !a.relations.searchable || outer == nil || j.GetQuals() == nil {
		return leave
	}
	there := map[*row]bool{}
	if kind := j.GetJointype(); kind == ast.JoinType_JOIN_INNER || kind == ast.JoinType_JOIN_RIGHT {
		addRows(there, left)
	}
	if kind := j.GetJointype(); kind == ast.JoinType_JOIN_INNER || kind == ast.JoinType_JOIN_LEFT {
		addRows(there, right)
	}
	a.conditions(j.GetQuals(), sc, func(e tenantEdge) {
		a.facts.edges = append(a.facts.edges, e)
		if there[e.from] {
			outer.edges = append(outer.edges, e)
		}
	})
	return leave
}

// addRows adds what stands for rows of entries of FROM, in facts.
func addRows(rows map[*row]bool, items []*item) {
	for _, it := range items {
		for i := range it.cols {
			c := &it.cols[i]
			rows[c.row], rows[c.self] = true, true
			for _, r := range c.tenantOf {
				rows[r] = true
			}
		}
	}
	delete(rows, nil)
}

// mergeTenants notes what USING says of a column of both sides and of the one that they become, m: that of either side
// where it is there. The facts in force are those of the join's condition; all but that the sides are equal holds outside
// of it as well.
func (a *analysis) mergeTenants(kind ast.JoinType, m, l, r *column) {
	if m.prot != nil || l == nil || r == nil || l.self == nil || r.self == nil || !sameTenantType(l.typ, r.typ) {
		return
	}
	in, out := a.facts, a.facts.outer
	in.edges = append(in.edges, tenantEdge{from: l.self, to: r.self}, tenantEdge{from: r.self, to: l.self})
	if out == nil || l.typ != r.typ && !isTextType(l.typ) {
		return
	}
	m.self = &row{}
	out.edges = append(out.edges, tenantEdge{from: l.self, to: m.self}, tenantEdge{from: r.self, to: m.self})
	if kind == ast.JoinType_JOIN_INNER || kind == ast.JoinType_JOIN_LEFT {
		out.edges = append(out.edges, tenantEdge{from: m.self, to: l.self})
	}
	if kind == ast.JoinType_JOIN_INNER || kind == ast.JoinType_JOIN_RIGHT {
		out.edges = append(out.edges, tenantEdge{from: m.self, to: r.self})
	}
}

// compareMerged plans the comparison of two columns by USING, of which the text names neither; false if it cannot be.
func (a *analysis) compareMerged(j *ast.JoinExpr, l, r *column) bool {
	if l == nil || r == nil || l.prot == nil || r.prot == nil || !comparable(l.prot, r.prot) ||
		l.prot.Search != SearchDeterministic || j.GetJointype() == ast.JoinType_JOIN_FULL || l.row == nil || r.row == nil {
		return false
	}
	a.compareColumns(l, r, -1)
	return true
}
