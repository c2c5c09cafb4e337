package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// fromQuery plans the source of INSERT … SELECT. What meets a protected column is a literal or parameter in the select
// list, which is sealed in place, or a value of the same field and tenant, which is copied as it is.
func (in *insertion) fromQuery(s *ast.InsertStmt, source *ast.SelectStmt) {
	var nodes []*ast.Node
	take := func(i int, n *ast.Node) bool {
		for len(nodes) <= i {
			nodes = append(nodes, nil)
		}
		o := operandOf(n)
		if o.kind == operandOther || o.kind == operandDefault {
			return false
		}
		nodes[i] = n
		return in.protectedTarget(i) != nil
	}
	out := in.selectInto(source, in.scope, asIs, take)
	in.refuseHidden(out)
	if out.opaque {
		refuse(in.position(s.GetSelectStmt()), codeUnsupported, "Name the columns.",
			"the source of an INSERT into %s has columns that are not known", in.rel.qualified())
	}
	if len(out.cols) > len(in.columns) {
		in.refuseSurplus(in.position(s.GetSelectStmt()))
	}
	in.spliceColumns(s, len(out.cols))
	for len(nodes) < len(out.cols) {
		nodes = append(nodes, nil)
	}
	in.rows = append(in.rows, nodes)
	for i := range out.cols {
		if in.generated(i) {
			in.refuseGenerated(i, in.position(s.GetSelectStmt()))
		}
		in.fromColumn(i, nodes, out.cols, in.position(s.GetSelectStmt()))
	}
}

// fromColumn plans the i-th column of the source.
func (in *insertion) fromColumn(i int, nodes []*ast.Node, cols []column, at int) {
	c, from := in.protectedTarget(i), &cols[i]
	if c != nil {
		in.used(c, UseInsert, at)
	}
	switch {
	case c == nil && from.prot != nil:
		refuseUse(from, at, "an INSERT into a column that does not protect it", "Bind the target column to the same field.")
	case c == nil:
	case nodes[i] != nil:
		in.store(in.rel, c, nodes[i], func(c *Column, at int) tenantValue { return in.mustTenant(nodes, c, at) })
	case from.prot == nil:
		refuse(at, codeUnsupported, hintValue, "the value for protected column %s.%s is an expression, which the server would have to evaluate", in.rel.qualified(), c.Name)
	case !sameField(from.prot, c):
		refuseUse(from, at, "an INSERT into a column of another field", "Read the value and write it as a parameter.")
	case !in.sameTenant(from, cols):
		refuseUse(from, at, "an INSERT … SELECT that does not carry the tenant along", "Insert the source row's tenant column into the target's tenant column.")
	}
}

// sameTenant reports whether the row that is inserted has the tenant of the row that a copied value comes from.
func (in *insertion) sameTenant(from *column, cols []column) bool {
	source, static := from.row.rel.staticTenant()
	target, targetStatic := in.rel.staticTenant()
	if static || targetStatic {
		return static && targetStatic && source == target
	}
	for i := range cols {
		if i < len(in.columns) && in.columns[i] == in.rel.tenant.Column {
			return tenantIndex(cols[i:i+1], from.row, anyType) == 0
		}
	}
	return false
}
