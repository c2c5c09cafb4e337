package pgsql

import (
	"cmp"
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// setOperation plans UNION, INTERSECT and EXCEPT. Only UNION ALL keeps values as they are; in it all arms must agree on
// what each column holds.
func (a *analysis) setOperation(s *ast.SelectStmt, sc *scope, dest destination) output {
	all := s.GetAll() && s.GetOp() == ast.SetOperation_SETOP_UNION
	if !all {
		dest = asIs // another column could tell rows apart that are alike without it
	}
	left := a.selectStmt(s.GetLarg(), sc, dest)
	a.arms[s.GetLarg()] = left
	right := a.selectStmt(s.GetRarg(), sc, dest)
	if !all {
		a.plainAll(left.cols)
		a.plainAll(right.cols)
		if p := cmpOr(left.anyProtected(), right.anyProtected()); p != nil && !a.distinctArms(left, right) {
			refuseUse(p, -1, "UNION, INTERSECT or EXCEPT", "Equal values are sealed to different ciphertexts; use UNION ALL or leave out the column.")
		}
	}
	out := a.unionAll(left, right)
	a.tail(s, &scope{outer: sc, ctes: sc.ctes}, out)
	a.refuseInto(leftmost(s), out)
	return out
}

// shown returns how many columns of an output are before the first that was added at its end; -1 if one was added elsewhere.
func (o *output) shown() int {
	n := slices.IndexFunc(o.cols, func(c column) bool { return c.hidden })
	switch {
	case n < 0:
		return len(o.cols)
	case slices.ContainsFunc(o.cols[n:], func(c column) bool { return !c.hidden }):
		return -1
	}
	return n
}

func leftmost(s *ast.SelectStmt) *ast.SelectStmt {
	for s.GetLarg() != nil {
		s = s.GetLarg()
	}
	return s
}

func (a *analysis) unionAll(left, right output) output {
	if left.shown() != right.shown() || len(left.cols) != len(right.cols) {
		for i := range min(len(left.cols), len(right.cols)) {
			if l, r := &left.cols[i], &right.cols[i]; !l.hidden && !r.hidden {
				mustUnite(l, r)
			}
		}
		a.refuseHidden(left)
		a.refuseHidden(right)
	}
	out := output{opaque: left.opaque || right.opaque}
	if p := cmpOr(left.anyProtected(), right.anyProtected()); p != nil && (out.opaque || len(left.cols) != len(right.cols)) {
		refuseUse(p, -1, "UNION ALL of queries whose columns are not all known", "Name the columns.")
	}
	rows := map[[2]*row]*row{}
	joint := func(l, r *row) *row {
		k := [2]*row{l, r}
		if rows[k] == nil {
			rows[k] = &row{rel: l.rel, arms: k}
		}
		return rows[k]
	}
	a.plainAll(right.cols[min(len(left.cols), len(right.cols)):])
	for i, l := range left.cols {
		m := column{name: l.name, unnamed: l.unnamed, merged: true, hidden: l.hidden}
		if i < len(right.cols) {
			r := right.cols[i]
			if l.typ == r.typ {
				m.typ = l.typ
			}
			if l.self != nil && r.self != nil && (l.typ == r.typ || isTextType(l.typ) && isTextType(r.typ)) {
				m.self = joint(l.self, r.self)
			}
			m.barred = cmp.Or(l.barred, r.barred)
			a.unionColumn(&m, l, r, joint)
		}
		out.cols = append(out.cols, m)
	}
	return out
}

// unionColumn merges one column of two arms. The tenant of a merged row is that of either arm's row.
func (a *analysis) unionColumn(m *column, l, r column, joint func(l, r *row) *row) {
	if m.list = a.joinLists(l, r); m.list != nil && l.row != nil && r.row != nil {
		m.row = joint(l.row, r.row)
	}
	for _, lt := range l.tenantOf {
		for _, rt := range r.tenantOf {
			m.tenantOf = append(m.tenantOf, joint(lt, rt))
		}
	}
	if l.prot == nil && r.prot == nil {
		return
	}
	mustUnite(&l, &r)
	m.prot, m.rel, m.row = l.prot, l.rel, joint(l.row, r.row)
}

// mustUnite refuses columns of two arms of which only one is protected, or both in different ways.
func mustUnite(l, r *column) {
	if l.prot == nil && r.prot == nil {
		return
	}
	if l.prot == nil || r.prot == nil || !sameField(l.prot, r.prot) || !slices.Equal(tenantKind(l.row.rel), tenantKind(r.row.rel)) {
		refuseUse(cmpOr(protectedOrNil(l), r), -1, "UNION ALL with something else than the same field", "Select the same column in every arm.")
	}
}

func protectedOrNil(c *column) *column {
	if c.prot == nil {
		return nil
	}
	return c
}

// sameField reports whether a sealed value may move from one column to the other as it is, tenant aside.
func sameField(x, y *Column) bool {
	return x.Field == y.Field && x.Type == y.Type && x.Storage == y.Storage
}

// tenantKind is a tenant's source but for the name of the column.
func tenantKind(r *relation) []string {
	if r.tenant.Column != "" {
		return []string{"column"}
	}
	return []string{r.tenant.Fixed, r.tenant.Session, r.tenant.Setting}
}
