package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// list is a column of VALUES, or of queries joined by UNION ALL, all of whose values are parameters, constants or NULL.
// What they are, values to seal or not, shows only where the column is used; they must be the one or the other.
type list struct {
	values []*ast.Node
	// fitsAs is the table for whose tenant the values were found to fit: a list may be long, and each value asks.
	fitsAs *relation
	array  bool // the only value is an array, whose elements are the rows: unnest($1::text[])
}

// listRow says from which row of a list a value comes. Columns of one reading of a list have one row in common, so that a
// tenant is never taken from another reading of it. The zero value is no row.
type listRow struct {
	home  *row
	index int
}

// sealing is how a value of a list is sealed.
type sealing struct {
	column  *Column
	tenant  tenantValue
	castOID uint32
	casts   []Cast
}

// listUse is what a value of a list has been found to be used for.
type listUse struct {
	plain  bool
	sealed *sealing
	told   bool // the text tells the server its type
}

// newList makes a list of values, if all can be; the values that cannot are walked at once.
func (a *analysis) newList(values []*ast.Node, sc *scope) *list {
	for _, n := range values {
		if k := operandOf(n).kind; k == operandOther || k == operandDefault {
			a.walkAll(values, sc)
			return nil
		}
	}
	for _, n := range values {
		if _, known := a.listed[n]; !known {
			a.listed[n] = &listUse{}
			a.listOrder = append(a.listOrder, n)
		}
	}
	return &list{values: values}
}

// plain notes that the values of a column that may be of a list are used as they are.
func (a *analysis) plain(c *column, at int) {
	if c == nil || c.list == nil {
		return
	}
	for _, n := range c.list.values {
		u := a.listed[n]
		if u.sealed != nil {
			a.refuseTwice(u.sealed.column, at)
		}
		u.plain = true
	}
}

func (a *analysis) plainAll(cols []column) {
	for i := range cols {
		a.plain(&cols[i], int(cols[i].at)-1)
	}
}

func (a *analysis) refuseTwice(c *Column, at int) {
	refuse(at, codeUnsupported, "Give the list a column of its own for each use.",
		"a column of a list of values is used both for protected column %s and for something else", c.Name)
}

// claimed notes that a source is sealed, and reports whether that is news. A source that comes from no list always is.
func (s *storing) claimed(src *valueSource, as sealing) bool {
	if src.node == nil {
		return true
	}
	u := s.listed[src.node]
	switch {
	case u.plain:
		s.refuseTwice(s.column, src.at)
	case u.sealed == nil:
		u.sealed = &as
		return true
	case !sameField(u.sealed.column, as.column) || !s.equalTenants(u.sealed.tenant, as.tenant) || u.sealed.castOID != as.castOID || !slices.Equal(u.sealed.casts, as.casts):
		s.refuseTwice(u.sealed.column, src.at)
	}
	return false
}

// settle walks the values of lists that were not sealed: they are what the client wrote, no more.
func (a *analysis) settle() {
	for _, n := range a.listOrder {
		if u := a.listed[n]; u.sealed == nil {
			u.plain = true
			a.inClause("a list of values", func() { a.walk(n, &scope{}) })
		}
	}
	a.listOrder = nil
}

// listValue is a column of a list that is stored.
func (s *storing) listValue(c *column, at int) stored {
	if c.list.array {
		n := c.list.values[0]
		v := s.elements(operandOf(n))
		v.sources[0].node = n
		return v
	}
	var all []stored
	for i, n := range c.list.values {
		v := s.leaf(operandOf(n))
		v.sources[0].from, v.sources[0].node = listRow{c.row, i}, n
		all = append(all, v)
	}
	return s.merge(all, at)
}

// joinLists puts a column of one list behind that of another, as UNION ALL does.
func (a *analysis) joinLists(l, r column) *list {
	if l.list == nil || r.list == nil || l.list.array || r.list.array {
		a.plain(&l, -1)
		a.plain(&r, -1)
		return nil
	}
	return &list{values: slices.Concat(l.list.values, r.list.values)}
}

// tellText makes parameters texts, which they would be without a declared type: declared types that differ would have the
// server spell one value as another's type.
func (a *analysis) tellText(values []*ast.Node) {
	for _, n := range values {
		if u := a.listed[n]; !u.told && n.GetParamRef() != nil {
			u.told = true
			end := int(a.tokens[a.tokenAt(n.GetParamRef().GetLocation())].end)
			a.edit(end, end, "::pg_catalog.text")
		}
	}
}

// tenantIn returns the tenant that a tenant value has in a row of a list; not ok if it differs from row to row and the row is not
// of that list.
func (a *analysis) tenantIn(r *relation, v tenantValue, from listRow) (tenantValue, bool) {
	if v.list == nil {
		return v, true
	}
	if from.home == nil || from.home != v.home {
		return v, false
	}
	return a.tenantFrom(r, v.list.values[from.index])
}

// mustTenantIn is tenantIn for a value that has to be sealed.
func (a *analysis) mustTenantIn(r *relation, c *Column, v tenantValue, at int, from listRow) tenantValue {
	ref, ok := a.tenantIn(r, v, from)
	if !ok {
		refuse(at, codeUnsupported, "Take the value from the same list as the tenant.",
			"protected column %s.%s cannot be sealed: the tenant differs from row to row of a list of values, and the value is not of that list", r.qualified(), c.Name)
	}
	return ref
}

// tenantList makes a tenant of a column of a list, in casts that change nothing of it: each row has its own.
func (a *analysis) tenantList(r *relation, c *column, casts []*ast.TypeCast) (v tenantValue, ok bool) {
	i := r.column(r.tenant.Column)
	if i < 0 || c == nil || c.list == nil || c.list.array {
		return v, false
	}
	for _, cast := range casts {
		if t := typeOIDs[typeName(cast.GetTypeName())]; t == 0 || !sameTenantType(t, r.Columns[i].TypeOID) {
			return v, false
		}
	}
	if c.list.fitsAs != r && !a.fitTenants(r, c.list) {
		return v, false
	}
	if len(c.list.values) == 1 {
		return a.tenantFrom(r, c.list.values[0])
	}
	return tenantValue{list: c.list, home: c.row}, true
}

// fitTenants reports whether each value of a list is a tenant. Values of different kinds could change their spelling on the
// way to a common type.
func (a *analysis) fitTenants(r *relation, l *list) bool {
	kind := operandOf(l.values[0]).kind
	for _, n := range l.values {
		if operandOf(n).kind != kind {
			return false
		}
		if _, ok := a.tenantFrom(r, n); !ok {
			return false
		}
	}
	if len(l.values) > 1 && isTextType(r.Columns[r.column(r.tenant.Column)].TypeOID) {
		a.tellText(l.values)
	}
	l.fitsAs = r
	return true
}
