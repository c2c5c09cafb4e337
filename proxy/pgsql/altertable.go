package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// alterTable plans ALTER TABLE: what rewrites a protected column's values, fills it, or has the server compute with it is
// refused; the rest passes.
func (a *analysis) alterTable(s *ast.AlterTableStmt) {
	r := a.policyTable(s.GetRelation())
	at := int(s.GetRelation().GetLocation())
	for _, n := range s.GetCmds() {
		c := n.GetAlterTableCmd()
		a.alterInheritance(s.GetRelation(), c)
		a.constraint(r, c.GetDef().GetConstraint(), "")
		a.columnDefinition(r, c.GetDef().GetColumnDef())
		if r != nil {
			a.alterProtected(r, c, at)
		}
		if fillsColumn(c) && slices.Contains(a.children, s.GetRelation().GetRelname()) {
			a.table(s.GetRelation()) // refuses
		}
	}
}

// alterInheritance plans what makes a table a child or partition of another, or ends that.
func (a *analysis) alterInheritance(rv *ast.RangeVar, c *ast.AlterTableCmd) {
	partition := c.GetDef().GetPartitionCmd().GetName()
	switch c.GetSubtype() {
	case ast.AlterTableType_AT_AddInherit:
		a.joinsParent(rv, c.GetDef().GetRangeVar())
	case ast.AlterTableType_AT_AttachPartition:
		a.joinsParent(partition, rv)
	case ast.AlterTableType_AT_DropInherit:
		a.leavesParent(rv)
	case ast.AlterTableType_AT_DetachPartition:
		a.leavesParent(partition)
	}
}

// becomesChild notes that a table becomes a child or a partition of a protected one, whose columns it then shares.
func (a *analysis) becomesChild(child, parent *ast.RangeVar) {
	at := int(child.GetLocation())
	switch protected := a.policyTable(parent) != nil || slices.Contains(a.children, parent.GetRelname()); {
	case protected && temporary(child):
		refuse(at, codeUnsupported, "Create a table that is not temporary.",
			"temporary table %s cannot inherit protected columns: it cannot be followed", child.GetRelname())
	case protected:
		a.children = append(a.children, child.GetRelname())
	}
}

// joinsParent is becomesChild for a table that exists, and may have protected columns already.
func (a *analysis) joinsParent(child, parent *ast.RangeVar) {
	a.becomesChild(child, parent)
	if r := a.policyTable(child); r != nil && a.policyTable(parent) == nil {
		refuse(int(child.GetLocation()), codeUnsupported, "Protect the same columns of the parent first.",
			"protected table %s cannot become a child of %s, which is not protected: a write to the parent would reach it unsealed", r.qualified(), parent.GetRelname())
	}
}

// leavesParent refuses to take a table from the parent by which it is protected.
func (a *analysis) leavesParent(child *ast.RangeVar) {
	if r := a.policyTable(child); r != nil && !r.listed {
		refuse(int(child.GetLocation()), codeUnsupported, "Name the table itself in the policy first.",
			"table %s cannot be taken from its parent: it holds sealed values, and is protected by the parent's policy only", r.qualified())
	}
}

// fillsColumn reports whether a command gives a column values that the server computes.
func fillsColumn(c *ast.AlterTableCmd) bool {
	switch c.GetSubtype() {
	case ast.AlterTableType_AT_AlterColumnType, ast.AlterTableType_AT_ColumnDefault, ast.AlterTableType_AT_SetExpression,
		ast.AlterTableType_AT_AddIdentity:
		return true
	}
	return false
}

func (a *analysis) alterProtected(r *relation, c *ast.AlterTableCmd, at int) {
	named := r.protects(c.GetName()) != nil
	switch c.GetSubtype() {
	case ast.AlterTableType_AT_AlterColumnType:
		if named || c.GetName() == r.tenant.Column {
			refuse(at, codeUnsupported, hintDirect,
				"the type of column %s.%s cannot be changed: its values are sealed, or name the tenant they are sealed for", r.qualified(), c.GetName())
		}
		a.computed("ALTER COLUMN TYPE … USING", at, func() { a.walk(c.GetDef().GetColumnDef().GetRawDefault(), tableScope(r)) })
	case ast.AlterTableType_AT_ColumnDefault:
		if named {
			a.refuseDefault(r, c.GetName(), c.GetDef(), at)
		}
	case ast.AlterTableType_AT_SetExpression, ast.AlterTableType_AT_AddIdentity:
		if named {
			a.refuseGeneratedColumn(r, c.GetName(), at)
		}
		a.computed("a generated column", at, func() { a.walk(c.GetDef(), tableScope(r)) })
	}
}
