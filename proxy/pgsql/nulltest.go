package pgsql

import (
	"strconv"

	"github.com/sqlc-dev/oliphant/ast"
)

// nullTest visits x IS NULL. A parameter may be tested although it is sealed elsewhere, as in ($1::text IS NULL OR
// email = $1): NULL is not sealed. Which it is, is known when the whole statement is.
func (a *analysis) nullTest(n *ast.Node, sc *scope) {
	o := operandOf(n)
	if !a.relations.searchable || o.kind != operandParam || o.folded != nil || len(o.casts) > 1 {
		a.nullSafe(n, sc)
		return
	}
	a.nullTests = append(a.nullTests, o)
}

// proveNullTests gives the parameters that are tested for NULL the type of what they hold.
func (a *analysis) proveNullTests() {
	tests := a.nullTests
	a.nullTests = nil
	for _, o := range tests {
		role, seen := a.params[o.param]
		if !seen || role.sealed == nil || role.sealed.NullIf != nil {
			a.paramIs(o.param, paramRole{at: o.at})
			continue
		}
		if len(o.casts) > 0 {
			a.retype(o, role.sealed)
		}
	}
}

// retype casts a sealed parameter to what it is sealed to, in the place of a cast to what it was.
func (a *analysis) retype(o operand, use *ParamUse) {
	name := typeName(o.casts[0].GetTypeName())
	if use.Array {
		name = arrayElement(o.casts[0].GetTypeName())
	}
	if name == "" || !Comparable(use.Column.Type, typeOIDs[name]) {
		refuse(o.at, codeUnsupported, "Cast it to "+use.Column.Type+".", "parameter $%d holds a value for protected column %s and is cast to another type", o.param, use.Column.Name)
	}
	text, brackets := "$"+strconv.Itoa(o.param)+"::pg_catalog."+use.Column.Storage.typeName(), ""
	start, end, ok := a.span(o)
	if use.Array {
		brackets = "[]"
		start, end, ok = a.arraySpan(o)
	}
	if !ok {
		refuse(o.at, codeUnsupported, "Leave the cast out.", "the cast of parameter $%d, which is sealed, cannot be delimited", o.param)
	}
	a.edit(start, end, text+brackets+a.gap(end))
}
