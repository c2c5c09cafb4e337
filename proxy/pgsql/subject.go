package pgsql

import (
	"slices"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// searched returns the column that an expression is, if it can be searched so: the column itself, with no more than casts
// that leave a text as it is, or for a column whose terms are of normalised values those functions of it that normalise. It
// returns nil for any other expression. The result is a copy that remembers the expression.
func (a *analysis) searched(n *ast.Node, sc *scope) *column {
	n, cast := a.uncastInView(n)
	inner, done := peel(n)
	ref := inner.GetColumnRef()
	if ref == nil || isStar(ref) {
		return nil
	}
	r := a.resolve(ref, sc)
	if r.col == nil || r.col.prot == nil || r.col.prot.Search == SearchNone || cast != "" && cast != r.col.prot.Storage.typeName() {
		return nil
	}
	a.refusePending(r.col, int(ref.GetLocation()))
	c := *r.col
	c.subject = n
	how := normalisers(done)
	switch {
	case inner != n && comparedType(c.prot.Type) != "text":
		return nil
	case how != c.prot.Normalise && (how == "" || c.prot.Search == SearchTerm):
		refuseUse(&c, int(ref.GetLocation()), "a comparison in this form",
			"Its equality terms are made so that "+normalised(c.prot, c.name)+" = "+normalised(c.prot, "…")+" is what can be written.")
	case how != c.prot.Normalise:
		return nil
	}
	a.meetPatterns(n)
	return &c
}

// normalised writes an expression that normalises as a column's terms do.
func normalised(c *Column, x string) string {
	for _, name := range strings.Split(c.Normalise, ",") {
		switch name {
		case "lower", "trim":
			x = name + "(" + x + ")"
		case "digits":
			x = "regexp_replace(" + x + ", '[^0-9]', '', 'g')"
		}
	}
	return x
}

// peel takes functions that normalise, and casts to text around them or around a column, off an expression.
func peel(n *ast.Node) (inner *ast.Node, done []string) {
	for {
		if t := n.GetTypeCast(); t != nil {
			if comparedType(typeName(t.GetTypeName())) != "text" || uncast(n).GetFuncCall() == nil && uncast(n).GetColumnRef() == nil {
				return n, done
			}
			n = t.GetArg()
			continue
		}
		name := normaliser(n.GetFuncCall())
		if name == "" {
			return n, done
		}
		done = append(done, name)
		n = n.GetFuncCall().GetArgs()[0]
	}
}

// normaliser returns the normaliser that a call does the work of, or "".
func normaliser(f *ast.FuncCall) string {
	if f == nil || f.GetOver() != nil || f.GetAggDistinct() || f.GetAggFilter() != nil || len(f.GetAggOrder()) > 0 || f.GetFuncVariadic() {
		return ""
	}
	switch name, args := builtinName(f.GetFuncname()), f.GetArgs(); {
	case len(args) == 1 && name == "lower":
		return "lower"
	case len(args) == 1 && (name == "btrim" || name == "trim"):
		return "trim"
	case len(args) == 4 && name == "regexp_replace" && isConstant(args[1], "[^0-9]", "[^0-9]+") && isConstant(args[2], "") && isConstant(args[3], "g"):
		return "digits"
	}
	return ""
}

func isConstant(n *ast.Node, values ...string) bool {
	s, ok := n.GetAConst().GetVal().(*ast.A_Const_Sval)
	return ok && slices.Contains(values, s.Sval.GetSval())
}

// meetPatterns notes that the constant arguments of functions that normalise have decided something.
func (a *analysis) meetPatterns(n *ast.Node) {
	for {
		switch {
		case n.GetTypeCast() != nil:
			n = n.GetTypeCast().GetArg()
		case normaliser(n.GetFuncCall()) != "":
			for _, arg := range n.GetFuncCall().GetArgs()[1:] {
				a.meet(int(arg.GetAConst().GetLocation()), literalCompared)
			}
			n = n.GetFuncCall().GetArgs()[0]
		default:
			return
		}
	}
}

// normalisers lists names as Column.Normalise does.
func normalisers(names []string) string {
	var list []string
	for _, name := range []string{"lower", "trim", "digits"} {
		if slices.Contains(names, name) {
			list = append(list, name)
		}
	}
	return strings.Join(list, ",")
}

// rewrite makes what is compared, for the server, of the expression that is a column: the column, or the term in it.
func (a *analysis) rewrite(c *column) {
	switch {
	case c.subject != nil:
		inner, _ := peel(c.subject)
		if c.prot.Search == SearchTerm || inner != c.subject {
			lo, hi := a.nodeSpan(c.subject)
			first, last := a.nodeSpan(inner)
			a.replace(lo, hi, first, last, c.prot)
		}
	case c.prot.Search == SearchTerm: // a column of a subquery
		first, last := a.columnSpan(c.at - 1)
		a.replace(first, last, first, last, c.prot)
	}
}

// replace puts the comparable form of the column that is tokens [first, last) in the place of the tokens [lo, hi), once.
func (a *analysis) replace(lo, hi, first, last int, c *Column) {
	if a.rewritten[lo] {
		return
	}
	if a.rewritten == nil {
		a.rewritten = map[int]bool{}
	}
	a.rewritten[lo] = true
	text := a.text[a.tokens[first].start:a.tokens[last-1].end]
	if c.Search == SearchTerm {
		text = "substring(" + text + " from " + c.termPlace() + ")"
	}
	a.edit(int(a.tokens[lo].start), int(a.tokens[hi-1].end), text)
}

// termPlace is where the equality term stands in a column's values, as the expression index has it.
func (c *Column) termPlace() string {
	if c.Storage == StorageText {
		return "21 for 20"
	}
	return "13 for 15"
}

// nodeSpan returns the tokens [lo, hi) of a column, a constant or a parameter, with the casts and calls around it.
func (a *analysis) nodeSpan(n *ast.Node) (lo, hi int) {
	switch e := n.GetNode().(type) {
	case *ast.Node_ColumnRef:
		return a.columnSpan(e.ColumnRef.GetLocation())
	case *ast.Node_FuncCall:
		lo = a.tokenAt(e.FuncCall.GetLocation())
		return lo, a.parenEnd(lo) + 1
	case *ast.Node_TypeCast:
		lo, hi = a.nodeSpan(e.TypeCast.GetArg())
		lo, hi, ok := a.castSpan(e.TypeCast, lo, hi)
		if !ok {
			refuse(int(e.TypeCast.GetLocation()), codeUnsupported, "Leave the cast out.", "a cast of what is compared with a protected column cannot be delimited")
		}
		return lo, hi
	}
	o := operandOf(n)
	start, end, ok := a.span(o)
	if !ok {
		refuse(o.at, codeUnsupported, "Leave the cast out.", "a value that is compared with a protected column cannot be delimited")
	}
	lo = a.tokenAt(int32(start))
	for hi = lo; hi < len(a.tokens) && int(a.tokens[hi].end) <= end; hi++ {
	}
	return lo, hi
}

// columnSpan returns the tokens of the column reference that begins at an offset. A whole row or a star has none.
func (a *analysis) columnSpan(at int32) (lo, hi int) {
	if at < 0 {
		refuse(-1, codeUnsupported, "Name the column in the select list of the subquery.", "a column of equality terms that a subquery returns cannot be found in the text")
	}
	lo = a.tokenAt(at)
	hi = a.nameEnd(lo)
	for a.word(hi) == "." {
		hi = a.nameEnd(hi + 1)
	}
	if k := a.kind(hi - 1); k != tokWord && k != tokQuoted && a.word(hi-2) != "uescape" {
		refuse(int(at), codeUnsupported, "Name the columns instead of writing *.", "a column of equality terms cannot be compared by a *")
	}
	return lo, hi
}

// parenEnd returns the index of the parenthesis that closes the first one at or behind token i.
func (a *analysis) parenEnd(i int) int {
	for depth := 0; i < len(a.tokens); i++ {
		switch a.word(i) {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	panic("a parenthesis is not closed")
}
