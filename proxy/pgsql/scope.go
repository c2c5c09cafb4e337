package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// row is the identity of one row of a protected table while it travels through joins, subqueries and CTEs: a tenant may
// only be taken from the row that the protected value came from.
type row struct {
	rel *relation // nil for a row of which only one column matters, that may hold a tenant

	inner *row    // the row of a subquery that it is
	arms  [2]*row // the rows of a set operation's arms of which it is one
	facts *facts  // those that hold where it is read
}

// column is a column of something in FROM, or of a query's output.
type column struct {
	name     string
	unnamed  bool    // the name is not known (an expression's, of a rare kind)
	prot     *Column // not nil: holds sealed values of this column
	row      *row    // the row the value comes from, if it is protected or of a list
	list     *list   // not nil: values that the text has, whose use decides what they are
	tenantOf []*row  // the rows whose tenant this column holds, unchanged
	self     *row    // stands for the column's own value, if that may be a tenant; the row itself for its tenant column
	rel      *relation
	attr     int16     // number in rel, for a column that comes unchanged from it
	typ      uint32    // type OID, 0 if not known
	hidden   bool      // added by the plan
	barred   string    // why a view's column cannot be used; empty if it can
	at       int32     // one more than the offset at which a select list names it; 0 if it is not in one
	merged   bool      // of a FULL JOIN USING or a set operation: the server gives no origin
	subject  *ast.Node // the expression that is the column, where it is compared
}

func (c *column) qualified() string {
	if c.rel == nil {
		return c.name
	}
	name := c.name
	if c.prot != nil {
		name = c.prot.Name
	}
	return c.rel.qualified() + "." + name
}

// item is an entry of FROM: a table, subquery, CTE, function or join, under the name by which it can be referred to.
type item struct {
	alias   string // the name before the dot; empty if it has none
	schema  string // may stand before the name too, if the table has no alias
	rel     *relation
	cols    []column
	opaque  bool // it has columns that are not known
	relSeen bool // alias.column finds it
	colSeen bool // an unqualified column and * find it
}

// scope is what names can refer to at one level of a query.
type scope struct {
	outer *scope
	items []*item
	ctes  *cte
}

// reference is what a column reference was found to mean. All fields nil: nothing known, hence nothing protected.
type reference struct {
	col   *column
	item  *item // the entry it was found in
	whole *item // a whole row
}

// protected returns the protected column that a reference touches, or nil.
func (r reference) protected() *column {
	if r.col != nil && r.col.prot != nil {
		return r.col
	}
	if r.whole != nil {
		return r.whole.anyProtected()
	}
	return nil
}

// anyProtected returns a protected column of the item, also one that the catalog lacks, or nil.
func (it *item) anyProtected() *column {
	for i := range it.cols {
		if it.cols[i].prot != nil || it.cols[i].barred != "" {
			return &it.cols[i]
		}
	}
	if it.rel != nil && len(it.rel.pending) > 0 {
		return pendingColumn(it.rel, it.rel.pending[0])
	}
	return nil
}

func pendingColumn(r *relation, c *Column) *column { return &column{name: c.Name, prot: c, rel: r} }

// find returns the item's column called name, a protected one before others, or nil.
func (it *item) find(name string) *column {
	var found *column
	for i := range it.cols {
		c := &it.cols[i]
		if c.name == name && (found == nil || c.prot != nil) {
			found = c
		}
	}
	if found == nil && it.rel != nil {
		for _, p := range it.rel.pending {
			if p.Name == name {
				return pendingColumn(it.rel, p)
			}
		}
	}
	return found
}

// unqualified resolves a name without a qualifier as colNameToVar does (src/backend/parser/parse_relation.c): the nearest
// level that has such a column wins. Where one level has several, which the server calls ambiguous, or where an item's
// columns are not known, a protected one is assumed.
func (s *scope) unqualified(name string) reference {
	for l := s; l != nil; l = l.outer {
		var best reference
		for _, it := range l.items {
			if !it.colSeen {
				continue
			}
			if c := it.find(name); c != nil && (best.col == nil || c.prot != nil) {
				best = reference{col: c, item: it}
			}
		}
		if best.col != nil {
			return best
		}
	}
	return reference{whole: s.named("", name)}
}

// named returns the nearest item that a qualifier means, or nil.
func (s *scope) named(schema, name string) *item {
	for l := s; l != nil; l = l.outer {
		for _, it := range l.items {
			if it.relSeen && it.alias == name && (schema == "" || schema == it.schema) {
				return it
			}
		}
	}
	return nil
}

// systemColumns are the columns that every table has besides its own.
var systemColumns = []string{"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"}

// qualified resolves qualifier.name at byte offset at.
func (s *scope) qualified(schema, qualifier, name string, at int) reference {
	it := s.named(schema, qualifier)
	if it == nil {
		return s.anywhere(name)
	}
	if c := it.find(name); c != nil {
		return reference{col: c, item: it}
	}
	if p := it.anyProtected(); p != nil && !slices.Contains(systemColumns, name) {
		// The server would go on to read t.f as f(t), which hands the whole row to a function.
		refuse(at, codeNoColumn, hintFresh,
			"column %s of %s is not in the catalog", name, p.rel.qualified())
	}
	return reference{}
}

// anywhere resolves a name whose qualifier is unknown: to a protected column of that name, if there is one in sight.
func (s *scope) anywhere(name string) reference {
	for l := s; l != nil; l = l.outer {
		for _, it := range l.items {
			if c := it.find(name); c != nil && c.prot != nil {
				return reference{col: c, item: it}
			}
		}
	}
	return reference{}
}

// star returns the columns that * stands for at this level, and whether some are not known.
func (s *scope) star() (cols []column, opaque bool) {
	for _, it := range s.items {
		if it.colSeen {
			cols = append(cols, it.cols...)
			opaque = opaque || it.opaque
		}
	}
	return cols, opaque
}

// anyProtected returns a protected column of this level, or nil.
func (s *scope) anyProtected() *column {
	for _, it := range s.items {
		if c := it.anyProtected(); c != nil {
			return c
		}
	}
	return nil
}

// tableItem is a table in FROM. Its columns take the names of the alias's list, as far as that goes.
func tableItem(r *relation, alias string) *item {
	if r.lineage != nil {
		return viewItem(r, alias)
	}
	it := &item{alias: alias, rel: r, relSeen: true, colSeen: true}
	if alias == "" {
		it.alias, it.schema = r.Name, r.Schema
	}
	home := &row{rel: r}
	it.cols = make([]column, len(r.Columns))
	for i, attr := range r.Columns {
		c := column{name: attr.Name, prot: r.protected[i], rel: r, attr: attr.Number, typ: attr.TypeOID}
		switch {
		case c.prot != nil:
			c.row = home
		case attr.Name == r.tenant.Column:
			c.tenantOf, c.self = []*row{home}, home
		case tenantTypes[attr.TypeOID]:
			c.self = &row{}
		}
		it.cols[i] = c
	}
	return it
}

// derived is a query's output as an entry of FROM: the same columns, but the rows are new ones each time it is read, so
// that a tenant from one reading never vouches for a value from another.
func derived(out []column, opaque bool, alias string) *item {
	renamed := map[*row]*row{}
	rename := func(r *row) *row {
		if r == nil {
			return nil
		}
		if renamed[r] == nil {
			renamed[r] = &row{rel: r.rel, inner: r}
		}
		return renamed[r]
	}
	it := &item{alias: alias, relSeen: true, colSeen: true, opaque: opaque, cols: slices.Clone(out)}
	for i := range it.cols {
		c := &it.cols[i]
		c.row, c.self = rename(c.row), rename(c.self)
		c.tenantOf = slices.Clone(c.tenantOf)
		for j := range c.tenantOf {
			c.tenantOf[j] = rename(c.tenantOf[j])
		}
	}
	return it
}

// relabel gives the first columns the names of an alias's column list.
func (it *item) relabel(names []string) {
	for i := range min(len(names), len(it.cols)) {
		it.cols[i].name, it.cols[i].unnamed = names[i], false
	}
}
