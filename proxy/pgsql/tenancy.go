package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// What may be compared depends on the tenants: a ciphertext is a tenant's, so two are only comparable if both are of one
// tenant. A statement says so by conditions such as "tenant_id = $1" or "a.tenant_id = b.tenant_id", which are collected
// as facts while it is walked. They are asked for when the whole statement is known (prove), since a WHERE stands behind
// what it filters.
//
// Why a condition may be relied upon by a comparison elsewhere: the condition must be true of every row that the query
// goes on with. What the comparison gives for other rows doesn't matter, since all rows that come of them are dropped. An
// outer join's condition is true only of rows whose nullable side is there; but of a row that is not there no protected
// value is compared, as it is NULL. So an edge of the graph of facts leads away from a row that is there to what it is
// then equal to, and says that this is there, too. Two rows agree if both lead to one place.

// facts are the equalities of tenants that hold in a part of a statement and in all that is nested in it.
type facts struct {
	outer *facts
	edges []tenantEdge
	// groups is what all rows of a group of the query have in common, if it has a GROUP BY.
	groups []*row
	// ons is the same of DISTINCT ON.
	ons []*row
	// sets is true if the groups are of GROUPING SETS, of which some lack some columns.
	sets bool
}

// tenantEdge says that where the row from is there, its tenant is that of the row to, which is there as well, or the value.
type tenantEdge struct {
	from, to *row
	value    tenantValue // if to is nil
}

// within reports whether f is outer or nested in it.
func (f *facts) within(outer *facts) bool {
	for ; f != nil; f = f.outer {
		if f == outer {
			return true
		}
	}
	return false
}

// obligation is something to be proved, and done, when the whole statement is known.
type obligation struct {
	facts *facts
	due   func()
}

// later has something done when all facts of the statement are known, with the facts in force here.
func (a *analysis) later(due func()) {
	a.obligations = append(a.obligations, obligation{a.facts, due})
}

// prove does what was put off. What is done may not put off more.
func (a *analysis) prove() {
	a.proveFrom(0)
	a.proveNullTests()
}

// proveFrom does what was put off since there were so many obligations.
func (a *analysis) proveFrom(first int) {
	here, due := a.facts, a.obligations[first:]
	a.obligations = a.obligations[:first:first]
	for _, o := range due {
		a.facts = o.facts
		o.due()
	}
	a.facts = here
}

// enter begins a part of the statement with facts of its own; the result ends it.
func (a *analysis) enter() (leave func()) {
	outer := a.facts
	a.facts = &facts{outer: outer}
	return func() { a.facts = outer }
}

// read notes that the rows of items are read in the part of the statement that was entered last.
func (a *analysis) read(items []*item) {
	for _, it := range items {
		for i := range it.cols {
			c := &it.cols[i]
			for _, r := range append([]*row{c.row, c.self}, c.tenantOf...) {
				if r != nil && r.facts == nil {
					r.facts = a.facts
				}
			}
		}
	}
}

// holds notes the facts of a condition that is true of every row that the query at hand goes on with.
func (a *analysis) holds(condition *ast.Node, sc *scope) {
	if a.relations.searchable {
		a.conditions(condition, sc, func(e tenantEdge) { a.facts.edges = append(a.facts.edges, e) })
	}
}

// conditions calls found with the edges of each equality of tenants that must be true for the condition to be.
func (a *analysis) conditions(n *ast.Node, sc *scope, found func(tenantEdge)) {
	if b := n.GetBoolExpr(); b != nil {
		if b.GetBoolop() == ast.BoolExprType_AND_EXPR {
			for _, arg := range b.GetArgs() {
				a.conditions(arg, sc, found)
			}
		}
		return
	}
	e := n.GetAExpr()
	if builtinName(e.GetName()) != "=" {
		return
	}
	switch e.GetKind() {
	case ast.A_Expr_Kind_AEXPR_OP:
		a.equal(e.GetLexpr(), e.GetRexpr(), sc, found)
	case ast.A_Expr_Kind_AEXPR_IN:
		if items := e.GetRexpr().GetList().GetItems(); len(items) == 1 {
			a.equal(e.GetLexpr(), items[0], sc, found)
		}
	}
}

// equal calls found with the edges of l = r.
func (a *analysis) equal(l, r *ast.Node, sc *scope, found func(tenantEdge)) {
	if ls, rs := l.GetRowExpr().GetArgs(), r.GetRowExpr().GetArgs(); len(ls) > 0 && len(ls) == len(rs) {
		for i := range ls {
			a.equal(ls[i], rs[i], sc, found)
		}
		return
	}
	x, y := a.tenantColumn(l, sc), a.tenantColumn(r, sc)
	switch {
	case x != nil && y != nil:
		if sameTenantType(x.typ, y.typ) {
			found(tenantEdge{from: x.self, to: y.self})
			found(tenantEdge{from: y.self, to: x.self})
		}
	case x != nil:
		a.equalsValue(x, r, found)
	case y != nil:
		a.equalsValue(y, l, found)
	}
}

// tenantColumn returns the column that a reference means, if it may hold a tenant, also under casts that leave it as it is;
// nil for any other expression.
func (a *analysis) tenantColumn(n *ast.Node, sc *scope) *column {
	ref := uncast(n).GetColumnRef()
	if ref == nil || isStar(ref) {
		return nil
	}
	r := a.resolve(ref, sc)
	if r.col == nil || r.col.self == nil {
		return nil
	}
	for t := n.GetTypeCast(); t != nil; t = t.GetArg().GetTypeCast() {
		if !sameTenantType(typeOIDs[typeName(t.GetTypeName())], r.col.typ) {
			return nil
		}
	}
	return r.col
}

func (a *analysis) equalsValue(c *column, n *ast.Node, found func(tenantEdge)) {
	v, ok := a.tenantConstant(c.typ, n)
	if !ok && c.self.rel != nil && operandOf(n).kind == operandOther {
		v, ok = a.tenantSetting(c.self.rel, n, c.typ)
	}
	if a.asView {
		v.origin = 0 // a place in another text
	}
	if ok {
		found(tenantEdge{from: c.self, value: v})
	}
}

// known is what is known of the tenant of a row.
type known struct {
	rows   []*row
	values []tenantValue
}

// tenantOfRow finds out what the tenant of r is, with the facts in force.
func (a *analysis) tenantOfRow(r *row) known {
	s := search{analysis: a}
	for f := a.facts; f != nil; f = f.outer {
		s.add(f)
	}
	s.visit(r)
	for i := 0; i < len(s.known.rows); i++ {
		s.expand(s.known.rows[i])
	}
	return s.known
}

// search walks along edges.
type search struct {
	*analysis
	force []*facts // in force
	known known
}

func (s *search) add(f *facts) {
	if f != nil && !slices.Contains(s.force, f) {
		s.force = append(s.force, f)
		for _, r := range s.known.rows { // those that were expanded without it
			s.along(f, r)
		}
	}
}

func (s *search) visit(r *row) {
	if r != nil && !slices.Contains(s.known.rows, r) {
		s.known.rows = append(s.known.rows, r)
	}
}

// expand follows all edges away from r. What holds where r is read holds wherever r is.
func (s *search) expand(r *row) {
	s.add(r.facts)
	for _, f := range s.force {
		s.along(f, r)
	}
	s.visit(r.inner)
	if r.rel != nil {
		if ref, ok := r.rel.staticTenant(); ok {
			s.value(tenantValue{TenantRef: ref})
		}
	}
	if r.arms[0] != nil { // of a set operation: what both arms lead to
		x, y := s.tenantOfRow(r.arms[0]), s.tenantOfRow(r.arms[1])
		for _, v := range x.values {
			if y.has(s.analysis, v) {
				s.value(v)
			}
		}
		for _, row := range x.rows {
			if slices.Contains(y.rows, row) {
				s.visit(row)
			}
		}
	}
}

func (s *search) along(f *facts, r *row) {
	for i := range f.edges {
		switch e := &f.edges[i]; {
		case e.from != r:
		case e.to != nil:
			s.visit(e.to)
		default:
			s.value(e.value)
		}
	}
}

func (s *search) value(v tenantValue) {
	if !slices.Contains(s.known.values, v) {
		s.known.values = append(s.known.values, v)
	}
}

// has reports whether v is one of the values.
func (k *known) has(a *analysis, v tenantValue) bool {
	return slices.ContainsFunc(k.values, func(w tenantValue) bool { return a.oneTenant(v, w) })
}

// oneTenant is equalTenants for values that may come from columns of different types.
func (a *analysis) oneTenant(x, y tenantValue) bool {
	if sameTenantType(x.TypeOID, y.TypeOID) || x.TypeOID == 0 && isTextType(y.TypeOID) || y.TypeOID == 0 && isTextType(x.TypeOID) {
		x.TypeOID = y.TypeOID // a fixed tenant of the policy has no type
	}
	x.Claims = y.Claims // what else must agree with it
	return a.equalTenants(x, y)
}

// constant returns the tenant as a value that is known when the statement is run, one that the text tells if there is one.
func (k *known) constant() (v tenantValue, ok bool) {
	for _, w := range k.values {
		if !ok || v.Kind == TenantParam && w.Kind != TenantParam {
			v, ok = w, true
		}
	}
	return v, ok
}

// agree reports whether two rows are certainly of one tenant.
func (a *analysis) agree(x, y *row) bool {
	if x == y {
		return true
	}
	kx, ky := a.tenantOfRow(x), a.tenantOfRow(y)
	if slices.ContainsFunc(kx.rows, func(r *row) bool { return slices.Contains(ky.rows, r) }) {
		return true
	}
	return slices.ContainsFunc(kx.values, func(v tenantValue) bool { return ky.has(a, v) })
}

// together reports whether all rows that stand where r does and share the given columns' values are of one tenant.
func (a *analysis) together(r *row, shared []*row) bool {
	k := a.tenantOfRow(r)
	if len(k.values) > 0 {
		return true
	}
	return slices.ContainsFunc(k.rows, func(x *row) bool {
		if slices.Contains(shared, x) {
			return true
		}
		// A row of a query around this one is the same for all of its rows.
		return x.facts != nil && r.facts != nil && x.facts != r.facts && r.facts.within(x.facts)
	})
}
