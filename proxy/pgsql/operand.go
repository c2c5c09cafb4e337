package pgsql

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// operandKind is a form in which a value can be written so that it can be sealed.
type operandKind uint8

const (
	operandOther operandKind = iota // an expression
	operandNull
	operandDefault
	operandParam
	operandString
	operandNumber
	operandBool
)

// operand is a value in a statement, taken apart: a leaf in casts.
type operand struct {
	kind  operandKind
	param int             // operandParam: its number
	value string          // a literal in PostgreSQL's text form
	at    int             // byte offset of the leaf
	casts []*ast.TypeCast // innermost first
	typ   string          // the type that a constant has by itself; empty if it takes that of where it stands
	// exponent is set for a number with one, whose value is not spelled as the server would print it.
	exponent bool
	folded   *ast.Node // an expression over constants, of which value is the result
}

// operandOf takes a value apart.
func operandOf(n *ast.Node) operand {
	switch e := n.GetNode().(type) {
	case *ast.Node_SetToDefault:
		return operand{kind: operandDefault, at: int(e.SetToDefault.GetLocation())}
	case *ast.Node_ParamRef:
		return operand{kind: operandParam, param: int(e.ParamRef.GetNumber()), at: int(e.ParamRef.GetLocation())}
	case *ast.Node_AConst:
		return constantOperand(e.AConst)
	case *ast.Node_TypeCast:
		o := operandOf(e.TypeCast.GetArg())
		o.casts = append(o.casts, e.TypeCast)
		return o
	case *ast.Node_AExpr:
		if o, ok := unaryPlus(e.AExpr); ok {
			return o
		}
	}
	if text, ok := fold(n); ok {
		return operand{kind: operandString, value: text, typ: "text", folded: n, at: firstLocation(n)}
	}
	return operand{at: -1}
}

// unaryPlus is a number with a plus before it, which the parser does not take as a part of it, as it does a minus.
func unaryPlus(e *ast.A_Expr) (operand, bool) {
	if e.GetKind() != ast.A_Expr_Kind_AEXPR_OP || e.GetLexpr() != nil || builtinName(e.GetName()) != "+" {
		return operand{}, false
	}
	o := operandOf(e.GetRexpr())
	o.at = int(e.GetLocation())
	return o, o.kind == operandNumber && len(o.casts) == 0
}

func constantOperand(c *ast.A_Const) operand {
	o := operand{at: int(c.GetLocation())}
	switch v := c.GetVal().(type) {
	case *ast.A_Const_Sval:
		o.kind, o.value = operandString, v.Sval.GetSval()
	case *ast.A_Const_Ival:
		o.kind, o.value, o.typ = operandNumber, strconv.Itoa(int(v.Ival.GetIval())), "int4"
	case *ast.A_Const_Fval:
		o.kind, o.value, o.typ = operandNumber, plainNumber(v.Fval.GetFval()), "numeric"
		o.exponent = strings.ContainsAny(o.value, "eE")
	case *ast.A_Const_Boolval:
		o.kind, o.value, o.typ = operandBool, strconv.FormatBool(v.Boolval.GetBoolval()), "bool"
	default:
		if c.GetIsnull() {
			o.kind = operandNull
		}
	}
	return o
}

// plainNumber spells a number constant as the server would print it: no underscores, no base prefix, no bare point. One
// with an exponent keeps it.
func plainNumber(s string) string {
	s = strings.ReplaceAll(s, "_", "")
	digits := strings.TrimPrefix(s, "-")
	if len(digits) > 1 && digits[0] == '0' && strings.ContainsRune("xXoObB", rune(digits[1])) {
		if n, ok := new(big.Int).SetString(s, 0); ok {
			return n.String()
		}
	}
	if strings.ContainsAny(digits, "eE") {
		return s
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if len(digits) < len(s) {
		return "-" + whole
	}
	return whole
}

// span finds the bytes of the text that an operand takes, from its leaf outwards through its casts. Parentheses around
// the whole are left out. It fails for a cast whose end it can't be sure of.
func (a *analysis) span(o operand) (start, end int, ok bool) {
	lo, hi, ok := a.leafSpan(o)
	for _, c := range o.casts {
		if !ok {
			break
		}
		lo, hi, ok = a.castSpan(c, lo, hi)
	}
	if !ok {
		return 0, 0, false
	}
	return int(a.tokens[lo].start), int(a.tokens[hi-1].end), true
}

// leafSpan finds the tokens [lo, hi) of an operand without its casts.
func (a *analysis) leafSpan(o operand) (lo, hi int, ok bool) {
	if o.folded != nil {
		return a.foldSpan(o.folded)
	}
	lo = a.tokenAt(int32(o.at))
	hi = lo + 1
	switch {
	case o.kind == operandNumber:
		return a.numberSpan(lo)
	case a.tokens[lo].kind == tokUnicodeString && a.word(hi) == "uescape":
		hi += 2
	}
	return lo, hi, true
}

// numberSpan finds the end of a number that may have signs before it, and parentheses after a sign.
func (a *analysis) numberSpan(lo int) (int, int, bool) {
	depth, hi := 0, lo
	for ; a.kind(hi) != tokNumber; hi++ {
		switch a.word(hi) {
		case "(":
			depth++
		case "+", "-":
		default:
			return 0, 0, false
		}
	}
	for hi++; depth > 0; depth-- {
		if a.word(hi) != ")" {
			return 0, 0, false
		}
		hi++
	}
	return lo, hi, true
}

// castSpan widens the tokens [lo, hi) of a value to those of a cast around it.
func (a *analysis) castSpan(c *ast.TypeCast, lo, hi int) (int, int, bool) {
	if c.GetLocation() < 0 { // date '2020-01-01'
		first := a.tokenAt(c.GetTypeName().GetLocation())
		return first, hi, a.typeEnd(first, c.GetTypeName()) == lo
	}
	at := a.tokenAt(c.GetLocation())
	for a.word(lo-1) == "(" && a.word(hi) == ")" && lo-2 != at {
		lo, hi = lo-1, hi+1
	}
	if a.tokens[at].kind == tokCast { // x::date
		if hi != at {
			return 0, 0, false
		}
		end := a.typeEnd(at+1, c.GetTypeName())
		return lo, end, end > 0
	}
	if lo-2 != at || a.word(lo-1) != "(" || a.word(hi) != "as" { // CAST(x AS date)
		return 0, 0, false
	}
	end := a.typeEnd(hi+1, c.GetTypeName())
	return at, end + 1, end > 0 && a.word(end) == ")"
}

// typeWords are the types whose names are of several words, with those that may follow each.
var typeWords = map[string][]string{
	"double": {"precision"}, "character": {"varying"}, "char": {"varying"},
	"timestamp": {"with", "without", "time", "zone"}, "time": {"with", "without", "time", "zone"},
	"with": {"time", "zone"}, "without": {"time", "zone"},
}

// typeEnd returns the index behind the type name that begins at token i, with its modifiers and array bounds; 0 if that
// can't be told.
func (a *analysis) typeEnd(i int, t *ast.TypeName) int {
	first := a.word(i)
	if k := a.kind(i); k != tokWord && k != tokQuoted {
		return 0
	}
	if a.kind(i) == tokQuoted && a.word(i+1) == "uescape" {
		return 0
	}
	i++
	for a.word(i) == "." {
		i += 2
	}
	words := func() {
		for i < len(a.tokens) && contains(typeWords[first], a.word(i)) {
			i++
		}
	}
	words()
	if len(t.GetTypmods()) > 0 && a.word(i) == "(" { // char has one without writing it
		for i++; a.kind(i) == tokNumber || a.word(i) == ","; i++ {
		}
		if a.word(i) != ")" {
			return 0
		}
		i++
		words()
	}
	for range t.GetArrayBounds() {
		if a.word(i) != "[" || a.word(i+1) != "]" {
			return 0
		}
		i += 2
	}
	if w := a.word(i); w == "(" || w == "[" || w == "%" || w == "array" || w == "uescape" {
		return 0
	}
	return i
}

func (a *analysis) kind(i int) tokenKind {
	if i < 0 || i >= len(a.tokens) {
		return 0
	}
	return a.tokens[i].kind
}

func contains(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}
