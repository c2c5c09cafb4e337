package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// equality is a condition "x = y" that holds for every row of a query.
type equality [2]*ast.Node

// equalities collects the conditions that must hold where all the given ones do: the parts of AND that say that two things
// are equal.
func equalities(conditions ...*ast.Node) (found []equality) {
	for _, n := range conditions {
		if b := n.GetBoolExpr(); b != nil && b.GetBoolop() == ast.BoolExprType_AND_EXPR {
			found = append(found, equalities(b.GetArgs()...)...)
			continue
		}
		e := n.GetAExpr()
		switch {
		case e == nil || builtinName(e.GetName()) != "=":
		case e.GetKind() == ast.A_Expr_Kind_AEXPR_OP && e.GetLexpr() != nil:
			found = append(found, equality{e.GetLexpr(), e.GetRexpr()})
		case e.GetKind() == ast.A_Expr_Kind_AEXPR_IN && len(e.GetRexpr().GetList().GetItems()) == 1:
			found = append(found, equality{e.GetLexpr(), e.GetRexpr().GetList().GetItems()[0]})
		}
	}
	return found
}

// joinConditions collects the ON conditions of the inner joins in a FROM list, as far as their names, being qualified, mean
// the same at the level of the query.
func joinConditions(from []*ast.Node) (conditions []*ast.Node) {
	for _, n := range from {
		j := n.GetJoinExpr()
		if j == nil || j.GetJointype() != ast.JoinType_JOIN_INNER || j.GetAlias() != nil {
			continue
		}
		conditions = append(conditions, joinConditions([]*ast.Node{j.GetLarg(), j.GetRarg()})...)
		for _, e := range equalities(j.GetQuals()) {
			if qualified(e[0]) && qualified(e[1]) {
				conditions = append(conditions, j.GetQuals())
				break
			}
		}
	}
	return conditions
}

// qualified reports whether a side of an equality is no column, or one with a qualifier.
func qualified(n *ast.Node) bool {
	ref := n.GetColumnRef()
	return ref == nil || len(ref.GetFields()) > 1
}

// held is what conditions say of the tenant of a row: the columns and rows that have the same one, and its value.
type held struct {
	*analysis
	rel        *relation
	scope      *scope
	conditions []*ast.Node
	clause     string // where they stand, for refusals

	rows    []*row
	columns []heldColumn
	value   tenantValue
	found   bool
}

type heldColumn struct {
	item *item
	name string
}

// hold follows equalities from the tenant of a row.
func (a *analysis) hold(rel *relation, home *row, conditions []*ast.Node, sc *scope) *held {
	h := &held{analysis: a, rel: rel, scope: sc, conditions: conditions, clause: "WHERE", rows: []*row{home}}
	if ref, ok := rel.staticTenant(); ok {
		h.value, h.found = tenantValue{TenantRef: ref}, true
		return h
	}
	h.followAll()
	return h
}

// holdColumn follows equalities from any column.
func (a *analysis) holdColumn(rel *relation, start reference, conditions []*ast.Node, sc *scope) *held {
	h := &held{analysis: a, rel: rel, scope: sc, conditions: conditions}
	if start.col != nil && h.add(start) {
		h.followAll()
	}
	return h
}

func (h *held) followAll() {
	all := equalities(h.conditions...)
	for more := true; more; {
		more = false
		for _, e := range all {
			more = h.follow(e[0], e[1]) || h.follow(e[1], e[0]) || more
		}
	}
}

// follow takes up what a side is equal to if the other is known to hold the tenant; it reports whether that was news.
func (h *held) follow(known, other *ast.Node) bool {
	ref := known.GetColumnRef()
	if ref == nil || isStar(ref) || !h.holds(h.refer(ref, h.scope)) {
		return false
	}
	if o := other.GetColumnRef(); o != nil && !isStar(o) {
		return h.add(h.refer(o, h.scope))
	}
	if h.found {
		return false
	}
	h.value, h.found = h.tenantFrom(h.rel, other)
	return h.found
}

func (h *held) holds(r reference) bool {
	return r.col != nil && (slices.ContainsFunc(r.col.tenantOf, func(o *row) bool { return slices.Contains(h.rows, o) }) ||
		slices.Contains(h.columns, heldColumn{r.item, r.col.name}))
}

// add takes up a column that holds the tenant too, if equal values of it are spelled alike.
func (h *held) add(r reference) bool {
	if r.col == nil || h.holds(r) {
		return false
	}
	if r.col.list != nil {
		if !h.found {
			h.value, h.found = h.tenantList(h.rel, r.col, nil)
		}
		return false
	}
	i := h.rel.column(h.rel.tenant.Column)
	if i < 0 || r.col.typ == 0 || !sameTenantType(r.col.typ, h.rel.Columns[i].TypeOID) {
		return false
	}
	h.columns = append(h.columns, heldColumn{r.item, r.col.name})
	h.rows = append(h.rows, r.col.tenantOf...)
	return true
}

// home is the row of a protected table that an item is, or that its protected columns come from; nil if it has none.
func (it *item) home() *row {
	for i := range it.cols {
		if c := &it.cols[i]; c.prot != nil && c.row != nil {
			return c.row
		}
	}
	return nil
}

// haveOneTenant reports whether another row's tenant is the one that is held.
func (a *analysis) haveOneTenant(h *held, other *row) bool {
	if other == nil {
		return false
	}
	if slices.Contains(h.rows, other) {
		return true
	}
	ref, static := other.rel.staticTenant()
	if static {
		return h.found && a.equalTenants(h.value, tenantValue{TenantRef: ref})
	}
	o := a.hold(other.rel, other, h.conditions, h.scope)
	return o.found && h.found && a.equalTenants(h.value, o.value)
}
