package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// tenantSetting makes a tenant of current_setting('…') where the policy names that parameter as a source, too: what the
// server will compute is then what the session is asked for.
func (a *analysis) tenantSetting(r *relation, n *ast.Node, typ uint32) (ref tenantValue, ok bool) {
	name := settingOf(n, typ)
	if name == "" || name != r.tenant.Setting {
		return ref, false
	}
	a.meet(settingAt(n), literalCompared)
	return tenantValue{TenantRef: TenantRef{Kind: TenantSetting, Value: name, TypeOID: typ, Claims: r.claims}}, true
}

// settingOf returns the parameter's name if an expression is current_setting with a literal, cast to what a tenant column
// of the type takes; else empty.
func settingOf(n *ast.Node, typ uint32) string {
	for n.GetTypeCast() != nil {
		t := typeOIDs[typeName(n.GetTypeCast().GetTypeName())]
		if t == 0 || t != typ && !isTextType(t) {
			return ""
		}
		n = n.GetTypeCast().GetArg()
	}
	f := n.GetFuncCall()
	if f == nil || builtinName(f.GetFuncname()) != "current_setting" || len(f.GetArgs()) == 0 {
		return ""
	}
	o := operandOf(f.GetArgs()[0])
	for _, c := range o.casts {
		if !isTextType(typeOIDs[typeName(c.GetTypeName())]) {
			return ""
		}
	}
	if o.kind != operandString {
		return ""
	}
	return o.value
}

// settingAt returns the offset of the literal that settingOf has found.
func settingAt(n *ast.Node) int {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().GetArg()
	}
	return operandOf(n.GetFuncCall().GetArgs()[0]).at
}
