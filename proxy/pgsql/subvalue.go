package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// subvalues is a subquery whose columns are stored, each in a column of its own.
type subvalues struct {
	*analysis
	query  *ast.SelectStmt
	values []*ast.Node // what was claimed of the select list; nil for a plain column
	scope  *scope      // in which they are resolved
	out    output
}

// subquery plans a subquery that returns one row of values, of which some are protected columns'. Not ok for a form in
// which that cannot be followed; nothing is done then.
func (a *analysis) subquery(n *ast.Node, sc *scope, protected func(i int) bool) (*subvalues, bool) {
	q := n.GetSelectStmt()
	if q == nil || q.GetOp() != ast.SetOperation_SETOP_NONE || len(q.GetValuesLists()) > 0 {
		return nil, false
	}
	v := &subvalues{analysis: a, query: q, scope: sc}
	v.out = a.selectInto(q, sc, asIs, func(i int, n *ast.Node, level *scope) bool {
		v.scope = level
		for len(v.values) <= i {
			v.values = append(v.values, nil)
		}
		if !protected(i) || n.GetColumnRef() != nil {
			return false
		}
		v.values[i] = n
		return true
	})
	a.refuseHidden(v.out)
	return v, !v.out.opaque
}

// takeFrom takes apart the i-th value of a subquery.
func (s *storing) takeFrom(v *subvalues, i, at int) stored {
	inner := *s
	inner.scope, inner.copies = v.scope, nil
	if i < len(v.values) && v.values[i] != nil {
		return s.merge([]stored{inner.take(v.values[i])}, at)
	}
	c := &v.out.cols[i]
	switch {
	case c.list != nil:
		return inner.listValue(c, at)
	case c.prot == nil:
		refuse(at, codeUnsupported, hintValue, "protected column %s cannot be set to a column that is not sealed", s.name())
	case !sameField(c.prot, s.column):
		refuseUse(c, at, "an assignment to a column of another field", "Read the value and write it as a parameter.")
	}
	s.mustShareTenant(v, c, at)
	return stored{s.logical(), []valueSource{{operand: operand{at: at}, typ: s.logical(), copied: true}}}
}

// mustShareTenant refuses a copied value of a subquery whose conditions do not hold its row to the tenant of the row that
// is written.
func (s *storing) mustShareTenant(v *subvalues, c *column, at int) {
	conditions := append(joinConditions(v.query.GetFromClause()), v.query.GetWhereClause())
	if c.row != nil {
		h := s.hold(c.row.rel, c.row, conditions, v.scope)
		for _, r := range h.rows {
			if r == s.home && r != nil {
				return
			}
		}
		if h.found && s.equalTenants(h.value, s.tenant(s.column, at, listRow{})) {
			return
		}
	}
	refuseUse(c, at, "an assignment to another row, whose tenant may differ", "Hold the subquery to the tenant of the row that is written, or read the value and write it as a parameter.")
}
