package pgsql

import (
	"slices"
	"strconv"

	"github.com/sqlc-dev/oliphant/ast"
)

const (
	hintValue = "Write a parameter or a literal; compute the value in the application."
	hintBoth  = "Write the tenant as a literal or a parameter in the same row."
)

// tenantOfValue gives the tenant under which a value is sealed that comes from a row of a list, or from no such row; it
// refuses if there is none.
type tenantOfValue func(c *Column, at int, from listRow) tenantValue

// storing is a value on its way into a protected column.
type storing struct {
	*analysis
	rel    *relation
	column *Column
	scope  *scope // where the value's names are resolved
	tenant tenantOfValue
	// copies refuses a protected column whose values may not be copied into the target as they are. If it is nil, none may.
	copies func(r reference, at int)
	home   *row // the row that is written, if it is there already
}

func (s *storing) name() string { return s.rel.qualified() + "." + s.column.Name }

// store plans one value that meets a protected column.
func (s *storing) store(n *ast.Node) {
	if d := n.GetSetToDefault(); d != nil {
		s.takesDefault(s.rel, s.column, int(d.GetLocation()))
		return
	}
	s.put(s.take(n))
}

// put seals a value that has been taken apart.
func (s *storing) put(v stored) {
	for i := range v.sources {
		src := &v.sources[i]
		if converts(src.typ, s.logical(), false) {
			continue
		}
		code := codeMismatch
		if isString(s.logical()) {
			code = codeUnsupported // the server would take it, in a form that depends on its settings
		}
		refuse(src.at, code, "Cast the value to "+s.column.Type+", or leave its cast out.",
			"protected column %s is of type %s but the value for it is of type %s", s.name(), s.column.Type, src.typ)
	}
	for i := range v.sources {
		s.seal(&v.sources[i])
	}
}

// logical is the name of the column's type, an alias resolved.
func (s *storing) logical() string {
	if s.column.Type == "bigint" {
		return "int8"
	}
	return s.column.Type
}

// seal plans one of the places that a stored value may come from.
func (s *storing) seal(src *valueSource) {
	at := max(src.at, -1)
	switch {
	case src.copied:
		return
	case src.kind == operandNull:
		if src.node == nil || !s.listed[src.node].told {
			s.spell(src, "NULL")
		}
		if src.node != nil {
			s.listed[src.node].told = true
		}
		return
	}
	ref := s.tenant(s.column, at, src.from)
	castOID, casts := s.steps(src)
	if !s.claimed(src, sealing{column: s.column, tenant: ref, castOID: castOID, casts: casts}) {
		return
	}
	if src.kind == operandParam {
		use := &ParamUse{Param: src.param, Column: s.column, Tenant: ref.TenantRef, CastOID: castOID, Casts: casts, Array: src.array, NullIf: src.nullIf}
		number := s.sealedParam(paramRole{sealed: use, tenant: ref, at: at})
		s.respell(src, "$"+strconv.Itoa(number), number != src.param)
		return
	}
	if ref.Kind == TenantParam {
		s.literalAsParam(src, ref)
		return
	}
	start, end := s.mustSpan(src)
	value := originAt(at)
	if src.folded != nil {
		value = 0
	} else {
		s.meet(at, literalCarried)
	}
	l := &Literal{Column: s.column, Value: src.value, Tenant: ref.TenantRef, CastOID: castOID, Casts: casts, Array: src.array}
	s.edits = append(s.edits, Edit{Start: start, End: end, Literal: l, Text: s.told(src, end)})
	s.origins = append(s.origins, sealedOrigin{literal: l, value: value, tenant: ref.origin})
}

// literalAsParam makes a constant a parameter that is added to the text: its tenant is known only when the client passes
// its own parameters. The plan is for this constant alone: it has no template.
func (s *storing) literalAsParam(src *valueSource, ref tenantValue) {
	castOID, casts := s.steps(src)
	number := s.addParam(paramRole{tenant: ref, at: src.at, sealed: &ParamUse{
		Value: src.value, Column: s.column, Tenant: ref.TenantRef, CastOID: castOID, Casts: casts, Array: src.array}})
	s.respell(src, "$"+strconv.Itoa(number), true)
}

// spell leaves of a source only its leaf, with its type where the server could not find it.
func (s *storing) spell(src *valueSource, leaf string) { s.respell(src, leaf, false) }

// respell is spell for a leaf that may be another than in the text.
func (s *storing) respell(src *valueSource, leaf string, other bool) {
	if len(src.casts) == 0 && !src.indirect && !other {
		return
	}
	start, end := s.mustSpan(src)
	s.edit(start, end, leaf+s.told(src, end))
}

// told is the cast that tells the server the type of a sealed value that ends at an offset.
func (s *storing) told(src *valueSource, end int) string {
	text := ""
	if src.indirect {
		text = "::pg_catalog.bytea"
		if s.column.Storage == StorageText {
			text = "::pg_catalog.text"
		}
		if src.array {
			text += "[]"
		}
	}
	if end < len(s.text) && isIdentPart(s.text[end]) {
		text += " "
	}
	return text
}

func (s *storing) mustSpan(src *valueSource) (start, end int) {
	if src.span[1] > 0 {
		return src.span[0], src.span[1]
	}
	start, end, ok := s.span(src.operand)
	if !ok {
		refuse(max(src.at, -1), codeUnsupported, "Leave the cast out.", "the value for protected column %s cannot be delimited", s.name())
	}
	return start, end
}

// steps are the type that the server finds for a source's leaf, and the casts that change its value on the way to a column
// of the logical type.
func (s *storing) steps(src *valueSource) (oid uint32, casts []Cast) {
	if src.array {
		return s.arraySteps(src), nil
	}
	chain, logical := src.chain, s.logical()
	if len(chain) > 0 {
		oid = chain[0].OID
	}
	for n := len(chain); n > 0 && chain[n-1].Modifier < 0 && sameText(chain[n-1].OID, logical); n = len(chain) {
		chain = chain[:n-1]
	}
	return oid, slices.Clip(chain)
}

// sameText reports whether a cast to a type changes nothing of a value that then becomes one of the logical type.
func sameText(oid uint32, logical string) bool {
	return oid == oidOf(logical) || isString(logical) && isTextType(oid)
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
	switch {
	case o.kind == operandParam:
		if len(o.casts) > 0 {
			typ = typeOIDs[typeName(o.casts[0].GetTypeName())]
		}
		return tenantValue{TenantRef: TenantRef{Kind: TenantParam, Param: o.param, TypeOID: typ}}, true
	case o.folded != nil, o.exponent:
		return ref, false
	case o.kind == operandString, o.kind == operandNumber:
		a.meet(o.at, literalCarried)
		return tenantValue{TenantRef: TenantRef{Kind: TenantFixed, Value: o.value, TypeOID: typ}, origin: originAt(o.at)}, true
	}
	return ref, false
}

// sameTenantType reports whether a value has the same text form in both types.
func sameTenantType(x, y uint32) bool {
	isInt := func(t uint32) bool { return t == 20 || t == 21 || t == 23 }
	return x == y || isTextType(x) && isTextType(y) || isInt(x) && isInt(y)
}

// position returns the byte offset of the first location in an expression, or -1.
func (a *analysis) position(n *ast.Node) int { return firstLocation(n) }

func firstLocation(n *ast.Node) int {
	best := -1
	visit(n.ProtoReflect(), func(loc int) {
		if loc >= 0 && (best < 0 || loc < best) {
			best = loc
		}
	})
	return best
}
