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
	}
	return operand{at: -1}
}

func constantOperand(c *ast.A_Const) operand {
	o := operand{at: int(c.GetLocation())}
	switch v := c.GetVal().(type) {
	case *ast.A_Const_Sval:
		o.kind, o.value = operandString, v.Sval.GetSval()
	case *ast.A_Const_Ival:
		o.kind, o.value = operandNumber, strconv.Itoa(int(v.Ival.GetIval()))
	case *ast.A_Const_Fval:
		o.value = plainNumber(v.Fval.GetFval())
		if o.value != "" {
			o.kind = operandNumber
		}
	case *ast.A_Const_Boolval:
		o.kind, o.value = operandBool, strconv.FormatBool(v.Boolval.GetBoolval())
	default:
		if c.GetIsnull() {
			o.kind = operandNull
		}
	}
	return o
}

// plainNumber spells a number constant as the server would print it: no underscores, no base prefix, no bare point.
// Empty for one with an exponent, whose printed form depends on its digits.
func plainNumber(s string) string {
	s = strings.ReplaceAll(s, "_", "")
	digits := strings.TrimPrefix(s, "-")
	if len(digits) > 1 && digits[0] == '0' && strings.ContainsRune("xXoObB", rune(digits[1])) {
		n, ok := new(big.Int).SetString(s, 0)
		if !ok {
			return ""
		}
		return n.String()
	}
	if strings.ContainsAny(digits, "eE") {
		return ""
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
	lo := a.tokenAt(int32(o.at))
	hi := lo + 1
	if o.kind == operandNumber && a.word(lo) == "-" {
		hi++
	}
	if a.tokens[lo].kind == tokUnicodeString && a.word(hi) == "uescape" {
		hi += 2
	}
	for _, c := range o.casts {
		if lo, hi, ok = a.castSpan(c, lo, hi); !ok {
			return 0, 0, false
		}
	}
	return int(a.tokens[lo].start), int(a.tokens[hi-1].end), true
}

// castSpan widens the tokens [lo, hi) of a value to those of a cast around it.
func (a *analysis) castSpan(c *ast.TypeCast, lo, hi int) (int, int, bool) {
	if c.GetLocation() < 0 { // date '2020-01-01'
		first := a.tokenAt(c.GetTypeName().GetLocation())
		return first, hi, a.typeEnd(first) == lo
	}
	at := a.tokenAt(c.GetLocation())
	for a.word(lo-1) == "(" && a.word(hi) == ")" && lo-2 != at {
		lo, hi = lo-1, hi+1
	}
	if a.tokens[at].kind == tokCast { // x::date
		if hi != at {
			return 0, 0, false
		}
		end := a.typeEnd(at + 1)
		return lo, end, end > 0
	}
	if lo-2 != at || a.word(lo-1) != "(" || a.word(hi) != "as" { // CAST(x AS date)
		return 0, 0, false
	}
	end := a.typeEnd(hi + 1)
	return at, end + 1, end > 0 && a.word(end) == ")"
}

// typeWords are the types whose names are of several words, with those that may follow each.
var typeWords = map[string][]string{
	"double": {"precision"}, "character": {"varying"}, "char": {"varying"},
	"timestamp": {"with", "without", "time", "zone"}, "time": {"with", "without", "time", "zone"},
	"with": {"time", "zone"}, "without": {"time", "zone"},
}

// typeEnd returns the index behind a type name that begins at token i and has neither modifiers nor array bounds; 0 if
// that can't be told.
func (a *analysis) typeEnd(i int) int {
	first := a.word(i)
	if k := a.kind(i); k != tokWord && k != tokQuoted {
		return 0
	}
	i++
	for a.word(i) == "." {
		i += 2
	}
	if next := typeWords[first]; next != nil {
		for i < len(a.tokens) && contains(next, a.word(i)) {
			i++
		}
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
