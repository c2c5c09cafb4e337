package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// explain plans EXPLAIN. Its rows are a plan, not data, so that none is opened and no column is added; but with ANALYZE
// the statement runs, and the server prints and logs its constants, so that they are sealed as ever.
func (a *analysis) explain(s *ast.ExplainStmt) Statement {
	n := s.GetQuery()
	var st Statement
	switch n.GetNode().(type) {
	case *ast.Node_SelectStmt, *ast.Node_InsertStmt, *ast.Node_UpdateStmt, *ast.Node_DeleteStmt, *ast.Node_MergeStmt:
		a.query(n, &scope{}, asIs)
		st.Writes = a.modifies
	case *ast.Node_DeclareCursorStmt:
		a.query(n.GetDeclareCursorStmt().GetQuery(), &scope{}, asIs)
	default:
		st = a.dispatch(n)
	}
	st.Columns, st.Naming, st.Separable = nil, nil, false
	return st
}
