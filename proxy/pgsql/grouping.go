package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// countsDistinct plans count(DISTINCT x) of a column that can be searched: right if all rows that are counted are of one
// tenant.
func (a *analysis) countsDistinct(f *ast.FuncCall, sc *scope) bool {
	return false
}
