package pgsql

import (
	"fmt"
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// A view is known by its definition, which is planned like a subquery: where one of its columns is a plain column of a
// table, that column's protection and the tenant of its row show through. What the server computes from ciphertext in a
// view is its own affair until a statement asks for it: such a column is barred, the others can be used. A view whose
// rows depend on a comparison of ciphertext is barred as a whole.

// lineage is what a view's columns are made of.
type lineage struct {
	cols []column // as the view's query gives them, under the view's names; barred where a column can't be used
	// readOnly, if not empty, says why protected columns cannot be written through the view.
	readOnly string
}

// sensitive reports whether a statement that names the view must be looked at.
func (l *lineage) sensitive() bool {
	return l != nil && slices.ContainsFunc(l.cols, func(c column) bool { return c.barred != "" })
}

// tenantless reports whether a view has no column with the tenant of the row that a column comes from.
func (l *lineage) tenantless(name string) bool {
	if l == nil {
		return false
	}
	i := slices.IndexFunc(l.cols, func(c column) bool { return c.name == name })
	return i >= 0 && tenantIndex(l.cols, l.cols[i].row, anyType) < 0
}

// traceViews finds the lineage of every view that reads a protected table, at any depth.
func (rs *relations) traceViews() {
	traced := map[uint32]bool{}
	for _, v := range rs.byOID {
		rs.traceView(v, traced)
	}
}

// traceView traces a view behind those that it reads.
func (rs *relations) traceView(v *relation, traced map[uint32]bool) {
	if v.Kind != View || traced[v.OID] {
		return
	}
	traced[v.OID] = true
	concerned := false
	for _, used := range v.Uses {
		if r := rs.byOID[used]; r != nil {
			rs.traceView(r, traced)
			concerned = concerned || r.sensitive() || r.lineage != nil
		}
	}
	if !concerned {
		return
	}
	out, reason := rs.planView(v.Definition)
	if reason == "" && (out.opaque || len(out.cols) != len(v.Columns)) {
		reason = "its columns cannot be told"
	}
	if reason != "" {
		v.barred = "it is a view that reads protected columns, and " + reason
		return
	}
	v.setLineage(out.cols)
}

// viewLimits bound the definitions that are read, as those of statements do.
var viewLimits = limits{16 << 20, 200, defaultChain, defaultSelects}

// planView plans a definition, and says why it can't be planned.
func (rs *relations) planView(definition string) (out output, reason string) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case refused:
			reason = e.Message
		default:
			reason = fmt.Sprintf("its definition could not be analysed (%T)", e)
		}
	}()
	if definition == "" {
		return out, "its definition is not known"
	}
	tokens, refusal := viewLimits.check(definition)
	if refusal != nil {
		return out, refusal.Message
	}
	stmts, refusal := parse(definition)
	if refusal != nil || len(stmts) != 1 {
		return out, "its definition cannot be read"
	}
	a := newAnalysis(rs, definition, tokens)
	a.asView = true
	out = a.query(stmts[0].GetStmt(), &scope{}, asIs)
	a.prove()
	if len(a.edits) > 0 {
		return out, "it compares a protected column with a constant"
	}
	return out, ""
}

// setLineage gives a view the protection of its columns, and finds out whether its rows' tenant can be told by a writer.
func (r *relation) setLineage(cols []column) {
	r.lineage = &lineage{cols: cols}
	var home *row
	for i := range cols {
		c := &cols[i]
		c.name, c.unnamed = r.Columns[i].Name, false
		c.rel, c.attr, c.typ, c.merged = r, r.Columns[i].Number, r.Columns[i].TypeOID, false
		c.at, c.hidden = 0, false
		c.forget()
		r.protected[i] = c.prot
		if c.prot == nil {
			continue
		}
		if home != nil && home != c.row {
			r.lineage.readOnly = "its protected columns come from several tables"
		}
		home = c.row
	}
	if home == nil {
		r.exposes(cols)
		return
	}
	r.tenant = home.rel.tenant
	if r.tenant.Column == "" {
		return
	}
	r.base = home.rel
	switch holders := tenantHolders(cols, home); {
	case len(holders) == 0:
		r.lineage.readOnly = "it has no column with the row's tenant; add " + home.rel.tenant.Column + " to it"
		r.tenant.Column = ""
	default:
		r.tenant.Column = holders[0]
		if len(holders) > 1 {
			r.lineage.readOnly = "it has the row's tenant in several columns"
		}
	}
}

// exposes notes, of a view without protected columns, those that hold the tenant of protected rows.
func (r *relation) exposes(cols []column) {
	for _, c := range cols {
		if len(c.tenantOf) > 0 {
			r.tenants = append(r.tenants, c.name)
		}
	}
}

// tenantHolders returns the names of the columns that hold the tenant of a row.
func tenantHolders(cols []column, home *row) []string {
	var names []string
	for _, c := range cols {
		if slices.Contains(c.tenantOf, home) {
			names = append(names, c.name)
		}
	}
	return names
}

// viewItem is a view in FROM.
func viewItem(r *relation, alias string) *item {
	it := derived(r.lineage.cols, false, alias)
	it.rel = r
	if alias == "" {
		it.alias, it.schema = r.Name, r.Schema
	}
	return it
}

// viewTargets plans an entry of a select list in a view. What would be refused in a statement makes a barred column.
func (a *analysis) viewTargets(out *output, t *ast.ResTarget, level *scope) {
	edits, use, hint := len(a.edits), a.use, a.hint
	a.inView = true
	entry, reason := a.tryTarget(t, level)
	a.inView, a.use, a.hint = false, use, hint
	if len(a.edits) > edits {
		a.edits, reason = a.edits[:edits], "a protected column is compared with a constant"
	}
	if reason != "" {
		c := expressionColumn(t)
		c.barred = reason
		entry = output{cols: []column{c}}
	}
	out.cols, out.opaque = append(out.cols, entry.cols...), out.opaque || entry.opaque
}

func (a *analysis) tryTarget(t *ast.ResTarget, level *scope) (entry output, reason string) {
	due, here := len(a.obligations), a.facts
	defer func() {
		switch e := recover().(type) {
		case nil:
		case refused:
			reason = e.Message
			a.obligations, a.facts = a.obligations[:due], here
		default:
			panic(e)
		}
	}()
	entry = a.targetList([]*ast.Node{{Node: &ast.Node_ResTarget{ResTarget: t}}}, level, nil)
	a.proveFrom(due)
	return entry, ""
}

// forget makes that statements over the view rely on nothing but its columns: its definition may change.
func (c *column) forget() {
	for _, r := range append([]*row{c.row, c.self}, c.tenantOf...) {
		if r != nil {
			r.inner, r.arms, r.facts = nil, [2]*row{}, nil
		}
	}
}

// uncastInView takes off a cast from a view's column, which the server writes where a domain is compared as its base type.
func (a *analysis) uncastInView(n *ast.Node) (column *ast.Node, cast string) {
	if c := n.GetTypeCast(); a.asView && c.GetArg().GetColumnRef() != nil {
		return c.GetArg(), typeName(c.GetTypeName())
	}
	return n, ""
}

// refuseBarred refuses a view's column that is made of ciphertext.
func (a *analysis) refuseBarred(c *column, at int) {
	if c.barred == "" {
		return
	}
	refuse(at, codeUnsupported, "Leave the column out, or compute it in the application from the protected column itself.",
		"column %s cannot be used: in the view, %s", c.qualified(), c.barred)
}

// writable finds the table or view that a statement writes to.
func (a *analysis) writable(rv *ast.RangeVar) *relation {
	r := a.table(rv)
	if r != nil && r.lineage != nil && r.guarded() && r.lineage.readOnly != "" {
		refuse(int(rv.GetLocation()), codeUnsupported, "Write to the table.", "protected columns cannot be written through view %s: %s", r.qualified(), r.lineage.readOnly)
	}
	return r
}

// refuseTenantChange refuses to change the tenant of protected rows through a view or a parent that shows it, but not what is
// sealed for it.
func (a *analysis) refuseTenantChange(r *relation, targets []*ast.Node) {
	if r == nil {
		return
	}
	for _, n := range targets {
		if t := n.GetResTarget(); slices.Contains(r.tenants, t.GetName()) {
			refuse(int(t.GetLocation()), codeUnsupported, "Delete the row and insert it again.",
				"tenant column %s.%s cannot be changed: protected values of the row are sealed for the old tenant", r.qualified(), t.GetName())
		}
	}
}

// createView plans CREATE VIEW and CREATE MATERIALIZED VIEW. The view's columns are protected as its query's are, once
// the catalog has it.
func (a *analysis) createView(rv *ast.RangeVar, query *ast.Node) {
	a.filledTable(rv)
	at := int(rv.GetLocation())
	edits, params := len(a.edits), len(a.params)
	a.fixed = true
	a.query(query, &scope{}, asIs)
	a.prove()
	a.fixed = false
	if len(a.edits) > edits || len(a.params) > params {
		refuse(at, codeUnsupported, "Leave the condition out of the view, and put it into the queries.",
			"view %s cannot compare a protected column with a constant", rv.GetRelname())
	}
	if !a.mentions(query) {
		return
	}
	if temporary(rv) || a.unknown {
		refuse(at, codeUnsupported, "Create a view that is not temporary, over tables that are not; commit what was created just now first.",
			"view %s of protected columns cannot be followed: it is temporary, or reads a table that is not in the catalog", rv.GetRelname())
	}
	a.children = append(a.children, rv.GetRelname())
}

// mentions reports whether a protected name occurs in a query.
func (a *analysis) mentions(n *ast.Node) bool {
	found := false
	visitStrings(n.ProtoReflect(), func(s string) { found = found || a.relations.names.match([]byte(s)) })
	return found
}
