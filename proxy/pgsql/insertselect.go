package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// fromQuery plans the source of INSERT … SELECT. What meets a protected column is a value that is taken apart and sealed
// in place, or one of the same field and tenant, which is copied as it is.
func (in *insertion) fromQuery(s *ast.InsertStmt, source *ast.SelectStmt) {
	at := in.position(s.GetSelectStmt())
	row, out := in.query(source)
	in.refuseHidden(out)
	if out.opaque {
		refuse(at, codeUnsupported, "Name the columns.",
			"the source of an INSERT into %s has columns that are not known", in.rel.qualified())
	}
	if len(out.cols) > len(in.columns) {
		in.refuseSurplus(at)
	}
	in.spliceColumns(s, len(out.cols))
	for len(row.values) < len(out.cols) {
		row.values = append(row.values, nil)
	}
	row.cols = out.cols
	in.rows = append(in.rows, row)
	for i := range out.cols {
		if in.generated(i) {
			in.refuseGenerated(i, at)
		}
		in.fromColumn(i, row, at)
	}
}

// query plans the source and finds what its select list says of the values. A value that meets a protected column is left
// to fromColumn, but for a plain column of a table.
func (in *insertion) query(source *ast.SelectStmt) (row sourceRow, out output) {
	row.scope, row.conditions = in.scope, append(joinConditions(source.GetFromClause()), source.GetWhereClause())
	take := func(i int, n *ast.Node, level *scope) bool {
		for len(row.values) <= i {
			row.values = append(row.values, nil)
		}
		row.values[i], row.scope = n, level
		return in.protectedTarget(i) != nil && n.GetColumnRef() == nil
	}
	out = in.selectInto(source, in.scope, asIs, take)
	return row, out
}

// fromColumn plans the i-th column of the source.
func (in *insertion) fromColumn(i int, row sourceRow, at int) {
	c, from := in.protectedTarget(i), &row.cols[i]
	if c != nil {
		in.used(c, UseInsert, at)
	}
	s := in.storing(c, row, func(r reference, at int) { in.mustCarry(r.col, row, at) })
	switch {
	case c == nil && from.prot != nil:
		refuseUse(from, at, "an INSERT into a column that does not protect it", "Bind the target column to the same field.")
	case c == nil:
		in.plain(from, at)
	case from.list != nil:
		s.put(s.listValue(from, max(int(from.at)-1, at)))
	case from.prot == nil && row.values[i] != nil && row.values[i].GetColumnRef() == nil:
		s.store(row.values[i])
	case from.prot == nil:
		refuse(at, codeUnsupported, hintValue, "the value for protected column %s.%s is an expression, which the server would have to evaluate", in.rel.qualified(), c.Name)
	case !sameField(from.prot, c):
		refuseUse(from, at, "an INSERT into a column of another field", "Read the value and write it as a parameter.")
	default:
		in.mustCarry(from, row, at)
	}
}

// mustCarry refuses a copied value whose row's tenant is not that of the row that is inserted.
func (in *insertion) mustCarry(from *column, row sourceRow, at int) {
	if !in.sameTenant(from, row) {
		refuseUse(from, at, "an INSERT … SELECT that does not carry the tenant along", "Insert the source row's tenant column into the target's tenant column.")
	}
}

// sameTenant reports whether the row that is inserted has the tenant of the row that a copied value comes from.
func (in *insertion) sameTenant(from *column, row sourceRow) bool {
	if from.row == nil {
		return false
	}
	if i := slices.Index(in.columns, in.rel.tenant.Column); i >= 0 {
		if i < len(row.cols) && tenantIndex(row.cols[i:i+1], from.row, anyType) == 0 {
			return true
		}
		if i < len(row.values) && in.carries(row.values[i].GetColumnRef(), from, row) {
			return true
		}
	}
	target, ok := in.rowTenant(row)
	if !ok {
		return false
	}
	h := in.hold(from.row.rel, from.row, row.conditions, row.scope)
	return h.found && in.equalTenants(h.value, target)
}

// carries reports whether a column that is inserted as the tenant is that of the row of a copied value.
func (in *insertion) carries(tenant *ast.ColumnRef, from *column, row sourceRow) bool {
	if tenant == nil || isStar(tenant) {
		return false
	}
	r := in.refer(tenant, row.scope)
	return r.col != nil && slices.Contains(r.col.tenantOf, from.row) ||
		slices.Contains(in.holdColumn(in.rel, r, row.conditions, row.scope).rows, from.row)
}

// queriedTenant is the tenant that a query gives the rows in its i-th column: a value, a column of a list, or a column that
// the query's conditions hold to a value.
func (in *insertion) queriedTenant(r sourceRow, i int) (tenantValue, bool) {
	n := r.values[i]
	if n == nil {
		return in.tenantList(in.rel, &r.cols[i], nil)
	}
	if v, ok := in.tenantFrom(in.rel, n); ok {
		return v, true
	}
	var casts []*ast.TypeCast
	for ; n.GetTypeCast() != nil; n = n.GetTypeCast().GetArg() {
		casts = append(casts, n.GetTypeCast())
	}
	ref := n.GetColumnRef()
	if ref == nil || isStar(ref) {
		return tenantValue{}, false
	}
	start := in.refer(ref, r.scope)
	if v, ok := in.tenantList(in.rel, start.col, casts); ok || len(casts) > 0 {
		return v, ok
	}
	h := in.holdColumn(in.rel, start, r.conditions, r.scope)
	return h.value, h.found
}
