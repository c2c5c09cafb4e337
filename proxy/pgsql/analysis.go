package pgsql

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// analysis is the work on one text. It collects what the plan will be made of.
type analysis struct {
	relations *relations
	text      string
	tokens    []token

	statements []Statement
	edits      []Edit
	params     map[int]paramRole
	added      []paramRole                // parameters that only the server's text has
	hidden     int                        // hidden columns added so far
	arms       map[*ast.SelectStmt]output // left arms of set operations, for recursive queries
	session    Session                    // a copy: the caller's must not be kept
	listed     map[*ast.Node]*listUse     // values of lists, and what they are used for
	listOrder  []*ast.Node                // those that are not settled, in order
	depth      int                        // of queries in queries
	children   []string                   // tables that earlier statements of the text make children of protected ones
	names      map[string]Name            // what the session's search path makes of names
	asView     bool                       // the text is a view's definition
	inView     bool                       // an entry of its select lists is at hand
	fixed      bool                       // nothing may be added to the query
	unknown    bool                       // a table is named that the catalog lacks
	byPath     bool                       // the text depends on such a name
	unsettled  bool                       // an earlier statement of the text may have changed the search path

	prepared    map[string]*Prepared // by earlier statements of the text; nil: deallocated
	deallocated bool                 // an earlier statement dropped all that the session had prepared

	columnUses   []Use        // in the order in which they were met
	usedAlready  map[Use]bool // the same, without their places
	switchesRole bool

	facts       *facts // in force where the walk is
	obligations []obligation
	nullTests   []operand    // parameters that are tested for NULL
	rewritten   map[int]bool // tokens at which a compared column was rewritten

	// For the template:
	single       bool           // the text is one SELECT, INSERT, UPDATE or DELETE
	uses         []literalUse   // parallel to tokens; nil if no literal was met
	keepSpelling bool           // literals that the walk meets are not to be noted
	origins      []sealedOrigin // in the order in which they were planned

	// Of the statement at hand:
	modifies bool   // it has a part that changes data, or calls a function that may
	calls    bool   // it calls a function that may do anything
	prepares bool   // it is PREPARE
	executed string // the prepared statement that it runs
	use      string // what the walk is inside of, for refusals
	hint     string
}

func newAnalysis(rs *relations, text string, tokens []token) *analysis {
	return &analysis{relations: rs, text: text, tokens: tokens, params: map[int]paramRole{}, arms: map[*ast.SelectStmt]output{},
		listed: map[*ast.Node]*listUse{}}
}

const hintPlain = "Select the column by itself, and compute with it in the application."

// paramRole is what a parameter has been found to be used for.
type paramRole struct {
	sealed *ParamUse // nil: not as a protected value
	tenant tenantValue
	at     int
}

// paramIs notes a role of parameter n. A parameter has one value, which is either sealed or not, so two roles that
// differ cannot both be served.
func (a *analysis) paramIs(n int, role paramRole) {
	old, seen := a.params[n]
	if !seen {
		a.params[n] = role
		return
	}
	if old.sealed == nil && role.sealed == nil {
		return
	}
	if old.sealed != nil && role.sealed != nil && a.sameRole(old, role) {
		old.sealed.join(role.sealed)
		return
	}
	use := role.sealed
	if use == nil {
		use = old.sealed
	}
	refuse(role.at, codeUnsupported, "Pass the value twice, as two parameters.",
		"parameter $%d is used both for protected column %s and for something else", n, use.Column.Name)
}

// sameRole reports whether two uses seal a value alike. A cast that changes nothing is of no account: it is taken out.
func (a *analysis) sameRole(x, y paramRole) bool {
	return x.sealed.alike(y.sealed) && slices.Equal(x.sealed.Casts, y.sealed.Casts) && x.sealed.NullIf == y.sealed.NullIf && x.tenant.Claims == y.tenant.Claims && a.oneTenant(x.tenant, y.tenant)
}

func (a *analysis) edit(start, end int, text string) {
	a.edits = append(a.edits, Edit{Start: start, End: end, Text: text})
}

// plan puts the findings together.
func (a *analysis) plan() *Plan {
	if len(a.obligations) > 0 || len(a.nullTests) > 0 {
		panic("something of the plan was never proved")
	}
	p := &Plan{Statements: a.statements, Edits: a.edits}
	// Stable: two insertions at one place keep the order in which they were made.
	slices.SortStableFunc(p.Edits, func(x, y Edit) int { return cmp.Compare(x.Start, y.Start) })
	for i := 1; i < len(p.Edits); i++ {
		if p.Edits[i].Start < p.Edits[i-1].End {
			panic(fmt.Sprintf("edits %d and %d overlap", i-1, i))
		}
	}
	p.Params = a.sealedParams()
	if len(a.added) > 0 {
		p.ClientParams, p.AddedParams = a.clientParams(), len(a.added)
	}
	p.Uses, p.SwitchesRole = a.allUses(p), a.switchesRole
	return p
}

// statement plans one statement of the text, whose first token is at the earliest at the offset start.
func (a *analysis) statement(n *ast.Node, start int32) {
	a.modifies, a.executed, a.use, a.hint = false, "", "an expression", hintPlain
	a.calls, a.prepares = false, n.GetPrepareStmt() != nil
	known := len(a.children)
	st := a.dispatch(n)
	st.Separable = st.Separable || separable(n)
	a.prove()
	st.Unsettles = !a.settles(n)
	a.unsettled = a.unsettled || st.Unsettles
	st.Children = a.children[known:]
	if a.executed != "" {
		st.Naming = &Naming{Executes: a.executed}
	}
	if len(a.statements) > 0 {
		first := sort.Search(len(a.tokens), func(i int) bool { return a.tokens[i].start >= start })
		for a.word(first) == ";" { // the parser may count an empty statement in
			first++
		}
		st.Start = int(a.tokens[first].start)
	}
	a.statements = append(a.statements, st)
}

func (a *analysis) dispatch(n *ast.Node) Statement {
	sc := &scope{}
	switch s := n.GetNode().(type) {
	case *ast.Node_SelectStmt, *ast.Node_InsertStmt, *ast.Node_UpdateStmt, *ast.Node_DeleteStmt, *ast.Node_MergeStmt:
		out := a.query(n, sc, toClient)
		a.prove() // its refusals say more than that a tenant column is missing
		_, reads := s.(*ast.Node_SelectStmt)
		return Statement{Columns: a.resultColumns(out), Writes: !reads || a.modifies}
	}
	return a.utility(n)
}

// destination says where the output of a query goes, and so whether a column may be added to it.
type destination uint8

const (
	toClient destination = iota // the result of a statement: a hidden column may be added and is stripped by the caller
	toOuter                     // a subquery in FROM or a CTE: a column added at the end is seen by outer stars only
	asIs                        // its number of columns matters: nothing may be added
)

// output is what a query returns.
type output struct {
	cols   []column
	opaque bool // further columns, at unknown places
}

func (o *output) anyProtected() *column {
	for i := range o.cols {
		if o.cols[i].prot != nil || o.cols[i].barred != "" {
			return &o.cols[i]
		}
	}
	return nil
}

// query plans a statement that can have an output, at any depth.
func (a *analysis) query(n *ast.Node, sc *scope, dest destination) output {
	a.depth++
	out := a.queryOf(n, sc, dest)
	if dest != toOuter {
		a.plainAll(out.cols)
	}
	if a.depth--; a.depth == 0 {
		a.settle()
	}
	return out
}

func (a *analysis) queryOf(n *ast.Node, sc *scope, dest destination) output {
	switch s := n.GetNode().(type) {
	case *ast.Node_SelectStmt:
		return a.selectStmt(s.SelectStmt, sc, dest)
	case *ast.Node_InsertStmt:
		a.modifies = true
		return a.insert(s.InsertStmt, sc, dest)
	case *ast.Node_UpdateStmt:
		a.modifies = true
		return a.update(s.UpdateStmt, sc, dest)
	case *ast.Node_DeleteStmt:
		a.modifies = true
		return a.delete(s.DeleteStmt, sc, dest)
	case *ast.Node_MergeStmt:
		a.modifies = true
		return a.merge(s.MergeStmt, sc, dest)
	}
	a.walk(n, sc)
	return output{opaque: true}
}

// resultColumns turns a statement's output into what the caller needs; nil if every value passes as it is.
func (a *analysis) resultColumns(out output) []ResultColumn {
	needed := false
	for _, c := range out.cols {
		needed = needed || c.prot != nil || c.hidden
	}
	if !needed {
		return nil
	}
	res := make([]ResultColumn, len(out.cols))
	for i, c := range out.cols {
		res[i] = ResultColumn{Column: c.prot, Hidden: c.hidden}
		if c.rel != nil && !c.merged {
			res[i].Relation, res[i].Attr = c.rel.OID, c.attr
		}
		if c.prot != nil {
			a.used(c.prot, UseRead, int(c.at)-1)
			res[i].Tenant = a.resultTenant(out.cols, &c)
		}
	}
	return res
}

// resultTenant finds the tenant of a protected column in the result.
func (a *analysis) resultTenant(cols []column, c *column) TenantRef {
	if ref, ok := c.row.rel.staticTenant(); ok {
		return ref
	}
	at := tenantIndex(cols, c.row, isTextType)
	if at < 0 {
		return a.heldTenant(c)
	}
	return TenantRef{Kind: TenantResult, Result: at, TypeOID: cols[at].typ, Claims: c.row.rel.claims}
}

// heldTenant is the tenant to which conditions hold the rows of a protected column that comes without its tenant column.
func (a *analysis) heldTenant(c *column) TenantRef {
	k := a.tenantOfRow(c.row)
	v, ok := k.constant()
	if !ok {
		a.refuseTenantless(c)
	}
	if v.origin != 0 {
		a.meet(int(v.origin)-1, literalCompared) // templates share what they say of results
	}
	v.Claims = c.row.rel.claims
	return v.TenantRef
}

func (a *analysis) refuseTenantless(c *column) {
	hint := "Select " + c.row.rel.tenant.Column + " of the same row too, at every level."
	if c.rel != nil && c.rel.lineage.tenantless(c.name) {
		hint = "Add the tenant column " + c.row.rel.tenant.Column + " of the same row to the view, or query the table."
	}
	refuse(int(c.at)-1, codeUnsupported, hint,
		"protected column %s is returned without its tenant column, which cannot be added here", c.qualified())
}

// staticTenant returns the tenant of every row of the table, if its source is not a column.
func (r *relation) staticTenant() (TenantRef, bool) {
	switch {
	case r.tenant.Column != "":
	case r.tenant.Fixed != "":
		return TenantRef{Kind: TenantFixed, Value: r.tenant.Fixed, Claims: r.claims}, true
	case r.tenant.Session != "":
		return TenantRef{Kind: TenantSession, Value: r.tenant.Session, Claims: r.claims}, true
	case r.tenant.Setting != "":
		return TenantRef{Kind: TenantSetting, Value: r.tenant.Setting, Claims: r.claims}, true
	}
	return TenantRef{}, false
}

// tenantIndex returns the index of a column that holds the tenant of r, or -1.
func tenantIndex(cols []column, r *row, accept func(typ uint32) bool) int {
	return slices.IndexFunc(cols, func(c column) bool { return accept(c.typ) && slices.Contains(c.tenantOf, r) })
}

// isTextType reports whether a column's text form and binary form are both the tenant's characters as they are.
func isTextType(oid uint32) bool { return oid == oidText || oid == oidVarchar }

func anyType(uint32) bool { return true }

// tokenAt returns the index of the token that begins at a byte offset; it panics if there is none, since then the lexer
// and the parser disagree and nothing may be spliced.
func (a *analysis) tokenAt(offset int32) int {
	i, ok := a.findToken(offset)
	if !ok {
		panic("no token begins where the parser says")
	}
	return i
}

func (a *analysis) findToken(offset int32) (i int, ok bool) {
	i = sort.Search(len(a.tokens), func(i int) bool { return a.tokens[i].start >= offset })
	return i, i < len(a.tokens) && a.tokens[i].start == offset
}

// word returns the text of token i, in lower case unless it is quoted; empty beyond the ends.
func (a *analysis) word(i int) string {
	if i < 0 || i >= len(a.tokens) {
		return ""
	}
	t := a.tokens[i]
	s := a.text[t.start:t.end]
	if t.kind == tokWord {
		return strings.Map(func(r rune) rune {
			if r < 0x80 {
				return rune(lower(byte(r)))
			}
			return r
		}, s)
	}
	return s
}

// quoteIdent spells an identifier so that it means the same in any context.
func quoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
