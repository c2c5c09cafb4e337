package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// tenantSetting makes a tenant of current_setting('…') where the policy names that parameter as a source, too: what the
// server will compute is then what the session is asked for.
func (a *analysis) tenantSetting(r *relation, n *ast.Node, typ uint32) (ref tenantValue, ok bool) {
	for n.GetTypeCast() != nil {
		t := typeOIDs[typeName(n.GetTypeCast().GetTypeName())]
		if t == 0 || t != typ && !isTextType(t) {
			return ref, false
		}
		n = n.GetTypeCast().GetArg()
	}
	f := n.GetFuncCall()
	if r.tenant.Setting == "" || f == nil || builtinName(f.GetFuncname()) != "current_setting" || len(f.GetArgs()) == 0 {
		return ref, false
	}
	o := operandOf(f.GetArgs()[0])
	if o.kind != operandString || len(o.casts) > 0 || o.value != r.tenant.Setting {
		return ref, false
	}
	a.meet(o.at, literalCompared)
	return tenantValue{TenantRef: TenantRef{Kind: TenantSetting, Value: r.tenant.Setting, TypeOID: typ, Claims: r.claims}}, true
}
