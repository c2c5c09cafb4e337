package pgsql

import (
	"strconv"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

const hintOperand = "Compare with a parameter or a literal; compute the value in the application."

// comparison plans an expression that compares a column that can be searched by an operator that only tells equal from
// different. It returns false for any other expression, of which it has looked at nothing.
func (a *analysis) comparison(e *ast.A_Expr, sc *scope) bool {
	if !a.relations.searchable {
		return false
	}
	switch e.GetKind() {
	case ast.A_Expr_Kind_AEXPR_DISTINCT, ast.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return a.compare(e.GetLexpr(), e.GetRexpr(), sc)
	case ast.A_Expr_Kind_AEXPR_OP:
		return tellsEqual(e.GetName()) && a.compare(e.GetLexpr(), e.GetRexpr(), sc)
	case ast.A_Expr_Kind_AEXPR_IN:
		return tellsEqual(e.GetName()) && a.compareList(e.GetLexpr(), e.GetRexpr().GetList().GetItems(), sc)
	case ast.A_Expr_Kind_AEXPR_OP_ANY, ast.A_Expr_Kind_AEXPR_OP_ALL:
		return tellsEqual(e.GetName()) && a.compareArray(e.GetLexpr(), e.GetRexpr(), sc)
	}
	return false
}

// tellsEqual reports whether an operator is = or <>; the parser reads != as <>.
func tellsEqual(name []*ast.Node) bool {
	n := builtinName(name)
	return n == "=" || n == "<>"
}

// touches reports whether an operand, or a part of a row, is a column that can be searched.
func (a *analysis) touches(n *ast.Node, sc *scope) bool {
	if row := n.GetRowExpr(); row != nil {
		for _, arg := range row.GetArgs() {
			if a.touches(arg, sc) {
				return true
			}
		}
		return false
	}
	return a.searched(n, sc) != nil
}

// compare plans the two sides of a comparison; false if neither is a column that can be searched.
func (a *analysis) compare(l, r *ast.Node, sc *scope) bool {
	if !a.touches(l, sc) && !a.touches(r, sc) {
		return false
	}
	ls, rs := l.GetRowExpr().GetArgs(), r.GetRowExpr().GetArgs()
	if len(ls) > 0 && len(ls) == len(rs) {
		a.compareRows(ls, rs, sc)
		return true
	}
	x, y := a.searched(l, sc), a.searched(r, sc)
	switch {
	case x != nil && y != nil:
		a.compareColumns(x, y, a.position(r))
	case x != nil:
		a.compareWith(x, r, sc)
	case y != nil:
		a.compareWith(y, l, sc)
	default:
		return false
	}
	return true
}

// compareRows compares rows part by part. That two parts are equal may be what makes other parts comparable: where they
// are not, the rows differ, whatever the other parts give.
func (a *analysis) compareRows(ls, rs []*ast.Node, sc *scope) {
	defer a.enter()()
	for i := range ls {
		a.equal(ls[i], rs[i], sc, func(e tenantEdge) { a.facts.edges = append(a.facts.edges, e) })
	}
	for i := range ls {
		if !a.compare(ls[i], rs[i], sc) {
			a.walk(ls[i], sc)
			a.walk(rs[i], sc)
		}
	}
}

// compareList plans l IN (items).
func (a *analysis) compareList(l *ast.Node, items []*ast.Node, sc *scope) bool {
	touched := a.touches(l, sc)
	for _, item := range items {
		touched = touched || a.touches(item, sc)
	}
	if !touched {
		return false
	}
	if a.searched(l, sc) == nil && l.GetRowExpr() == nil && len(items) > 1 && operandOf(l).kind != operandParam {
		refuse(a.position(l), codeUnsupported, "Write the comparisons one by one, with OR between them.",
			"a value cannot be looked for among protected columns by IN")
	}
	for _, item := range items {
		if !a.compare(l, item, sc) {
			a.walk(l, sc)
			a.walk(item, sc)
		}
	}
	return true
}

// compareColumns plans the comparison of two columns that can be searched.
func (a *analysis) compareColumns(x, y *column, at int) {
	if !comparable(x.prot, y.prot) {
		refuse(at, codeUnsupported, "Give both fields the same form of equality and the same domain.",
			"protected columns %s and %s cannot be compared: they are not of one equality domain", x.qualified(), y.qualified())
	}
	a.mustBeComparable(x, at)
	a.rewrite(x)
	a.rewrite(y)
	a.used(x.prot, UseCompare, at)
	a.used(y.prot, UseCompare, at)
	l, r := *x, *y
	a.later(func() {
		if !a.agree(l.row, r.row) {
			refuse(at, codeUnsupported, tenantsHint(&l, &r), "protected columns %s and %s cannot be compared: their rows may be of different tenants", l.qualified(), r.qualified())
		}
	})
}

func tenantsHint(x, y *column) string {
	s := "Add a condition that both rows are of one tenant."
	if t, u := x.row.rel.tenant.Column, y.row.rel.tenant.Column; t != "" && u != "" {
		s = "Add a condition that both rows are of one tenant: AND a." + t + " = b." + u + "."
	}
	return s
}

// mustBeComparable refuses columns of a type whose equal values have several canonical forms.
func (a *analysis) mustBeComparable(c *column, at int) {
	if c.prot.comparedType() == "" {
		refuseUse(c, at, "a comparison", "Equal values of type "+c.prot.Type+" have several forms; select by another column.")
	}
}

// compareWith plans the comparison of a column with what is no column that can be searched.
func (a *analysis) compareWith(c *column, n *ast.Node, sc *scope) {
	if s := n.GetSubLink(); s.GetSubLinkType() == ast.SubLinkType_EXPR_SUBLINK {
		out := a.query(s.GetSubselect(), sc, asIs)
		a.compareOutput(c, out, 0, int(s.GetLocation()))
		return
	}
	a.compareValue(c, n, sc)
}

// compareOutput compares a column with the i-th column of a subquery.
func (a *analysis) compareOutput(c *column, out output, i, at int) {
	a.refuseHidden(out)
	if out.opaque || i >= len(out.cols) || out.cols[i].prot == nil {
		refuseUse(c, at, "a comparison with a subquery that does not return sealed values", hintOperand)
	}
	a.compareColumns(c, &out.cols[i], at)
}

// compareValue plans a comparison with a parameter or a literal.
func (a *analysis) compareValue(c *column, n *ast.Node, sc *scope) {
	v := comparedValue{node: n}
	if v.operand = operandOf(n); c.prot.Search == SearchTerm && v.operand.kind == operandOther {
		inner, done := peel(n)
		v.operand, v.normalised = operandOf(inner), normalisers(done)
	}
	o := v.operand
	if o.kind == operandOther || o.kind == operandDefault {
		a.refuseOperand(c, n, sc)
	}
	a.mustBeComparable(c, o.at)
	a.rewrite(c)
	a.used(c.prot, UseCompare, o.at)
	if o.kind == operandNull {
		a.replaceValue(&v, "NULL")
		return
	}
	a.checkComparedCasts(c, o)
	checkComparedConstant(c, o)
	a.meetPatterns(n)
	switch {
	case v.normalised != "":
		a.meet(o.at, literalCompared) // another constant might be folded
	case o.folded == nil:
		a.meet(o.at, literalCarried)
	}
	to := *c
	a.later(func() { a.sealCompared(&to, v) })
}

// comparedValue is a value that is compared with a column.
type comparedValue struct {
	operand
	node       *ast.Node // with all that is around the operand
	normalised string    // what is done to the operand, as in Column.Normalise
}

// replaceValue leaves of a value only its leaf.
func (a *analysis) replaceValue(v *comparedValue, leaf string) {
	if v.normalised == "" {
		a.dropCasts(v.operand, leaf)
		return
	}
	lo, hi := a.nodeSpan(v.node)
	a.edit(int(a.tokens[lo].start), int(a.tokens[hi-1].end), leaf)
}

func (a *analysis) refuseOperand(c *column, n *ast.Node, sc *scope) {
	at := a.position(n)
	if ref := n.GetColumnRef(); ref != nil && !isStar(ref) {
		if r := a.resolve(ref, sc); r.protected() == nil {
			refuse(at, codeUnsupported, hintOperand, "protected column %s cannot be compared with a column that is not sealed", c.qualified())
		}
	}
	a.walk(n, sc) // it may have a better reason
	refuse(at, codeUnsupported, hintOperand, "protected column %s cannot be compared with an expression, which the server would have to evaluate", c.qualified())
}

// checkComparedCasts refuses casts after which the server would compare something else than values of the column's type.
func (a *analysis) checkComparedCasts(c *column, o operand) {
	for i, cast := range o.casts {
		t, last := typeName(cast.GetTypeName()), i == len(o.casts)-1
		switch {
		case t == "":
		case last && Comparable(c.prot.Type, typeOIDs[t]):
			continue
		case !last && o.kind != operandNumber && comparedType(t) == "text":
			continue // the input function of the outer type reads it, as it would without the cast
		}
		refuse(o.at, codeUnsupported, "Leave the cast out, or cast to "+c.prot.Type+".",
			"protected column %s of type %s cannot be compared with a value that is cast to another type", c.qualified(), c.prot.Type)
	}
}

// checkComparedConstant refuses constants with which the server would not compare as with a value of the column's type.
func checkComparedConstant(c *column, o operand) {
	fits := o.folded == nil || isString(c.prot.Type)
	switch o.kind {
	case operandNumber:
		fits = strings.HasPrefix(c.prot.Type, "int") && !strings.Contains(o.value, ".") || c.prot.Type == "numeric"
	case operandBool:
		fits = c.prot.Type == "bool"
	}
	if !fits {
		refuse(o.at, codeMismatch, "Write the value as a string literal or a parameter.",
			"protected column %s is of type %s and is compared with a constant of another", c.qualified(), c.prot.Type)
	}
}

// sealCompared puts the sealed value in the place of one that is compared with a column.
func (a *analysis) sealCompared(c *column, v comparedValue) {
	o := v.operand
	tenant := a.comparedTenant(c, o)
	typ := castOID(o)
	lo, hi := a.nodeSpan(v.node)
	start, end := int(a.tokens[lo].start), int(a.tokens[hi-1].end)
	if o.kind == operandParam {
		if typ == 0 && (c.prot.Type == "varchar" || v.normalised != "") {
			typ = oidText // as which the server compares varchar, and what functions of text take
		}
		use := &ParamUse{Param: o.param, Column: c.prot, Tenant: tenant.TenantRef, CastOID: typ, Form: c.prot.ComparedForm(), Normalise: v.normalised}
		a.sealParam(paramRole{sealed: use, tenant: tenant, at: o.at}, start, end)
		return
	}
	if typ == 0 && o.kind == operandNumber {
		typ = typeOIDs["numeric"] // any number that is none of the column's type is unequal to all that are
	}
	l := &Literal{Column: c.prot, Value: o.value, Tenant: tenant.TenantRef, CastOID: typ, Form: c.prot.ComparedForm(), Normalise: v.normalised}
	a.sealLiteral(l, o, tenant, start, end)
}

// sealParam puts the parameter that holds the sealed value in the place of [start, end), which the client's own is in.
func (a *analysis) sealParam(role paramRole, start, end int) {
	client := role.sealed.Param
	number := a.sealedParam(role)
	if text := "$" + strconv.Itoa(number); number != client || text != a.text[start:end] {
		a.edit(start, end, text+a.gap(end))
	}
}

// gap is what must stand between a parameter that ends at an offset and what follows.
func (a *analysis) gap(end int) string {
	if end < len(a.text) && isIdentPart(a.text[end]) {
		return " "
	}
	return ""
}

// sealLiteral puts a sealed literal in the place of [start, end), or a parameter for it if its tenant is one.
func (a *analysis) sealLiteral(l *Literal, o operand, tenant tenantValue, start, end int) {
	if tenant.Kind == TenantParam {
		for i := range a.tokens {
			a.meet(int(a.tokens[i].start), literalCompared) // the plan is for these constants alone
		}
		number := a.addParam(paramRole{tenant: tenant, at: o.at, sealed: &ParamUse{Value: l.Value, Column: l.Column, Tenant: l.Tenant,
			CastOID: l.CastOID, Form: l.Form, Normalise: l.Normalise, Array: l.Array}})
		a.edit(start, end, "$"+strconv.Itoa(number)+a.gap(end))
		return
	}
	value := originAt(o.at)
	if o.folded != nil {
		value = 0
	}
	a.edits = append(a.edits, Edit{Start: start, End: end, Literal: l})
	a.origins = append(a.origins, sealedOrigin{literal: l, value: value, tenant: tenant.origin})
}

// comparedTenant is the tenant for which a value is sealed that is compared with column c.
func (a *analysis) comparedTenant(c *column, o operand) tenantValue {
	k := a.tenantOfRow(c.row)
	v, ok := k.constant()
	if !ok {
		refuse(o.at, codeUnsupported, "Add a condition that holds the row to one tenant: AND "+c.row.rel.tenant.Column+" = … with a literal or a parameter.",
			"protected column %s cannot be compared: no condition holds its row to one tenant", c.qualified())
	}
	v.Claims = c.row.rel.claims
	return v
}
