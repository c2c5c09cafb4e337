package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// update plans UPDATE.
func (a *analysis) update(s *ast.UpdateStmt, sc *scope, dest destination) output {
	sc = a.with(s.GetWithClause(), sc)
	defer a.enter()()
	r := a.writable(s.GetRelation())
	target := a.targetItem(s.GetRelation(), r)
	from := a.from(s.GetFromClause(), sc)
	level := &scope{outer: sc, items: append([]*item{target}, from...), ctes: sc.ctes}
	a.read(level.items)
	a.holds(s.GetWhereClause(), level)
	if r == nil || !r.guarded() {
		a.refuseTenantChange(r, s.GetTargetList())
		a.inClause("a value of SET in another table", func() { a.setElsewhere(s.GetTargetList(), level) })
	} else {
		a.updateProtected(s, r, target, level)
	}
	a.inClause("WHERE", func() { a.walk(s.GetWhereClause(), level) })
	return a.returning(s.GetReturningClause(), target.written(), from, sc, dest)
}

// written is a target as RETURNING sees it: conditions told of what other columns than the tenant's held before.
func (it *item) written() *item {
	after := *it
	after.cols = slices.Clone(it.cols)
	for i := range after.cols {
		if c := &after.cols[i]; c.self != nil && c.self.rel == nil {
			c.self = &row{}
		}
	}
	return &after
}

// setElsewhere walks the SET list of a table without protected columns.
func (a *analysis) setElsewhere(list []*ast.Node, level *scope) {
	for _, n := range list {
		t := n.GetResTarget()
		if m := t.GetVal().GetMultiAssignRef(); m != nil && m.GetColno() > 1 {
			continue // the source is shared by all columns of the list
		}
		a.walk(t.GetVal(), level)
		a.walkAll(t.GetIndirection(), level)
	}
}

func (a *analysis) updateProtected(s *ast.UpdateStmt, r *relation, target *item, level *scope) {
	conditions := append(joinConditions(s.GetFromClause()), s.GetWhereClause())
	h := a.hold(r, target.home(), conditions, level)
	a.assumeTenant(s, r, target, level, h)
	as := a.assignmentTo(r, target, level, h)
	as.plan(s.GetTargetList())
}

// assignmentTo plans what is assigned to rows whose tenant is held by conditions.
func (a *analysis) assignmentTo(r *relation, target *item, level *scope, h *held) *assignment {
	as := &assignment{analysis: a, rel: r, target: target, scope: level}
	as.tenant = func(c *Column, at int, from listRow) tenantValue {
		if !h.found {
			refuse(at, codeUnsupported, r.hintHeld(h),
				"protected column %s.%s cannot be sealed: %s does not hold the rows to one tenant", r.qualified(), c.Name, h.clause)
		}
		return a.mustTenantIn(r, c, h.value, at, from)
	}
	as.keeps = func(n *ast.Node) bool {
		if ref := n.GetColumnRef(); ref != nil && !isStar(ref) {
			return h.holds(a.refer(ref, level))
		}
		ref, set := a.tenantFrom(r, n)
		return h.found && set && a.equalTenants(ref, h.value)
	}
	as.copies = func(c *column) bool { return a.haveOneTenant(h, c.row) }
	return as
}

// hintHeld says how to hold the rows that are written to one tenant.
func (r *relation) hintHeld(h *held) string {
	for _, n := range h.conditions {
		if n.GetCurrentOfExpr() != nil {
			return "Update the row by its key AND " + r.tenant.Column + " = … instead of WHERE CURRENT OF, which says nothing of its tenant."
		}
	}
	return "Add AND " + r.tenant.Column + " = … with a literal or a parameter to " + h.clause + "."
}

// delete plans DELETE.
func (a *analysis) delete(s *ast.DeleteStmt, sc *scope, dest destination) output {
	sc = a.with(s.GetWithClause(), sc)
	defer a.enter()()
	target := a.targetItem(s.GetRelation(), a.table(s.GetRelation()))
	from := a.from(s.GetUsingClause(), sc)
	level := &scope{outer: sc, items: append([]*item{target}, from...), ctes: sc.ctes}
	a.read(level.items)
	a.holds(s.GetWhereClause(), level)
	a.inClause("WHERE", func() { a.walk(s.GetWhereClause(), level) })
	return a.returning(s.GetReturningClause(), target, from, sc, dest)
}

// returning plans a RETURNING list. Besides the target and what is joined to it, it can name the row before and after the
// change as old and new, or by the names that its options give (PostgreSQL 18).
func (a *analysis) returning(c *ast.ReturningClause, target *item, from []*item, sc *scope, dest destination) output {
	return a.returningOf(c, append([]*item{target}, from...), target, sc, dest)
}

// returningOf is returning with the entries in the order in which * names them.
func (a *analysis) returningOf(c *ast.ReturningClause, items []*item, target *item, sc *scope, dest destination) output {
	if c == nil {
		return output{}
	}
	aliases := map[ast.ReturningOptionKind]string{
		ast.ReturningOptionKind_RETURNING_OPTION_OLD: "old",
		ast.ReturningOptionKind_RETURNING_OPTION_NEW: "new",
	}
	for _, o := range c.GetOptions() {
		aliases[o.GetReturningOption().GetOption()] = o.GetReturningOption().GetValue()
	}
	for _, kind := range []ast.ReturningOptionKind{ast.ReturningOptionKind_RETURNING_OPTION_OLD, ast.ReturningOptionKind_RETURNING_OPTION_NEW} {
		version := derived(target.cols, target.opaque, aliases[kind])
		version.rel, version.colSeen = target.rel, false
		items = append(items, version)
	}
	level := &scope{outer: sc, items: items, ctes: sc.ctes}
	out := a.targetList(c.GetExprs(), level, nil)
	return a.carryTenants(out, level, dest, hiddenPlace{list: c.GetExprs()})
}
