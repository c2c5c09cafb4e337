package pgsql

import (
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// fold evaluates an expression over string constants whose result, of type text, is the same on every server: ||, concat,
// and functions whose result depends on no locale for the characters at hand. Not ok for any other.
func fold(n *ast.Node) (text string, ok bool) {
	switch e := n.GetNode().(type) {
	case *ast.Node_AExpr:
		if e.AExpr.GetKind() != ast.A_Expr_Kind_AEXPR_OP || builtinName(e.AExpr.GetName()) != "||" {
			return "", false
		}
		left, ok := foldPart(e.AExpr.GetLexpr())
		right, ok2 := foldPart(e.AExpr.GetRexpr())
		return left + right, ok && ok2
	case *ast.Node_FuncCall:
		return foldCall(e.FuncCall)
	}
	return "", false
}

// foldPart is a string constant or an expression that folds. A cast to text or varchar changes neither.
func foldPart(n *ast.Node) (string, bool) {
	o := operandOf(n)
	for _, c := range o.casts {
		if t := typeName(c.GetTypeName()); t != "text" && t != "varchar" {
			return "", false
		}
	}
	return o.value, o.kind == operandString
}

func foldCall(f *ast.FuncCall) (string, bool) {
	if f.GetAggStar() || f.GetAggDistinct() || f.GetFuncVariadic() || f.GetAggFilter() != nil || f.GetOver() != nil || len(f.GetAggOrder()) > 0 {
		return "", false
	}
	var args []string
	for _, n := range f.GetArgs() {
		s, ok := foldPart(n)
		if !ok {
			return "", false
		}
		args = append(args, s)
	}
	name := builtinName(f.GetFuncname())
	if name == "concat" && len(args) > 0 {
		return strings.Join(args, ""), true
	}
	if len(args) != 1 || strings.ContainsFunc(args[0], func(r rune) bool { return r >= 0x80 }) {
		return "", false
	}
	switch name {
	case "lower": // I and i have other counterparts in Turkish locales
		return strings.ToLower(args[0]), !strings.Contains(args[0], "I")
	case "upper":
		return strings.ToUpper(args[0]), !strings.Contains(args[0], "i")
	case "btrim":
		return strings.Trim(args[0], " "), true
	case "ltrim":
		return strings.TrimLeft(args[0], " "), true
	case "rtrim":
		return strings.TrimRight(args[0], " "), true
	}
	return "", false
}

// foldSpan finds the tokens [lo, hi) of an expression that folds, without parentheses around it. The values of its
// constants are in the result, so that a template holds for no others.
func (a *analysis) foldSpan(n *ast.Node) (lo, hi int, ok bool) {
	switch e := n.GetNode().(type) {
	case *ast.Node_AExpr:
		return a.operatorSpan(e.AExpr)
	case *ast.Node_FuncCall:
		lo = a.tokenAt(e.FuncCall.GetLocation())
		for hi = lo + 1; a.word(hi) == "."; hi += 2 {
		}
		if a.word(hi) != "(" {
			return 0, 0, false
		}
		for _, n := range e.FuncCall.GetArgs() {
			if _, _, ok := a.partSpan(n); !ok {
				return 0, 0, false
			}
		}
		hi, ok = a.closing(hi)
		return lo, hi, ok
	}
	return 0, 0, false
}

func (a *analysis) partSpan(n *ast.Node) (lo, hi int, ok bool) {
	o := operandOf(n)
	if o.folded == nil {
		a.meet(o.at, literalCompared)
	}
	lo, hi, ok = a.leafSpan(o)
	for _, c := range o.casts {
		if ok {
			lo, hi, ok = a.castSpan(c, lo, hi)
		}
	}
	return lo, hi, ok
}

// operatorSpan joins the spans of an operator's sides, each with the parentheses between it and the operator.
func (a *analysis) operatorSpan(e *ast.A_Expr) (lo, hi int, ok bool) {
	lo, leftEnd, ok := a.partSpan(e.GetLexpr())
	rightStart, hi, ok2 := a.partSpan(e.GetRexpr())
	at := a.tokenAt(e.GetLocation())
	if !ok || !ok2 {
		return 0, 0, false
	}
	for ; leftEnd < at; leftEnd++ {
		if lo--; a.word(leftEnd) != ")" || a.word(lo) != "(" {
			return 0, 0, false
		}
	}
	for rightStart--; rightStart > at; rightStart-- {
		if a.word(rightStart) != "(" || a.word(hi) != ")" {
			return 0, 0, false
		}
		hi++
	}
	return lo, hi, true
}

// closing returns the index behind the parenthesis that closes the one at token i.
func (a *analysis) closing(i int) (end int, ok bool) {
	for depth := 0; i < len(a.tokens); i++ {
		switch a.word(i) {
		case "(", "[":
			depth++
		case ")", "]":
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return 0, false
}
