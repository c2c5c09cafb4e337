package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// nullIf is NULLIF(x, 'constant'): the proxy, which knows x, makes NULL of it where it is equal. That is done for texts,
// which are equal if their bytes are, as long as no collation says otherwise.
func (s *storing) nullIf(e *ast.A_Expr) (stored, bool) {
	if e.GetKind() != ast.A_Expr_Kind_AEXPR_NULLIF || builtinName(e.GetName()) != "=" || !isString(s.logical()) {
		return stored{}, false
	}
	o, none := operandOf(e.GetLexpr()), operandOf(e.GetRexpr())
	if o.kind != operandParam && o.kind != operandString || none.kind != operandString || o.folded != nil || none.folded != nil {
		return stored{}, false
	}
	for _, c := range append(o.casts, none.casts...) {
		if t := typeName(c.GetTypeName()); t != "text" && t != "varchar" {
			return stored{}, false
		}
	}
	lo := s.tokenAt(e.GetLocation())
	hi, ok := s.closing(lo + 1)
	if !ok || s.word(lo+1) != "(" {
		return stored{}, false
	}
	s.meet(none.at, literalCompared)
	src := valueSource{operand: operand{kind: o.kind, param: o.param, value: o.value, at: int(e.GetLocation()), typ: "text"}, typ: "text", indirect: true,
		span: [2]int{int(s.tokens[lo].start), int(s.tokens[hi-1].end)}}
	if o.kind == operandParam {
		src.chain, src.nullIf = []Cast{{OID: oidText, Modifier: -1}}, &none.value
		return stored{"text", []valueSource{src}}, true
	}
	s.meet(o.at, literalCompared)
	src.folded = e.GetLexpr() // its value has no place of its own
	if o.value == none.value {
		src.kind = operandNull
	}
	return stored{"text", []valueSource{src}}, true
}
