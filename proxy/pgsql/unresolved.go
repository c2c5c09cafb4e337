package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// refuseUnresolved refuses a name that means nothing where it stands and that some protected column has. The server would
// refuse the statement as well, but only after it has seen, and perhaps logged, what the name is compared with: the columns
// of a table that a JOIN's condition cannot see are the likeliest to be meant.
func (a *analysis) refuseUnresolved(ref *ast.ColumnRef, sc *scope) {
	f := ref.GetFields()
	if isStar(ref) || len(f) == 0 {
		return
	}
	name := f[len(f)-1].GetString_().GetSval()
	if !a.relations.protectsNamed(name) {
		return
	}
	at := int(ref.GetLocation())
	if len(f) == 1 {
		if sc.opaque() {
			return // it may be a column of what is not known
		}
		refuse(at, codeNoColumn, hintUnresolved, "column %s cannot be seen here", name)
	}
	schema, qualifier := starQualifier(ref)
	if sc.named(schema, qualifier) == nil {
		refuse(at, codeNoTable, hintUnresolved, "%s cannot be seen here", qualifier)
	}
}

const hintUnresolved = "A condition of JOIN sees the tables of that JOIN only."

// opaque reports whether a name without a qualifier may mean a column that is not known.
func (s *scope) opaque() bool {
	for l := s; l != nil; l = l.outer {
		for _, it := range l.items {
			if it.colSeen && it.opaque {
				return true
			}
		}
	}
	return false
}

// protectsNamed reports whether a protected column of any table has the name.
func (rs *relations) protectsNamed(name string) bool { return rs.columnNames[name] }
