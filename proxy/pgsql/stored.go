package pgsql

import (
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// stored is the value of an expression that is stored, taken apart into the places where it may come from: its own text,
// the branches of CASE and COALESCE, the rows of a list.
type stored struct {
	typ     string // of the whole, as in valueSource
	sources []valueSource
}

// valueSource is one place that a stored value may come from.
type valueSource struct {
	operand
	typ      string    // the server's type at this point; empty if the value is yet to get one
	chain    []Cast    // the casts up to this point, innermost first, the server's own included
	indirect bool      // other sources decide on the type, so the server has to be told
	nullIf   *string   // the value that becomes NULL
	span     [2]int    // the bytes that it takes of the text, if not those of its leaf and casts
	array    bool      // an array, of which each element is stored
	copied   bool      // a protected column, whose values are copied as they are
	from     listRow   // where it comes from, if that is a list
	node     *ast.Node // in the list
}

// take takes a value apart. It refuses what the server would have to evaluate.
func (s *storing) take(n *ast.Node) stored {
	if o := operandOf(n); o.kind != operandOther && o.kind != operandDefault {
		return s.leaf(o)
	}
	switch e := n.GetNode().(type) {
	case *ast.Node_TypeCast:
		return s.cast(s.take(e.TypeCast.GetArg()), e.TypeCast)
	case *ast.Node_CoalesceExpr:
		return s.branches(e.CoalesceExpr.GetArgs(), int(e.CoalesceExpr.GetLocation()))
	case *ast.Node_CaseExpr:
		return s.caseOf(e.CaseExpr)
	case *ast.Node_ColumnRef:
		return s.columnValue(e.ColumnRef)
	case *ast.Node_SubLink:
		at := s.position(n)
		if e.SubLink.GetSubLinkType() != ast.SubLinkType_EXPR_SUBLINK {
			break
		}
		if v, ok := s.subquery(e.SubLink.GetSubselect(), s.scope, func(int) bool { return true }); ok && len(v.out.cols) == 1 {
			return s.takeFrom(v, 0, at)
		}
	case *ast.Node_AExpr:
		if v, ok := s.nullIf(e.AExpr); ok {
			return v
		}
	case *ast.Node_FuncCall:
		if isUnnest(e.FuncCall) && len(e.FuncCall.GetArgs()) == 1 {
			return s.elements(operandOf(e.FuncCall.GetArgs()[0]))
		}
	}
	refuse(s.position(n), codeUnsupported, hintFor(n),
		"the value for protected column %s is an expression, which the server would have to evaluate", s.name())
	return stored{}
}

// hintFor says what to write instead of an expression that cannot be stored.
func hintFor(n *ast.Node) string {
	switch {
	case n.GetSqlvalueFunction() != nil:
		return "Pass the date or time as a parameter."
	case n.GetFuncCall() != nil:
		return "Call the function in the application and pass its result as a parameter."
	case n.GetAConst().GetBsval() != nil:
		return "Write a bit string constant as a string literal or a parameter."
	case n.GetMinMaxExpr() != nil:
		return "Compare the values in the application."
	}
	return hintValue
}

// leaf is a constant or parameter in its casts.
func (s *storing) leaf(o operand) stored {
	src := valueSource{operand: o, typ: o.typ}
	if s.ownTypeMatters(o) {
		src.chain = append(src.chain, Cast{OID: oidOf(o.typ), Modifier: -1})
	}
	for _, c := range o.casts {
		src.cast(s, c)
	}
	return stored{src.typ, []valueSource{src}}
}

// ownTypeMatters reports whether a number must be read as its own type before its next type takes it: to be rounded, found
// to be out of range, or written without its exponent.
func (s *storing) ownTypeMatters(o operand) bool {
	next := s.logical()
	if len(o.casts) > 0 {
		next, _, _ = castType(o.casts[0].GetTypeName())
	}
	switch {
	case o.kind != operandNumber:
		return false
	case isString(next):
		return o.exponent
	case o.typ == "int4":
		return next == "int2"
	}
	return strings.HasPrefix(next, "int") && (next != "int8" || strings.ContainsAny(o.value, ".eE"))
}

// cast puts an explicit cast around a source.
func (src *valueSource) cast(s *storing, c *ast.TypeCast) {
	typ, step, ok := castType(c.GetTypeName())
	if !ok || !converts(src.typ, typ, true) {
		refuse(max(src.at, -1), codeUnsupported, "Leave the cast out, or cast to "+s.column.Type+".",
			"the value for protected column %s has a cast that the proxy cannot carry out", s.name())
	}
	if src.copied && (typ != src.typ || step.Modifier >= 0) {
		refuse(src.at, codeUnsupported, "Leave the cast out.", "a value of a protected column cannot be cast on its way into protected column %s", s.name())
	}
	src.chain, src.typ = append(src.chain, step), typ
}

// cast puts a cast around all sources of a value, and takes it out of the text.
func (s *storing) cast(v stored, c *ast.TypeCast) stored {
	for i := range v.sources {
		v.sources[i].cast(s, c)
		v.typ = v.sources[i].typ
	}
	s.uncast(c)
	return v
}

// uncast takes a cast around an expression out of the text. Parentheses stay.
func (s *storing) uncast(c *ast.TypeCast) {
	at := s.tokenAt(c.GetLocation())
	if s.kind(at) == tokCast {
		if end := s.typeEnd(at+1, c.GetTypeName()); end > 0 {
			s.edit(int(s.tokens[at].start), int(s.tokens[end-1].end), " ")
			return
		}
	}
	if s.word(at) == "cast" && s.word(at+1) == "(" {
		if end, ok := s.closing(at + 1); ok {
			as := s.lastAs(at+2, end-1)
			if as > 0 && s.typeEnd(as+1, c.GetTypeName()) == end-1 {
				s.edit(int(s.tokens[at].start), int(s.tokens[at].end), "")
				s.edit(int(s.tokens[as].start), int(s.tokens[end-2].end), "")
				return
			}
		}
	}
	refuse(int(c.GetLocation()), codeUnsupported, "Leave the cast out.", "a cast of a value for protected column %s cannot be delimited", s.name())
}

// lastAs returns the last AS among the tokens [i, end) that is in no parentheses, 0 if there is none.
func (s *storing) lastAs(i, end int) int {
	found, depth := 0, 0
	for ; i < end; i++ {
		switch s.word(i) {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		case "as":
			if depth == 0 {
				found = i
			}
		}
	}
	return found
}

// caseOf is CASE: its conditions are evaluated by the server, what it results in is stored.
func (s *storing) caseOf(e *ast.CaseExpr) stored {
	var results []*ast.Node
	s.inClause("a condition of CASE", func() { s.walk(e.GetArg(), s.scope) })
	for _, n := range e.GetArgs() {
		w := n.GetCaseWhen()
		s.inClause("a condition of CASE", func() { s.walk(w.GetExpr(), s.scope) })
		results = append(results, w.GetResult())
	}
	if e.GetDefresult() != nil {
		results = append(results, e.GetDefresult())
	}
	return s.branches(results, int(e.GetLocation()))
}

// branches is a value that is one of several.
func (s *storing) branches(nodes []*ast.Node, at int) stored {
	var all []stored
	for _, n := range nodes {
		all = append(all, s.take(n))
	}
	return s.merge(all, at)
}

// merge makes one value of several, of the type that they have in common.
func (s *storing) merge(all []stored, at int) stored {
	var types []string
	for _, v := range all {
		types = append(types, v.typ)
	}
	common, ok := commonType(types)
	if !ok {
		refuse(at, codeMismatch, "Cast all of them to "+s.column.Type+".", "the values for protected column %s are of different types", s.name())
	}
	merged := stored{typ: common}
	for _, v := range all {
		for _, src := range v.sources {
			src.become(s, common)
			merged.sources = append(merged.sources, src)
		}
	}
	return merged
}

// become gives a source the type that it has in common with others.
func (src *valueSource) become(s *storing, common string) {
	src.indirect = true
	if src.operand.typ != "" && !src.copied {
		s.meet(src.at, literalCompared) // a number's type may depend on its digits
	}
	if src.typ == common || src.copied && isString(src.typ) && isString(common) {
		return
	}
	if src.copied {
		refuse(src.at, codeMismatch, "Cast the other values to "+s.column.Type+".", "a value of a protected column would be cast to %s on its way into protected column %s", common, s.name())
	}
	src.chain, src.typ = append(src.chain, Cast{OID: oidOf(common), Modifier: -1}), common
}

// columnValue is a column: one of a list, or one whose values are sealed already.
func (s *storing) columnValue(ref *ast.ColumnRef) stored {
	r, at := s.refer(ref, s.scope), int(ref.GetLocation())
	if r.col != nil && r.col.list != nil {
		return s.listValue(r.col, at)
	}
	s.named(r, at)
	from := r.protected()
	switch {
	case from == nil:
		refuse(at, codeUnsupported, hintValue, "protected column %s cannot be set to a column that is not sealed", s.name())
	case r.whole != nil || !sameField(from.prot, s.column):
		refuseUse(from, at, "an assignment to a column of another field", "Read the value and write it as a parameter.")
	case s.copies == nil:
		refuseUse(from, at, "a value for another protected column", "Read the value and write it as a parameter.")
	}
	s.refusePending(from, at)
	s.copies(r, at)
	return stored{s.logical(), []valueSource{{operand: operand{at: at}, typ: s.logical(), copied: true}}}
}
