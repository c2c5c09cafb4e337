package pgsql

import (
	"slices"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// Mappers update a row by its key alone, and often write all its columns, the tenant's among them. Neither says whose row
// it is. Where the session is bound to a tenant the answer is known: rows of that tenant are meant, and a condition that is
// added to WHERE keeps the statement from others, as row security would. Where all protected columns are written
// together with the tenant's the old tenant doesn't matter.

// assumeTenant finds a tenant for the values of an UPDATE whose conditions hold none. It leaves h as it is if there is none.
func (a *analysis) assumeTenant(s *ast.UpdateStmt, r *relation, target *item, level *scope, h *held) {
	list := s.GetTargetList()
	values := assigned(list)
	if h.found || r.tenant.Column == "" || r.column(r.tenant.Column) < 0 || !slices.ContainsFunc(r.writtenIn(values), mayBeSealed) {
		return
	}
	moved, moves := values[r.tenant.Column]
	var ref tenantValue
	if moves {
		var ok bool
		if ref, ok = a.tenantFrom(r, moved); !ok {
			return
		}
		if r.replacedBy(values) && !a.relations.protectsMoreBelow(r) {
			h.value, h.found = ref, true
			return
		}
	}
	own := level.tenantReference(target.home())
	if !r.tenant.bound() || s.GetWhereClause().GetCurrentOfExpr() != nil || own == "" {
		return
	}
	if !moves {
		ref = r.sessionTenant()
	}
	h.value, h.found = ref, true
	a.facts.edges = append(a.facts.edges, tenantEdge{from: target.home(), value: ref})
	a.addCondition(list, s.GetWhereClause(), own+" = "+a.spellTenant(r, moved))
}

// assumeOneTenant keeps DO UPDATE from a row in the way that is another tenant's, if the session is bound to one. It reports
// whether the row in the way and the one that was to be inserted now have one tenant.
func (in *insertion) assumeOneTenant(c *ast.OnConflictClause, level *scope, target, excluded *item) bool {
	t, x := homeOf(target), homeOf(excluded)
	if !in.rel.tenant.bound() || t == nil || x == nil {
		return false
	}
	own := level.tenantReference(t)
	if own == "" || own == level.tenantReference(x) {
		return false
	}
	in.addCondition(c.GetTargetList(), c.GetWhereClause(), own+" = excluded."+quoteIdent(in.rel.tenant.Column))
	return true
}

// saysOneTenant reports whether a condition demands that the row in the way has the tenant of the one that was to be inserted.
func (in *insertion) saysOneTenant(where *ast.Node, level *scope, target, excluded *item) bool {
	tenantOf := func(n *ast.Node) *item {
		ref := n.GetColumnRef()
		if ref == nil || isStar(ref) {
			return nil
		}
		if r := in.refer(ref, level); r.col != nil && r.col.name == in.rel.tenant.Column {
			return r.item
		}
		return nil
	}
	return slices.ContainsFunc(equalities(where), func(e equality) bool {
		l, r := tenantOf(e[0]), tenantOf(e[1])
		return l == target && r == excluded || l == excluded && r == target
	})
}

// assigned returns the values of a SET list by their columns, but for those of a subquery.
func assigned(list []*ast.Node) map[string]*ast.Node {
	values := make(map[string]*ast.Node, len(list))
	for _, n := range list {
		t := n.GetResTarget()
		val := t.GetVal()
		if m := val.GetMultiAssignRef(); m != nil {
			args := m.GetSource().GetRowExpr().GetArgs()
			if int(m.GetColno()) > len(args) {
				continue
			}
			val = args[m.GetColno()-1]
		}
		values[t.GetName()] = val
	}
	return values
}

// writtenIn returns the values that protected columns are given.
func (r *relation) writtenIn(values map[string]*ast.Node) (written []*ast.Node) {
	for name, n := range values {
		if r.protects(name) != nil {
			written = append(written, n)
		}
	}
	return written
}

// replacedBy reports whether every protected column is given a value of its own, so that nothing sealed stays in the row.
func (r *relation) replacedBy(values map[string]*ast.Node) bool {
	if len(r.pending) > 0 {
		return false
	}
	for i, c := range r.protected {
		n := values[r.Columns[i].Name]
		if c != nil && (n == nil || !sealable(n) && operandOf(n).kind != operandNull) {
			return false
		}
	}
	return true
}

// protectsMoreBelow reports whether a child or partition of r, at any depth, has protected columns that r has not.
func (rs *relations) protectsMoreBelow(r *relation) bool {
	seen := map[uint32]bool{r.OID: true}
	for more := true; more; {
		more = false
		for _, child := range rs.byOID {
			if seen[child.OID] || !slices.ContainsFunc(child.Parents, func(oid uint32) bool { return seen[oid] }) {
				continue
			}
			seen[child.OID], more = true, true
			for i, c := range child.protected {
				if c != nil && r.protects(child.Columns[i].Name) == nil {
					return true
				}
			}
			if len(child.pending) > 0 {
				return true
			}
		}
	}
	return false
}

// mayBeSealed reports whether a value for a protected column may be one that is sealed: it is neither NULL nor a column.
func mayBeSealed(n *ast.Node) bool {
	kind := operandOf(n).kind
	return kind != operandNull && kind != operandDefault && n.GetColumnRef() == nil
}

// sealable reports whether a value is a constant or a parameter.
func sealable(n *ast.Node) bool {
	switch operandOf(n).kind {
	case operandParam, operandString, operandNumber, operandBool:
		return true
	}
	return false
}

// sessionTenant is the tenant to which the session is bound.
func (r *relation) sessionTenant() tenantValue {
	ref := TenantRef{Kind: TenantSession, Value: r.tenant.Session, Claims: r.claims}
	if r.tenant.Session == "" {
		ref = TenantRef{Kind: TenantSetting, Value: r.tenant.Setting, TypeOID: r.Columns[r.column(r.tenant.Column)].TypeOID, Claims: r.claims}
	}
	return tenantValue{TenantRef: ref}
}

// spellTenant writes the tenant that rows must have: the value of SET if there is one, else what the session is bound to.
func (a *analysis) spellTenant(r *relation, moved *ast.Node) string {
	text := ""
	switch {
	case moved != nil:
		start, end := a.valueSpan(moved)
		text = "(" + a.text[start:end] + ")"
	case r.tenant.Session == "database":
		text = "pg_catalog.current_database()"
	case r.tenant.Session != "":
		text = "SESSION_USER"
	default:
		text = "pg_catalog.current_setting('" + strings.ReplaceAll(r.tenant.Setting, "'", "''") + "', true)"
	}
	return text + "::" + tenantTypeNames[r.Columns[r.column(r.tenant.Column)].TypeOID]
}

// tenantTypeNames spells the types of tenantTypes.
var tenantTypeNames = map[uint32]string{oidText: "pg_catalog.text", oidVarchar: "pg_catalog.varchar", 20: "pg_catalog.int8",
	21: "pg_catalog.int2", 23: "pg_catalog.int4", 2950: "pg_catalog.uuid"}

// valueSpan finds the bytes of a value whose spelling gets into the plan.
func (a *analysis) valueSpan(n *ast.Node) (start, end int) {
	o := operandOf(n)
	at := a.position(n)
	if o.kind == operandOther {
		refuse(at, codeUnsupported, "Write the tenant as a literal or a parameter.", "the tenant that the row is set to cannot be delimited")
	}
	a.meet(o.at, literalCompared)
	start, end, ok := a.span(o)
	if !ok {
		refuse(at, codeUnsupported, "Leave the cast out.", "the tenant that the row is set to cannot be delimited")
	}
	return start, end
}

// addCondition adds a condition to the WHERE clause behind a SET list, or makes it one.
func (a *analysis) addCondition(list []*ast.Node, where *ast.Node, condition string) {
	first := a.tokenAt(list[0].GetResTarget().GetLocation())
	if a.word(first-1) == "(" { // SET (a, b) = …
		first--
	}
	end := int(a.tokens[a.clauseEnd(first)-1].end)
	if where == nil {
		a.edit(end, end, " WHERE "+condition)
		return
	}
	i := a.tokenAt(int32(a.position(where)))
	for a.word(i) != "where" || !a.keyword(i) {
		i--
	}
	at := int(a.tokens[i].end)
	a.edit(at, at, " (")
	a.edit(end, end, ") AND "+condition)
}

// clauseEnd returns the index behind the statement's last token before RETURNING, from a token outside of parentheses on.
func (a *analysis) clauseEnd(i int) int {
	depth := 0
	for ; i < len(a.tokens); i++ {
		if a.tokens[i].kind == tokPunct {
			switch a.text[a.tokens[i].start] {
			case '(', '[':
				depth++
			case ')', ']':
				depth--
			case ';':
				return i
			}
		}
		if depth < 0 || depth == 0 && a.word(i) == "returning" && a.keyword(i) {
			break
		}
	}
	return i
}
