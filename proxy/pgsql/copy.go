package pgsql

import (
	"slices"
	"strings"

	"github.com/keyaside/keyaside/proxy/pgcopy"
	"github.com/sqlc-dev/oliphant/ast"
)

// Copy says how the data of a COPY between the client and a protected table is to be read.
type Copy struct {
	In bool // FROM STDIN: values are sealed; else TO STDOUT: they are opened
	// Options says how the data is written. Its Columns are those that the server knows of; after a query they have no names.
	Options pgcopy.Options
	// Columns describes them, in order. The tenant of a value is in a field of its own row: TenantResult.
	Columns []CopyColumn
}

// CopyColumn is a column of the data as the server takes or sends it.
type CopyColumn struct {
	ResultColumn
	ForceNull    bool // a quoted NULL string stands for NULL, too (csv FROM)
	ForceNotNull bool // the NULL string is a value, unless it is quoted and ForceNull is set (csv FROM)
}

const hintCopyFile = "Use COPY … FROM STDIN or TO STDOUT, such as \\copy of psql."

// copyStmt plans COPY.
func (a *analysis) copyStmt(st *Statement, s *ast.CopyStmt) {
	st.CopyIn = s.GetIsFrom() && throughClient(s)
	if s.GetQuery() != nil {
		a.copyQuery(st, s)
		return
	}
	st.Writes = s.GetIsFrom() || !throughClient(s)
	r := a.table(s.GetRelation())
	if r == nil || !r.guarded() {
		a.inClause("WHERE", func() { a.walk(s.GetWhereClause(), &scope{}) })
		return
	}
	if r.Kind == View {
		refuse(int(s.GetRelation().GetLocation()), codeUnsupported, "Copy its table, or COPY (SELECT …) TO.", "view %s reads protected columns and cannot be copied as a table", r.qualified())
	}
	if s.GetIsFrom() {
		a.copyFrom(st, s, r)
		return
	}
	a.copyTo(st, s, r)
}

func throughClient(s *ast.CopyStmt) bool { return s.GetFilename() == "" && !s.GetIsProgram() }

// copyQuery plans COPY (query) TO.
func (a *analysis) copyQuery(st *Statement, s *ast.CopyStmt) {
	out := a.query(s.GetQuery(), &scope{}, toClient)
	st.Writes = a.modifies || !throughClient(s)
	columns := a.resultColumns(out)
	if columns == nil {
		return
	}
	at := a.position(s.GetQuery())
	if p := out.anyProtected(); p != nil {
		a.refuseCopyFile(s, p.prot, p.qualified(), at)
	}
	if a.modifies {
		refuse(at, codeUnsupported, "Run the statement by itself; its RETURNING gives the rows.",
			"COPY of what a statement that writes returns of protected columns would be committed before the rows are looked at")
	}
	c := &Copy{Options: a.copyOptions(s, make([]string, len(columns)), nil).Options}
	for _, column := range columns {
		c.Columns = append(c.Columns, CopyColumn{ResultColumn: column})
	}
	st.Copy = c
}

func (a *analysis) refuseCopyFile(s *ast.CopyStmt, c *Column, name string, at int) {
	if throughClient(s) {
		return
	}
	use := "by the server from or to a file"
	if s.GetIsProgram() {
		use = "by the server from or to a program"
	}
	refuse(at, codeUnsupported, hintCopyFile, "protected column %s cannot be copied %s, where no value can be sealed or opened", name, use)
}

// copyFrom plans COPY table FROM. Its data is looked into also if it has no protected column: a row with a field too many
// would stand in the server's log.
func (a *analysis) copyFrom(st *Statement, s *ast.CopyStmt, r *relation) {
	at := int(s.GetRelation().GetLocation())
	columns := names(s.GetAttlist())
	for _, name := range columns {
		a.checkTarget(r, name, at)
	}
	if len(columns) == 0 {
		columns = r.copied()
		end := a.relationEnd(s.GetRelation())
		a.edit(end, end, " ("+quoteAll(columns)+")")
	}
	a.refuseDefaults(r, columns, at)
	a.inClause("WHERE", func() { a.walk(s.GetWhereClause(), &scope{items: []*item{tableItem(r, "")}}) })
	first := r.firstProtected(columns)
	if first != nil {
		a.refuseCopyFile(s, first, r.qualified()+"."+first.Name, at)
	}
	if !throughClient(s) {
		return
	}
	tenant, ok := r.copyTenant(columns)
	if first != nil && !ok {
		refuse(at, codeUnsupported, "List column "+r.tenant.Column+" too, and give it in each row.",
			"protected column %s.%s cannot be sealed: the tenant in column %s is not among the columns of COPY", r.qualified(), first.Name, r.tenant.Column)
	}
	st.Copy = a.copyColumns(s, r, columns, tenant)
	st.Copy.In = true
	for _, name := range columns {
		if c := r.protects(name); c != nil {
			a.used(c, UseInsert, at)
		}
	}
}

// copyTo plans COPY table TO. The tenant is added at the end, if it is not among the columns.
func (a *analysis) copyTo(st *Statement, s *ast.CopyStmt, r *relation) {
	at := int(s.GetRelation().GetLocation())
	columns := names(s.GetAttlist())
	if len(columns) == 0 {
		if len(r.pending) > 0 {
			a.refusePending(pendingColumn(r, r.pending[0]), at)
		}
		columns = r.copied()
	}
	first := r.firstProtected(columns)
	if first == nil {
		return
	}
	a.refuseCopyFile(s, first, r.qualified()+"."+first.Name, at)
	for _, name := range columns {
		if c := r.protects(name); c != nil && r.column(name) < 0 {
			a.refusePending(pendingColumn(r, c), at)
		}
	}
	visible := len(columns)
	tenant, ok := r.copyTenant(columns)
	if !ok {
		columns = a.addCopyTenant(s, r, columns)
		tenant, _ = r.copyTenant(columns)
	}
	st.Copy = a.copyColumns(s, r, columns, tenant)
	for i := range st.Copy.Columns {
		c := &st.Copy.Columns[i]
		c.Hidden = i >= visible
		if c.Column != nil {
			a.used(c.Column, UseTest, at)
			a.used(c.Column, UseRead, at)
		}
	}
}

// addCopyTenant writes the tenant's column behind those that the client lists.
func (a *analysis) addCopyTenant(s *ast.CopyStmt, r *relation, columns []string) []string {
	i := r.column(r.tenant.Column)
	if i < 0 || r.Columns[i].Generated || len(s.GetAttlist()) == 0 {
		refuse(int(s.GetRelation().GetLocation()), codeUnsupported, "Use COPY (SELECT …) TO.",
			"protected columns of %s cannot be copied: the tenant in column %s cannot be added", r.qualified(), r.tenant.Column)
	}
	end := a.tokenAtOffset(a.relationEnd(s.GetRelation()))
	for a.word(end) != ")" || a.kind(end) != tokPunct {
		if end++; end >= len(a.tokens) {
			panic("no end of COPY's list of columns")
		}
	}
	at := int(a.tokens[end].start)
	a.edit(at, at, ", "+quoteIdent(r.tenant.Column))
	return append(slices.Clip(columns), r.tenant.Column)
}

// tokenAtOffset returns the index of the first token that begins at an offset or behind it.
func (a *analysis) tokenAtOffset(offset int) int {
	i, _ := a.findToken(int32(offset))
	return i
}

// copyColumns describes the columns of a table's COPY.
func (a *analysis) copyColumns(s *ast.CopyStmt, r *relation, columns []string, tenant TenantRef) *Copy {
	var protected []*Column
	for _, name := range columns {
		if c := r.protects(name); c != nil {
			protected = append(protected, c)
		}
	}
	o := a.copyOptions(s, columns, protected)
	c := &Copy{Options: o.Options, Columns: make([]CopyColumn, len(columns))}
	for i, name := range columns {
		c.Columns[i] = CopyColumn{ForceNull: o.forceNull.has(name), ForceNotNull: o.forceNotNull.has(name)}
		if p := r.protects(name); p != nil {
			c.Columns[i].Column, c.Columns[i].Tenant = p, tenant
		}
	}
	return c
}

// copied lists the columns that COPY without a list means (CopyGetAttnums in src/backend/commands/copy.c).
func (r *relation) copied() []string {
	var columns []string
	for _, c := range r.Columns {
		if !c.Generated {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

func (r *relation) firstProtected(columns []string) *Column {
	for _, name := range columns {
		if c := r.protects(name); c != nil {
			return c
		}
	}
	return nil
}

// copyTenant finds the tenant of a row with the columns.
func (r *relation) copyTenant(columns []string) (TenantRef, bool) {
	if ref, ok := r.staticTenant(); ok {
		return ref, true
	}
	i, at := slices.Index(columns, r.tenant.Column), r.column(r.tenant.Column)
	if i < 0 || at < 0 {
		return TenantRef{}, false
	}
	return TenantRef{Kind: TenantResult, Result: i, TypeOID: r.Columns[at].TypeOID, Claims: r.claims}, true
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteIdent(n)
	}
	return strings.Join(quoted, ", ")
}
