package pgsql

import (
	"strconv"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

const (
	hintValue = "Write a parameter or a literal; compute the value in the application."
	hintBoth  = "Write the tenant as a literal or a parameter in the same row."
)

// tenantOfValue gives the tenant under which a value of the row is sealed; it refuses if there is none.
type tenantOfValue func(c *Column, at int) tenantValue

// store plans one value that meets a protected column. sc is where the value's names would be resolved; only for the
// message, since a value with names in it is refused.
func (a *analysis) store(r *relation, c *Column, n *ast.Node, tenant tenantOfValue) {
	o := operandOf(n)
	at := max(o.at, -1)
	switch o.kind {
	case operandOther:
		refuse(a.position(n), codeUnsupported, hintValue, "the value for protected column %s.%s is an expression, which the server would have to evaluate", r.qualified(), c.Name)
	case operandDefault:
		return
	case operandNull:
		a.dropCasts(o, "NULL")
		return
	}
	a.checkCasts(r, c, o)
	ref := tenant(c, at)
	if o.kind == operandParam {
		use := &ParamUse{Param: o.param, Column: c, Tenant: ref.TenantRef, CastOID: castOID(o)}
		a.paramIs(o.param, paramRole{sealed: use, tenant: ref, at: at})
		a.dropCasts(o, "$"+strconv.Itoa(o.param))
		return
	}
	a.checkLiteral(r, c, o)
	if ref.Kind == TenantParam {
		refuse(at, codeUnsupported, "Pass the value as a parameter too.",
			"the literal for protected column %s.%s cannot be sealed: its tenant is a parameter, known only later", r.qualified(), c.Name)
	}
	start, end := a.mustSpan(o, r, c)
	a.meet(at, literalCarried)
	l := &Literal{Column: c, Value: o.value, Tenant: ref.TenantRef, CastOID: castOID(o)}
	a.edits = append(a.edits, Edit{Start: start, End: end, Literal: l})
	a.origins = append(a.origins, sealedOrigin{literal: l, value: originAt(at), tenant: ref.origin})
}

// checkCasts refuses casts that change the value, or that may.
func (a *analysis) checkCasts(r *relation, c *Column, o operand) {
	for _, cast := range o.casts {
		if t := typeName(cast.GetTypeName()); t == "" || !castFits(c.Type, t) {
			refuse(o.at, codeUnsupported, "Leave the cast out, or cast to "+c.Type+".",
				"the value for protected column %s.%s has a cast that does not fit its type %s", r.qualified(), c.Name, c.Type)
		}
	}
}

// checkLiteral refuses constants that the server would refuse for the logical type, or would print differently.
func (a *analysis) checkLiteral(r *relation, c *Column, o operand) {
	fits := true
	switch o.kind {
	case operandNumber:
		switch c.Type {
		case "int2", "int4", "int8":
			fits = !strings.Contains(o.value, ".")
		case "numeric", "float4", "float8", "text", "varchar":
		default:
			fits = false
		}
	case operandBool:
		fits = c.Type == "bool" || c.Type == "text" || c.Type == "varchar"
	}
	if !fits {
		refuse(o.at, codeMismatch, "Write the value as a string literal or a parameter.",
			"protected column %s.%s is of type %s and the constant is of another", r.qualified(), c.Name, c.Type)
	}
}

// castOID is the type that the client's own innermost cast gives a parameter; 0 without a cast.
func castOID(o operand) uint32 {
	if len(o.casts) == 0 {
		return 0
	}
	return typeOIDs[typeName(o.casts[0].GetTypeName())]
}

// dropCasts leaves of an operand only its leaf.
func (a *analysis) dropCasts(o operand, leaf string) {
	if len(o.casts) == 0 {
		return
	}
	start, end, ok := a.span(o)
	if !ok {
		refuse(o.at, codeUnsupported, "Leave the cast out.", "a cast of a value for a protected column cannot be delimited")
	}
	a.edit(start, end, leaf)
}

func (a *analysis) mustSpan(o operand, r *relation, c *Column) (start, end int) {
	start, end, ok := a.span(o)
	if !ok {
		refuse(o.at, codeUnsupported, "Leave the cast out.", "the value for protected column %s.%s cannot be delimited", r.qualified(), c.Name)
	}
	return start, end
}

// tenantFrom makes a tenant of the value that a statement gives the tenant column.
func (a *analysis) tenantFrom(r *relation, n *ast.Node) (ref tenantValue, ok bool) {
	i := r.column(r.tenant.Column)
	if i < 0 {
		return ref, false
	}
	typ := r.Columns[i].TypeOID
	if operandOf(n).kind == operandOther {
		return a.tenantSetting(r, n, typ)
	}
	ref, ok = a.tenantConstant(typ, n)
	ref.Claims = r.claims
	return ref, ok
}

// tenantConstant makes a tenant of a value that meets a column of the type.
func (a *analysis) tenantConstant(typ uint32, n *ast.Node) (ref tenantValue, ok bool) {
	o := operandOf(n)
	for _, cast := range o.casts {
		t := typeOIDs[typeName(cast.GetTypeName())]
		if t == 0 || !sameTenantType(t, typ) {
			return ref, false
		}
	}
	switch o.kind {
	case operandParam:
		if t := castOID(o); t != 0 {
			typ = t
		}
		return tenantValue{TenantRef: TenantRef{Kind: TenantParam, Param: o.param, TypeOID: typ}}, true
	case operandString, operandNumber:
		a.meet(o.at, literalCarried)
		return tenantValue{TenantRef{Kind: TenantFixed, Value: o.value, TypeOID: typ}, originAt(o.at)}, true
	}
	return ref, false
}

// sameTenantType reports whether a value has the same text form in both types.
func sameTenantType(x, y uint32) bool {
	isInt := func(t uint32) bool { return t == 20 || t == 21 || t == 23 }
	return x == y || isTextType(x) && isTextType(y) || isInt(x) && isInt(y)
}

// position returns the byte offset of the first location in an expression, or -1.
func (a *analysis) position(n *ast.Node) int {
	best := -1
	visit(n.ProtoReflect(), func(loc int) {
		if loc >= 0 && (best < 0 || loc < best) {
			best = loc
		}
	})
	return best
}
