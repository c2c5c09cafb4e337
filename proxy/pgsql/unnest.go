package pgsql

import (
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// Bulk inserts of many drivers pass a column as one array: SELECT … FROM unnest($1::int[], $2::text[]). An array whose
// elements meet a protected column is sealed element by element.

// unnested is the item of a call of unnest in FROM whose arguments are arrays of built-in types that the text has; nil for
// any other function, whose columns are not known.
func (a *analysis) unnested(f *ast.RangeFunction, sc *scope) *item {
	if len(f.GetFunctions()) != 1 || f.GetIsRowsfrom() || len(f.GetColdeflist()) > 0 {
		return nil
	}
	call := f.GetFunctions()[0].GetList().GetItems()
	if len(call) == 0 || !isUnnest(call[0].GetFuncCall()) {
		return nil
	}
	home := &row{}
	it := &item{alias: f.GetAlias().GetAliasname(), relSeen: true, colSeen: true}
	for _, n := range call[0].GetFuncCall().GetArgs() {
		c := column{name: "unnest", row: home}
		if c.list = a.newList([]*ast.Node{n}, sc); c.list != nil {
			c.list.array = true
		}
		it.cols = append(it.cols, c)
	}
	if it.alias == "" {
		it.alias = "unnest"
	} else if len(it.cols) == 1 {
		it.cols[0].name = it.alias
	}
	if f.GetOrdinality() {
		it.cols = append(it.cols, column{name: "ordinality"})
	}
	it.relabel(names(f.GetAlias().GetColnames()))
	return it
}

// isUnnest reports whether a call is one of unnest with nothing but arrays of built-in types that the text has.
func isUnnest(f *ast.FuncCall) bool {
	if builtinName(f.GetFuncname()) != "unnest" || f.GetOver() != nil || f.GetAggFilter() != nil || f.GetAggDistinct() || f.GetFuncVariadic() || len(f.GetAggOrder()) > 0 {
		return false
	}
	for _, n := range f.GetArgs() {
		if arrayOf(operandOf(n)) == "" {
			return false
		}
	}
	return len(f.GetArgs()) > 0
}

// arrayOf is the type of the elements of an operand that is cast once, to a one-dimensional array of a built-in type; else
// empty.
func arrayOf(o operand) string {
	if len(o.casts) != 1 || o.kind != operandParam && o.kind != operandString && o.kind != operandNull {
		return ""
	}
	typ, step, ok := castType(o.casts[0].GetTypeName())
	elem, array := strings.CutSuffix(typ, "[]")
	if !ok || !array || step.Modifier >= 0 {
		return ""
	}
	return elem
}

// elements is an array whose elements are stored, one in each row.
func (s *storing) elements(o operand) stored {
	if strings.HasSuffix(s.column.Type, "[]") {
		refuse(o.at, codeUnsupported, "Write one array for each row.", "protected column %s is of type %s and cannot be set from the elements of an array", s.name(), s.column.Type)
	}
	elem := arrayOf(o)
	step := Cast{OID: oidOf(elem + "[]"), Modifier: -1}
	return stored{elem, []valueSource{{operand: o, typ: elem, chain: []Cast{step}, indirect: true, array: true}}}
}

// arraySteps are steps for an array: its elements may be cast by an assignment, and by casts that change nothing.
func (s *storing) arraySteps(src *valueSource) uint32 {
	for _, step := range src.chain[1:] {
		if step.Modifier >= 0 || !sameText(step.OID, s.logical()) {
			refuse(src.at, codeUnsupported, "Cast the array instead, to "+s.column.Type+"[].",
				"the elements of an array are cast on their way into protected column %s", s.name())
		}
	}
	return src.chain[0].OID
}
