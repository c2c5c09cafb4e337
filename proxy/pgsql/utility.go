package pgsql

import (
	"github.com/sqlc-dev/oliphant/ast"
)

// utility plans what is not SELECT, INSERT, UPDATE, DELETE or MERGE.
func (a *analysis) utility(n *ast.Node) Statement {
	switch s := n.GetNode().(type) {
	case *ast.Node_DeallocateStmt:
		return Statement{Deallocate: s.DeallocateStmt.GetName(), DeallocateAll: s.DeallocateStmt.GetIsall()}
	case *ast.Node_DiscardStmt:
		return Statement{Writes: true, DeallocateAll: s.DiscardStmt.GetTarget() == ast.DiscardMode_DISCARD_ALL}
	case *ast.Node_ExplainStmt:
		inner := a.dispatch(s.ExplainStmt.GetQuery())
		inner.Columns = nil // the rows are a plan, not data
		return inner
	}
	a.mentions(n)
	return Statement{Writes: true, Schema: true}
}

// mentions refuses a statement of a kind that is not understood if it names a protected table.
func (a *analysis) mentions(n *ast.Node) {
	a.within("this kind of statement", "", func() { a.walkChildren(n, &scope{}) })
}

// newTable refuses a temporary table that would hide a protected one from every later statement.
func (a *analysis) newTable(rv *ast.RangeVar) {
	temporary := rv.GetRelpersistence() == "t" || rv.GetSchemaname() == "pg_temp"
	if !temporary {
		return
	}
	for _, r := range a.relations.byName[rv.GetRelname()] {
		if r.sensitive() {
			refuse(int(rv.GetLocation()), codeUnsupported, "Give the temporary table another name.",
				"a temporary table must not have the name of protected table %s, which it would hide", r.qualified())
		}
	}
}
