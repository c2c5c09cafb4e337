package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// Options of DECLARE (src/include/nodes/parsenodes.h).
const (
	cursorBinary = 0x0001
	cursorHold   = 0x0020
)

// declareCursor plans DECLARE. A tenant column that is added to the query comes with every FETCH, and the caller strips it.
func (a *analysis) declareCursor(s *ast.DeclareCursorStmt) Statement {
	st := a.dispatch(s.GetQuery())
	c := &Cursor{
		Name: s.GetPortalname(), Columns: st.Columns,
		Binary: s.GetOptions()&cursorBinary != 0, Hold: s.GetOptions()&cursorHold != 0,
	}
	c.Uses = a.usesSoFar(&Plan{})
	return Statement{Writes: st.Writes, Naming: &Naming{Declares: c}}
}

// fetch plans FETCH and MOVE, which returns no rows.
func fetch(s *ast.FetchStmt) Statement {
	if s.GetIsmove() {
		return Statement{}
	}
	return Statement{Naming: &Naming{Fetches: s.GetPortalname()}}
}

// closeCursor plans CLOSE.
func closeCursor(s *ast.ClosePortalStmt) Statement {
	return Statement{Naming: &Naming{Closes: s.GetPortalname(), ClosesAll: s.GetPortalname() == ""}}
}
