package pgsql

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sqlc-dev/oliphant/ast"
)

// inClause runs walk with a description of the clause, for refusals.
func (a *analysis) inClause(use string, walk func()) {
	old := a.use
	a.use = use
	walk()
	a.use = old
}

// within walks a construct's parts with its description in refusals.
func (a *analysis) within(use, hint string, walk func()) {
	oldUse, oldHint := a.use, a.hint
	a.use, a.hint = use, hint
	walk()
	a.use, a.hint = oldUse, oldHint
}

func (a *analysis) walkAll(nodes []*ast.Node, sc *scope) {
	for _, n := range nodes {
		a.walk(n, sc)
	}
}

// walk visits an expression in which no protected column may be used but for the forms that are known to be safe. A
// kind of node that is not named here has all its parts visited, so nothing is safe by having been forgotten.
func (a *analysis) walk(n *ast.Node, sc *scope) {
	switch e := n.GetNode().(type) {
	case nil, *ast.Node_String_, *ast.Node_Integer:
	case *ast.Node_AConst:
		a.ignore(e.AConst)
	case *ast.Node_ColumnRef:
		a.columnInExpression(e.ColumnRef, sc)
	case *ast.Node_ParamRef:
		a.paramIs(int(e.ParamRef.GetNumber()), paramRole{at: int(e.ParamRef.GetLocation())})
	case *ast.Node_NullTest:
		a.nullTest(e.NullTest.GetArg(), sc)
	case *ast.Node_FuncCall:
		a.call(n, e.FuncCall, sc)
	case *ast.Node_SubLink:
		a.subLink(e.SubLink, sc)
	case *ast.Node_WindowDef:
		a.window(e.WindowDef, sc)
	case *ast.Node_BoolExpr:
		a.boolean(e.BoolExpr, sc)
	case *ast.Node_CaseExpr:
		a.caseOf(n, e.CaseExpr, sc)
	case *ast.Node_AExpr:
		if a.comparison(e.AExpr, sc) {
			return
		}
		a.within("an expression with operator "+operatorName(e.AExpr), hintCompare, func() { a.walkChildren(n, sc) })
	case *ast.Node_TypeCast:
		a.within("a cast", "Select the column without the cast; it arrives as its logical type.", func() { a.walkChildren(n, sc) })
	case *ast.Node_SelectStmt, *ast.Node_InsertStmt, *ast.Node_UpdateStmt, *ast.Node_DeleteStmt, *ast.Node_MergeStmt:
		a.scalarQuery(n, sc)
	case *ast.Node_RangeVar:
		if r := a.table(e.RangeVar); r != nil && r.guarded() {
			refuse(int(e.RangeVar.GetLocation()), codeUnsupported, a.hint, "protected table %s cannot be used in %s", r.qualified(), a.use)
		}
	default:
		a.walkChildren(n, sc)
	}
}

const hintCompare = "The field has no search ability, so it can only be stored, returned, tested for NULL and counted; select by another column."

func operatorName(e *ast.A_Expr) string {
	switch e.GetKind() {
	case ast.A_Expr_Kind_AEXPR_IN:
		return "IN"
	case ast.A_Expr_Kind_AEXPR_DISTINCT, ast.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return "IS DISTINCT FROM"
	case ast.A_Expr_Kind_AEXPR_NULLIF:
		return "NULLIF"
	}
	if name := e.GetName(); len(name) > 0 {
		return name[len(name)-1].GetString_().GetSval()
	}
	return "?"
}

// walkChildren visits every node below n.
func (a *analysis) walkChildren(n *ast.Node, sc *scope) { a.walkMessage(n.ProtoReflect(), sc) }

// walkMessage finds the nodes in a message's fields by reflection and walks them.
func (a *analysis) walkMessage(m protoreflect.Message, sc *scope) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Message() == nil:
		case fd.IsList():
			for i := range v.List().Len() {
				a.walkField(v.List().Get(i).Message(), sc)
			}
		default:
			a.walkField(v.Message(), sc)
		}
		return true
	})
}

// walkField walks a field's message: a node by its kind; others, which have no Node around them, by wrapping those whose
// kind matters.
func (a *analysis) walkField(m protoreflect.Message, sc *scope) {
	switch x := m.Interface().(type) {
	case *ast.Node:
		a.walk(x, sc)
	case *ast.SelectStmt:
		a.walk(&ast.Node{Node: &ast.Node_SelectStmt{SelectStmt: x}}, sc)
	case *ast.WindowDef:
		a.window(x, sc)
	case *ast.RangeVar:
		a.walk(&ast.Node{Node: &ast.Node_RangeVar{RangeVar: x}}, sc)
	case *ast.TypeName:
		a.spelled(func() { a.walkMessage(m, sc) })
	default:
		a.walkMessage(m, sc)
	}
}

// resolve finds what a column reference means whose value is used as it is.
func (a *analysis) resolve(ref *ast.ColumnRef, sc *scope) reference {
	r := a.refer(ref, sc)
	a.plain(r.col, int(ref.GetLocation()))
	if r.whole != nil {
		a.plainAll(r.whole.cols)
	}
	return r
}

// refer is resolve for a reference that only hands the value on.
func (a *analysis) refer(ref *ast.ColumnRef, sc *scope) (r reference) {
	defer func() { a.named(r, int(ref.GetLocation())) }()
	f := ref.GetFields()
	if isStar(ref) {
		if len(f) == 1 {
			return reference{}
		}
		schema, qualifier := starQualifier(ref)
		return reference{whole: sc.named(schema, qualifier)}
	}
	at := int(ref.GetLocation())
	name := f[len(f)-1].GetString_().GetSval()
	r = a.lookUp(f, name, sc, at)
	if r.col != nil {
		a.refuseBarred(r.col, at)
	}
	return r
}

func (a *analysis) lookUp(f []*ast.Node, name string, sc *scope, at int) reference {
	switch len(f) {
	case 1:
		return sc.unqualified(name)
	case 2:
		return sc.qualified("", f[0].GetString_().GetSval(), name, at)
	}
	return sc.qualified(f[len(f)-3].GetString_().GetSval(), f[len(f)-2].GetString_().GetSval(), name, at)
}

// columnInExpression refuses a protected column, or a whole row with one in it.
func (a *analysis) columnInExpression(ref *ast.ColumnRef, sc *scope) {
	r := a.resolve(ref, sc)
	if r == (reference{}) {
		a.refuseUnresolved(ref, sc)
	}
	p := r.protected()
	if p == nil {
		return
	}
	at := int(ref.GetLocation())
	if r.whole != nil {
		refuseUse(p, at, "a whole-row reference", "Name the columns instead.")
	}
	hint := a.hint
	if hint == hintCompare && p.prot.Search != SearchNone {
		hint = "The field can be searched for equality only: compare it with a value by =, <>, IN, = ANY or IS DISTINCT FROM."
	}
	refuseUse(p, at, a.use, hint)
}

// nullSafe visits what only has to be told from NULL: NULL is not sealed, so a column or a row may stand there.
func (a *analysis) nullSafe(n *ast.Node, sc *scope) {
	if ref := n.GetColumnRef(); ref != nil {
		a.refer(ref, sc)
		return
	}
	a.walk(n, sc)
}

// call visits a function call. count(x) counts what is not NULL.
func (a *analysis) call(n *ast.Node, f *ast.FuncCall, sc *scope) {
	name := builtinName(f.GetFuncname())
	if !readOnlyFunctions[name] {
		a.modifies, a.calls = true, true
		a.switchesRole = a.switchesRole || name == "set_config"
	}
	if name == "count" && len(f.GetArgs()) == 1 && len(f.GetAggOrder()) == 0 && (!f.GetAggDistinct() || a.countsDistinct(f, sc)) {
		if !f.GetAggDistinct() {
			a.nullSafe(f.GetArgs()[0], sc)
		}
		a.walk(f.GetAggFilter(), sc)
		if f.GetOver() != nil {
			a.window(f.GetOver(), sc)
		}
		return
	}
	parts := f.GetFuncname()
	use := "an argument of function " + parts[len(parts)-1].GetString_().GetSval()
	a.within(use, "Select the column and call the function in the application.", func() { a.walkChildren(n, sc) })
}

// builtinName returns the name of a function that is called without a schema or with pg_catalog; else empty.
func builtinName(parts []*ast.Node) string {
	if len(parts) == 2 && parts[0].GetString_().GetSval() == "pg_catalog" {
		parts = parts[1:]
	}
	if len(parts) != 1 {
		return ""
	}
	return parts[0].GetString_().GetSval()
}

// readOnlyFunctions are functions known to change nothing. Any other makes a SELECT one that may write.
var readOnlyFunctions = map[string]bool{"count": true, "sum": true, "min": true, "max": true, "avg": true, "now": true,
	"lower": true, "upper": true, "length": true, "trim": true, "btrim": true, "abs": true, "round": true, "concat": true,
	"date_trunc": true, "extract": true, "to_char": true, "array_agg": true, "string_agg": true, "json_agg": true,
	"jsonb_agg": true, "json_build_object": true, "jsonb_build_object": true, "row_number": true, "rank": true,
	"generate_series": true, "unnest": true, "substring": true, "position": true, "replace": true, "row_to_json": true}

// subLink visits a subquery in an expression: what it returns enters the expression, except in EXISTS.
func (a *analysis) subLink(s *ast.SubLink, sc *scope) {
	if a.membership(s, sc) {
		return
	}
	a.walk(s.GetTestexpr(), sc)
	if s.GetSubLinkType() == ast.SubLinkType_EXISTS_SUBLINK {
		a.query(s.GetSubselect(), sc, asIs)
		return
	}
	a.scalarQuery(s.GetSubselect(), sc)
}

// scalarQuery plans a query whose output is used as a value.
func (a *analysis) scalarQuery(n *ast.Node, sc *scope) {
	out := a.query(n, sc, asIs)
	if p := out.anyProtected(); p != nil {
		refuseUse(p, a.position(n), "a subquery that is used as a value", "Join the table instead.")
	}
	a.refuseHidden(out)
}
