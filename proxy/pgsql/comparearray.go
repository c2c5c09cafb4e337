package pgsql

import (
	"github.com/sqlc-dev/oliphant/ast"
)

// compareArray plans l = ANY (array) and its like; false if l is no column that can be searched. Each element meets the
// column; NULLs stay.
func (a *analysis) compareArray(l, r *ast.Node, sc *scope) bool {
	c := a.searched(l, sc)
	if c == nil {
		return false
	}
	if arr := uncast(r).GetAArrayExpr(); arr != nil {
		a.compareElements(c, arr, r, sc)
		return true
	}
	o := operandOf(r)
	if o.kind != operandParam && o.kind != operandString && o.kind != operandNull || o.folded != nil {
		a.refuseOperand(c, r, sc)
	}
	a.mustBeComparable(c, o.at)
	a.used(c.prot, UseCompare, o.at)
	a.rewrite(c)
	a.checkArrayCasts(c, o)
	a.meet(o.at, literalCarried)
	v := *c
	a.later(func() { a.sealArray(&v, o) })
	return true
}

// uncast returns what is inside of casts.
func uncast(n *ast.Node) *ast.Node {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().GetArg()
	}
	return n
}

// checkArrayCasts refuses casts of an array to something else than an array of what the column may be compared with.
func (a *analysis) checkArrayCasts(c *column, o operand) {
	if len(o.casts) == 0 || len(o.casts) == 1 && arrayFits(c.prot, o.casts[0]) {
		return
	}
	refuse(o.at, codeUnsupported, "Leave the cast out, or cast to "+c.prot.Type+"[].",
		"protected column %s of type %s cannot be compared with an array that is cast to another type", c.qualified(), c.prot.Type)
}

// arrayElement returns the type of the elements of a one-dimensional array of a plain built-in type, as in typeOIDs;
// empty for any other.
func arrayElement(t *ast.TypeName) string {
	if len(t.GetArrayBounds()) != 1 || len(t.GetTypmods()) > 0 || t.GetSetof() || t.GetPctType() {
		return ""
	}
	name := builtinName(t.GetNames())
	if _, ok := typeOIDs[name]; !ok {
		return ""
	}
	return name
}

func arrayFits(c *Column, cast *ast.TypeCast) bool {
	elem := arrayElement(cast.GetTypeName())
	return elem != "" && Comparable(c.Type, typeOIDs[elem])
}

// sealArray puts an array of sealed values in the place of one that is compared with a column.
func (a *analysis) sealArray(c *column, o operand) {
	tenant := a.comparedTenant(c, o)
	start, end, ok := a.arraySpan(o)
	switch {
	case !ok:
		refuse(o.at, codeUnsupported, "Leave the cast out.", "the array that is compared with protected column %s cannot be delimited", c.qualified())
	case o.kind == operandParam:
		use := &ParamUse{Param: o.param, Column: c.prot, Tenant: tenant.TenantRef, Form: c.prot.ComparedForm(), Array: true, CastOID: arrayCastOID(c.prot, o)}
		a.sealParam(paramRole{sealed: use, tenant: tenant, at: o.at}, start, end)
	case o.kind == operandNull:
		if len(o.casts) > 0 {
			a.edit(start, end, "NULL")
		}
	default:
		l := &Literal{Column: c.prot, Value: o.value, Tenant: tenant.TenantRef, Form: c.prot.ComparedForm(), Array: true}
		a.sealLiteral(l, o, tenant, start, end)
	}
}

// arrayOIDs are the array types of typeOIDs, as far as a column of their elements' type can be searched.
var arrayOIDs = map[string]uint32{
	"bool": 1000, "bytea": 1001, "int2": 1005, "int4": 1007, "text": 1009, "varchar": 1015, "int8": 1016, "timestamp": 1115,
	"date": 1182, "timestamptz": 1185, "uuid": 2951,
}

// ArrayElement returns the type of the elements of a built-in array type; 0 if the type is to be inferred, and a number that
// no type has if it is none that a column which can be searched is compared with.
func ArrayElement(oid uint32) uint32 {
	if oid == 0 || oid == 705 {
		return 0
	}
	for name, array := range arrayOIDs {
		if array == oid {
			return typeOIDs[name]
		}
	}
	return ^uint32(0)
}

func arrayCastOID(c *Column, o operand) uint32 {
	if len(o.casts) == 0 {
		if c.Type == "varchar" {
			return arrayOIDs["text"]
		}
		return 0
	}
	return arrayOIDs[arrayElement(o.casts[0].GetTypeName())]
}

// arraySpan is span for an operand with at most one cast, to an array.
func (a *analysis) arraySpan(o operand) (start, end int, ok bool) {
	leaf := o
	leaf.casts = nil
	if start, end, ok = a.span(leaf); !ok || len(o.casts) == 0 {
		return start, end, ok
	}
	lo := a.tokenAt(int32(start))
	hi := lo
	for hi < len(a.tokens) && int(a.tokens[hi].end) <= end {
		hi++
	}
	at := a.tokenAt(o.casts[0].GetLocation())
	for a.word(lo-1) == "(" && a.word(hi) == ")" && lo-2 != at && hi != at {
		lo, hi = lo-1, hi+1
	}
	switch {
	case a.tokens[at].kind == tokCast && hi == at: // x::text[]
		hi = a.arrayTypeEnd(at + 1)
	case lo-2 == at && a.word(lo-1) == "(" && a.word(hi) == "as": // CAST(x AS text[])
		lo = at
		if hi = a.arrayTypeEnd(hi + 1); a.word(hi) != ")" {
			return 0, 0, false
		}
		hi++
	default:
		return 0, 0, false
	}
	if hi <= 0 || hi > len(a.tokens) {
		return 0, 0, false
	}
	return int(a.tokens[lo].start), int(a.tokens[hi-1].end), true
}

// arrayTypeEnd returns the index behind the name of an array type, of the form name[], that begins at token i; 0 if it is
// of another form.
func (a *analysis) arrayTypeEnd(i int) int {
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
	if a.word(i) != "[" || a.word(i+1) != "]" || a.word(i+2) == "[" {
		return 0
	}
	return i + 2
}

// compareElements plans l = ANY (ARRAY[…]). The server takes elements without a type for text before it knows what they
// are compared with, so the array is given a cast to the type that the column is stored as.
func (a *analysis) compareElements(c *column, arr *ast.A_ArrayExpr, r *ast.Node, sc *scope) {
	for _, e := range arr.GetElements() {
		a.compareValue(c, e, sc)
	}
	at := int(arr.GetLocation())
	a.rewrite(c)
	last := a.bracketEnd(a.tokenAt(int32(at)) + 1)
	from, to := int(a.tokens[last].end), int(a.tokens[last].end)
	if cast := r.GetTypeCast(); cast != nil {
		fits := cast.GetArg().GetTypeCast() == nil && arrayFits(c.prot, cast)
		end := 0
		if a.kind(last+1) == tokCast && a.tokens[last+1].start == cast.GetLocation() {
			end = a.arrayTypeEnd(last + 2)
		}
		if !fits || end == 0 {
			refuse(at, codeUnsupported, "Leave the cast out, or write ARRAY[…]::"+c.prot.Type+"[].",
				"protected column %s of type %s cannot be compared with an array that is cast so", c.qualified(), c.prot.Type)
		}
		to = int(a.tokens[end-1].end)
	}
	a.edit(from, to, "::pg_catalog."+c.prot.Storage.typeName()+"[]")
}

// typeName is the type of the envelopes of a column.
func (s Storage) typeName() string {
	if s == StorageText {
		return "text"
	}
	return "bytea"
}

// bracketEnd returns the index of the bracket that closes the one at token i.
func (a *analysis) bracketEnd(i int) int {
	if a.word(i) != "[" {
		panic("no bracket follows ARRAY")
	}
	for depth := 0; i < len(a.tokens); i++ {
		switch a.word(i) {
		case "[":
			depth++
		case "]":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	panic("a bracket is not closed")
}
