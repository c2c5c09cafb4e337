package pgsql

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// insertion is an INSERT at work.
type insertion struct {
	*analysis
	rel     *relation
	columns []string // the target columns, in order
	scope   *scope
	rows    []sourceRow
	omits   bool // the rows leave the tenant column out, and its default is written down
}

// sourceRow is a row of VALUES, or what a query gives for all its rows.
type sourceRow struct {
	values []*ast.Node // parallel to the target columns; nil where nothing is known of a value
	// Of a query:
	cols       []column
	scope      *scope // in which the values' names are resolved
	conditions []*ast.Node
}

// insert plans INSERT.
func (a *analysis) insert(s *ast.InsertStmt, sc *scope, dest destination) output {
	sc = a.with(s.GetWithClause(), sc)
	r := a.writable(s.GetRelation())
	if r == nil || !r.guarded() {
		return a.insertElsewhere(s, r, sc, dest)
	}
	in := &insertion{analysis: a, rel: r, scope: sc}
	in.targets(s)
	source := s.GetSelectStmt().GetSelectStmt()
	switch {
	case source == nil: // DEFAULT VALUES
	case plainValues(source):
		in.values(s, source.GetValuesLists())
	default:
		in.fromQuery(s, source)
	}
	if source == nil {
		in.columns = nil
	}
	a.refuseDefaults(r, in.columns, int(s.GetRelation().GetLocation()))
	in.conflict(s)
	return a.returning(s.GetReturningClause(), in.target(s), nil, sc, dest)
}

// insertElsewhere plans an INSERT into a table without protected columns: sealed values must not get there.
func (a *analysis) insertElsewhere(s *ast.InsertStmt, r *relation, sc *scope, dest destination) output {
	if source := s.GetSelectStmt(); source != nil {
		out := a.query(source, sc, asIs)
		if p := out.anyProtected(); p != nil {
			refuseUse(p, a.position(source), "an INSERT into a table that does not protect it", "Bind the target's column to the same field.")
		}
		a.refuseHidden(out)
	}
	it := a.targetItem(s.GetRelation(), r)
	excluded := &item{alias: "excluded", opaque: true, relSeen: true}
	if c := s.GetOnConflictClause(); c != nil {
		level := &scope{outer: sc, items: []*item{it, excluded}, ctes: sc.ctes}
		a.refuseTenantChange(r, c.GetTargetList())
		a.inClause("ON CONFLICT", func() { a.walkMessage(c.ProtoReflect(), level) })
	}
	return a.returning(s.GetReturningClause(), it, nil, sc, dest)
}

// targetItem is the target of a data-modifying statement as RETURNING and others see it.
func (a *analysis) targetItem(rv *ast.RangeVar, r *relation) *item {
	if r != nil {
		return tableItem(r, rv.GetAlias().GetAliasname())
	}
	it := opaqueItem(rv.GetAlias())
	if rv.GetAlias() == nil {
		it.alias, it.schema = rv.GetRelname(), rv.GetSchemaname()
	}
	return it
}

func (in *insertion) target(s *ast.InsertStmt) *item { return in.targetItem(s.GetRelation(), in.rel) }

// targets finds the target columns. Without a list those of the catalog are meant and written down, so that a catalog
// that is out of date can't shift them.
func (in *insertion) targets(s *ast.InsertStmt) {
	for _, n := range s.GetCols() {
		in.addTarget(n.GetResTarget())
	}
	if len(s.GetCols()) > 0 {
		return
	}
	for _, c := range in.rel.Columns { // generated columns count, too: they take DEFAULT
		in.columns = append(in.columns, c.Name)
	}
}

// addTarget takes up a column of the target list.
func (in *insertion) addTarget(t *ast.ResTarget) {
	c := in.rel.protects(t.GetName())
	if c != nil && len(t.GetIndirection()) > 0 {
		refuse(int(t.GetLocation()), codeUnsupported, "Write the whole column.", "a part of protected column %s.%s cannot be written", in.rel.qualified(), c.Name)
	}
	in.checkTarget(in.rel, t.GetName(), int(t.GetLocation()))
	in.columns = append(in.columns, t.GetName())
}

// checkTarget refuses to write a column of a protected table that the catalog does not have: it may be a protected one by
// now, and if it does not exist the value would still be seen by the server's log.
func (a *analysis) checkTarget(r *relation, name string, at int) {
	if r.column(name) >= 0 {
		return
	}
	if c := r.protects(name); c != nil {
		a.refusePending(pendingColumn(r, c), at)
	}
	refuse(at, codeNoColumn, hintFresh, "column %s of %s is not in the catalog", name, r.qualified())
}

// spliceColumns writes down the first n target columns, if the client did not.
func (in *insertion) spliceColumns(s *ast.InsertStmt, n int) {
	if len(s.GetCols()) > 0 || n == 0 {
		return
	}
	in.columns = in.columns[:min(n, len(in.columns))]
	quoted := make([]string, len(in.columns))
	for i, c := range in.columns {
		quoted[i] = quoteIdent(c)
	}
	if in.omits {
		quoted = append(quoted, quoteIdent(in.rel.tenant.Column))
	}
	at := in.relationEnd(s.GetRelation())
	in.edit(at, at, " ("+strings.Join(quoted, ", ")+")")
}

// relationEnd returns the offset behind a target's name and alias.
func (a *analysis) relationEnd(rv *ast.RangeVar) int {
	i := a.nameEnd(a.tokenAt(rv.GetLocation()))
	for a.word(i) == "." {
		i = a.nameEnd(i + 1)
	}
	if rv.GetAlias() != nil {
		if a.word(i) == "as" {
			i++
		}
		i = a.nameEnd(i)
	}
	return int(a.tokens[i-1].end)
}

// nameEnd returns the index behind the identifier at token i, with its UESCAPE clause.
func (a *analysis) nameEnd(i int) int {
	if a.kind(i) == tokQuoted && a.word(i+1) == "uescape" {
		return i + 3
	}
	return i + 1
}

// values plans the rows of INSERT … VALUES.
func (in *insertion) values(s *ast.InsertStmt, rows []*ast.Node) {
	longest := 0
	for _, row := range rows {
		longest = max(longest, len(row.GetList().GetItems()))
	}
	in.omits = in.leavesTenant(s, rows, longest)
	in.spliceColumns(s, longest)
	in.writeDefault(s, rows)
	for _, row := range rows {
		in.row(row.GetList().GetItems())
	}
}

func (in *insertion) row(items []*ast.Node) { in.place(sourceRow{values: items}) }

// place plans the values of one row, each for its column.
func (in *insertion) place(row sourceRow) {
	in.rows = append(in.rows, row)
	items, level := row.values, cmp.Or(row.scope, in.scope)
	if len(items) > len(in.columns) {
		in.refuseSurplus(in.position(items[len(in.columns)]))
	}
	for i, n := range items {
		if c := in.protectedTarget(i); c != nil {
			in.usedBy(c, UseInsert, n)
			in.storing(c, row, func(r reference, at int) { in.mustCarry(r.col, row, at) }).store(n)
			continue
		}
		if in.generated(i) && n.GetSetToDefault() == nil {
			in.refuseGenerated(i, in.position(n))
		}
		in.inClause("a value of INSERT", func() { in.walk(n, level) })
	}
}

// refuseSurplus refuses a source with more values than target columns. The server would, too, but only after it has seen,
// and perhaps logged, a value that may be meant for a protected column.
func (in *insertion) refuseSurplus(at int) {
	refuse(at, codeSyntax, "Give each value a column.", "INSERT into %s has more values than target columns", in.rel.qualified())
}

// generated reports whether the i-th value meets a generated column.
func (in *insertion) generated(i int) bool {
	at := in.rel.column(in.columns[i])
	return at >= 0 && in.rel.Columns[at].Generated
}

// refuseGenerated refuses a value for a generated column, for the same reason as a surplus one: it stands where it does
// by mistake.
func (in *insertion) refuseGenerated(i, at int) {
	refuse(at, codeGenerated, "Write DEFAULT there, or name the columns.", "column %s of %s is generated and cannot be written", in.columns[i], in.rel.qualified())
}

// protectedTarget returns the protected column that the i-th value meets, or nil.
func (in *insertion) protectedTarget(i int) *Column {
	if i >= len(in.columns) {
		return nil
	}
	return in.rel.protects(in.columns[i])
}

// storing is a value of a source row on its way into a column.
func (in *insertion) storing(c *Column, r sourceRow, copies func(r reference, at int)) *storing {
	tenant := func(c *Column, at int, from listRow) tenantValue { return in.mustTenant(r, c, at, from) }
	return &storing{in.analysis, in.rel, c, cmp.Or(r.scope, in.scope), tenant, copies, nil}
}

// rowTenant is the tenant of a row, if its values tell.
func (in *insertion) rowTenant(r sourceRow) (tenantValue, bool) {
	if ref, ok := in.rel.staticTenant(); ok {
		return tenantValue{TenantRef: ref}, true
	}
	i := slices.Index(in.columns, in.rel.tenant.Column)
	switch {
	case i < 0 && in.omits, i >= 0 && i < len(r.values) && r.scope == nil && r.values[i].GetSetToDefault() != nil:
		return in.defaultTenant()
	case i < 0 || i >= len(r.values):
		return tenantValue{}, false
	case r.scope == nil:
		return in.tenantFrom(in.rel, r.values[i])
	}
	return in.queriedTenant(r, i)
}

// mustTenant is rowTenant for a row that stores a value in c.
func (in *insertion) mustTenant(r sourceRow, c *Column, at int, from listRow) tenantValue {
	ref, ok := in.rowTenant(r)
	if !ok {
		refuse(at, codeUnsupported, hintBoth, "protected column %s.%s cannot be sealed: the tenant in column %s is not given by a literal or a parameter",
			in.rel.qualified(), c.Name, in.rel.tenant.Column)
	}
	return in.mustTenantIn(in.rel, c, ref, at, from)
}

// plainValues reports whether a source is VALUES and nothing more.
func plainValues(s *ast.SelectStmt) bool {
	return len(s.GetValuesLists()) > 0 && len(s.GetSortClause()) == 0 && s.GetLimitCount() == nil &&
		s.GetLimitOffset() == nil && s.GetWithClause() == nil
}
