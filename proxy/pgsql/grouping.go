package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// Values of a deterministic column are grouped as their envelopes are, which is right if rows that may come together are
// of one tenant: all of them are, or the tenant's column is grouped by too.

// groupedBy is what a column stands in when it is grouped by, for refusals: only these may have columns that can be searched.
const (
	useGroup      = "GROUP BY"
	useDistinctOn = "DISTINCT ON"
)

// groups plans an entry of GROUP BY or DISTINCT ON that is a column which can be searched, by its name or by its place in
// the select list; false for any other. It notes what the rows of a group then share.
func (a *analysis) groups(n *ast.Node, level *scope, out output, use string) bool {
	if !a.relations.searchable || use != useGroup && use != useDistinctOn {
		return false
	}
	c := a.groupColumn(n, level, out)
	if c == nil {
		return false
	}
	if s := a.searched(n, level); s != nil && s.prot.Search == SearchTerm && s.prot == c.prot && s.row == c.row {
		a.refuseSelected(s, out, use)
		c = s
	}
	shared, sets := &a.facts.groups, &a.facts.sets
	if use == useDistinctOn {
		shared, sets = &a.facts.ons, new(bool)
	}
	if c.self != nil {
		*shared = append(*shared, c.self)
	}
	return a.groupsBy(c, a.position(n), use, func() []*row {
		if *sets {
			return nil
		}
		return *shared
	})
}

// refuseSelected refuses to group by the terms of a column that is selected too: a group has several envelopes.
func (a *analysis) refuseSelected(c *column, out output, use string) {
	for i := range out.cols {
		if o := &out.cols[i]; o.prot == c.prot && o.row == c.row {
			refuseUse(o, -1, use+" by equality terms and in the select list",
				"Leave the column out of the select list, or use the deterministic form of equality.")
		}
	}
}

// groupColumn returns the one column that an entry can mean, or nil.
func (a *analysis) groupColumn(n *ast.Node, level *scope, out output) *column {
	if k := n.GetAConst(); k.GetIval() != nil {
		i := int(k.GetIval().GetIval()) - 1
		a.meet(int(k.GetLocation()), literalCompared)
		if i < 0 || i >= len(out.cols) || out.opaque || slices.ContainsFunc(out.cols[:i+1], func(c column) bool { return c.hidden }) {
			return nil
		}
		return &out.cols[i]
	}
	ref := n.GetColumnRef()
	if ref == nil || isStar(ref) {
		return nil
	}
	found := a.resolve(ref, level).col
	if len(ref.GetFields()) > 1 {
		return found
	}
	name := ref.GetFields()[0].GetString_().GetSval()
	for i := range out.cols {
		c := &out.cols[i]
		switch {
		case c.name != name || c.unnamed:
		case found == nil:
			found = c
		case c.prot != found.prot || c.row != found.row || c.self != found.self:
			return nil // an input column and an output column of one name
		}
	}
	return found
}

// groupsBy plans that rows are grouped by a column; false if it can't be searched as it is. shared gives what the rows of a
// group have in common, once the statement is known.
func (a *analysis) groupsBy(c *column, at int, use string, shared func() []*row) bool {
	if !groupable(c) {
		return false
	}
	a.rewrite(c)
	a.used(c.prot, UseCompare, at)
	v := *c
	a.later(func() {
		if !a.together(v.row, shared()) {
			tenant := v.row.rel.tenant.Column
			refuseUse(&v, at, use+", where rows of several tenants come together",
				"Add "+tenant+" of the same row there too, or hold the rows to one tenant by a condition such as "+tenant+" = $1.")
		}
	})
	return true
}

// groupable reports whether rows can be grouped by a column: by its envelopes, or by its terms where it stands in the text.
func groupable(c *column) bool {
	if c.prot == nil || c.row == nil || c.prot.comparedType() == "" {
		return false
	}
	return c.prot.Search == SearchDeterministic || c.prot.Search == SearchTerm && c.subject != nil
}

// sharedByGroup is what the rows of a group have in common at the level where c is read.
func sharedByGroup(c *column) func() []*row {
	r := c.row
	return func() []*row {
		if r.facts == nil || r.facts.sets {
			return nil
		}
		return r.facts.groups
	}
}

// groupBy plans the entries of GROUP BY.
func (a *analysis) groupBy(s *ast.SelectStmt, level *scope, out output) {
	f := a.facts
	for _, n := range s.GetGroupClause() {
		f.sets = f.sets || n.GetGroupingSet() != nil
	}
	for _, n := range s.GetGroupClause() {
		a.outputReference(n, level, out, useGroup)
	}
}

// tenantsGrouped reports whether the tenant columns of all protected columns of an output are grouped by, so that they can
// be selected too.
func (a *analysis) tenantsGrouped(out output) bool {
	for i := range out.cols {
		c := &out.cols[i]
		if c.prot != nil && (a.facts.sets || !slices.Contains(a.facts.groups, c.row)) {
			return false
		}
	}
	return true
}

// countsDistinct plans count(DISTINCT x) of a column that can be searched.
func (a *analysis) countsDistinct(f *ast.FuncCall, sc *scope) bool {
	c := a.searched(f.GetArgs()[0], sc)
	return c != nil && a.groupsBy(c, a.position(f.GetArgs()[0]), "count(DISTINCT …)", sharedByGroup(c))
}

// window walks a window's definition. It may be partitioned by columns that can be searched.
func (a *analysis) window(w *ast.WindowDef, sc *scope) {
	var shared []*row
	for _, n := range w.GetPartitionClause() {
		if c := a.tenantColumn(n, sc); c != nil {
			shared = append(shared, c.self)
		}
	}
	for _, n := range w.GetPartitionClause() {
		if c := a.searched(n, sc); c != nil && a.groupsBy(c, a.position(n), "PARTITION BY", func() []*row { return shared }) {
			continue
		}
		a.walk(n, sc)
	}
	a.walkAll(w.GetOrderClause(), sc)
	a.walk(w.GetStartOffset(), sc)
	a.walk(w.GetEndOffset(), sc)
}

// distinctRows plans SELECT DISTINCT.
func (a *analysis) distinctRows(out output) {
	shared := selvesOf(out)
	for i := range out.cols {
		c := &out.cols[i]
		if c.prot == nil {
			continue
		}
		if !a.relations.searchable || !a.groupsBy(c, int(c.at)-1, "SELECT DISTINCT", func() []*row { return shared }) {
			refuseUse(c, -1, "the select list of SELECT DISTINCT", "Equal values are sealed to different ciphertexts; leave out DISTINCT or the column.")
		}
		a.refuseHidden(out) // one column more would tell rows apart
	}
}

// selvesOf returns what stands for the columns of an output in facts.
func selvesOf(out output) []*row {
	var selves []*row
	for i := range out.cols {
		if c := &out.cols[i]; c.self != nil && !c.hidden {
			selves = append(selves, c.self)
		}
	}
	return selves
}

// distinctArms plans that a set operation compares the rows of its arms; false if a column of them can't be compared.
func (a *analysis) distinctArms(left, right output) bool {
	if left.opaque || right.opaque || len(left.cols) != len(right.cols) {
		return left.anyProtected() == nil && right.anyProtected() == nil
	}
	for i := range left.cols {
		l, r := &left.cols[i], &right.cols[i]
		if l.prot == nil && r.prot == nil {
			continue
		}
		if l.prot == nil || r.prot == nil || !comparable(l.prot, r.prot) || l.prot.Search != SearchDeterministic || l.prot.comparedType() == "" {
			return false
		}
		a.used(l.prot, UseCompare, int(l.at)-1)
		a.used(r.prot, UseCompare, int(r.at)-1)
		a.later(func() {
			if !a.armsAgree(left, right, l.row, r.row) {
				refuseUse(l, -1, "UNION, INTERSECT or EXCEPT, where rows of several tenants come together",
					"Select the tenant column in every arm too, at the same place, or hold all arms to one tenant.")
			}
		})
	}
	return true
}

// armsAgree reports whether equal rows of two arms, and of one, are of one tenant: they are all of one, or it is in them.
func (a *analysis) armsAgree(left, right output, l, r *row) bool {
	kl, kr := a.tenantOfRow(l), a.tenantOfRow(r)
	if slices.ContainsFunc(kl.values, func(v tenantValue) bool { return kr.has(a, v) }) {
		return true
	}
	for j := range left.cols {
		x, y := left.cols[j].self, right.cols[j].self
		if x != nil && y != nil && slices.Contains(kl.rows, x) && slices.Contains(kr.rows, y) {
			return true
		}
	}
	return false
}
