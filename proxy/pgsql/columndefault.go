package pgsql

import "slices"

// The server puts a column's default into a row by itself, and unsealed. So a row of a table in which a protected column
// has a default must give that column a value.

const hintDefault = "Give the column a value, or drop its default: ALTER TABLE … ALTER COLUMN … DROP DEFAULT."

// refuseDefaults refuses to write rows with only these columns if a protected column that is left out has a default.
func (a *analysis) refuseDefaults(r *relation, columns []string, at int) {
	for i, c := range r.protected {
		if c != nil && r.Columns[i].HasDefault && !slices.Contains(columns, c.Name) {
			a.refuseOwnDefault(r, c, at)
		}
	}
}

// takesDefault handles DEFAULT as the value of a protected column: NULL, unless the column has a default of its own.
func (a *analysis) takesDefault(r *relation, c *Column, at int) {
	if i := r.column(c.Name); i < 0 || r.Columns[i].HasDefault {
		a.refuseOwnDefault(r, c, at)
	}
}

func (a *analysis) refuseOwnDefault(r *relation, c *Column, at int) {
	refuse(at, codeUnsupported, hintDefault, "protected column %s.%s has a default, which the server would write unsealed", r.qualified(), c.Name)
}
