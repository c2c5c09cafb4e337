package pgsql

import (
	"slices"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// A tenant column that an INSERT leaves to its default gets that default written down: so the values are sealed for the
// tenant that is stored, also where the catalog is out of date. That is done for defaults that the proxy can know: a
// constant, and current_setting of the parameter that the policy names as a source.

// tenantDefault is the tenant that a column's default gives; nil if it can't be known.
func tenantDefault(expr string, typ uint32, source *TenantSource) *TenantRef {
	if expr == "" {
		return nil
	}
	stmts, refusal := parse("SELECT " + expr)
	if refusal != nil || len(stmts) != 1 {
		return nil
	}
	list := stmts[0].GetStmt().GetSelectStmt().GetTargetList()
	if len(list) != 1 {
		return nil
	}
	n := list[0].GetResTarget().GetVal()
	if o := operandOf(n); o.kind == operandString || o.kind == operandNumber {
		fits := func(c *ast.TypeCast) bool { return sameTenantType(typeOIDs[typeName(c.GetTypeName())], typ) }
		if o.value == "" || slices.ContainsFunc(o.casts, func(c *ast.TypeCast) bool { return !fits(c) }) {
			return nil
		}
		return &TenantRef{Kind: TenantFixed, Value: o.value, TypeOID: typ}
	}
	if settingOf(n, typ) != source.Setting || source.Setting == "" {
		return nil
	}
	return &TenantRef{Kind: TenantSetting, Value: source.Setting, TypeOID: typ}
}

// spelled writes the default into a statement.
func (t *TenantRef) spelled() string {
	quoted := "'" + strings.ReplaceAll(t.Value, "'", "''") + "'"
	if t.Kind == TenantFixed {
		return quoted
	}
	cast := map[uint32]string{20: "::pg_catalog.int8", 21: "::pg_catalog.int2", 23: "::pg_catalog.int4", oidUUID: "::pg_catalog.uuid"}[t.TypeOID]
	return "pg_catalog.current_setting(" + quoted + ")" + cast
}

const oidUUID = 2950 // pg_type.dat

// leavesTenant reports whether rows, the longest of n values, leave the tenant to a default that is known. Rows that don't
// fit a list of target columns do not: the server's error is to be about the client's text.
func (in *insertion) leavesTenant(s *ast.InsertStmt, rows []*ast.Node, n int) bool {
	written := in.columns[:min(n, len(in.columns))]
	unfit := func(row *ast.Node) bool { return len(row.GetList().GetItems()) != len(in.columns) }
	if len(s.GetCols()) > 0 && slices.ContainsFunc(rows, unfit) {
		return false
	}
	return in.rel.tenantDefault != nil && !slices.Contains(written, in.rel.tenant.Column) &&
		slices.ContainsFunc(written, func(c string) bool { return in.rel.protects(c) != nil })
}

// writeDefault writes the tenant's default down in each row that leaves it out or has DEFAULT in its place.
func (in *insertion) writeDefault(s *ast.InsertStmt, rows []*ast.Node) {
	switch i := slices.Index(in.columns, in.rel.tenant.Column); {
	case in.rel.tenantDefault == nil:
	case in.omits:
		list, ends := in.valuesEnds(s, len(rows))
		if len(s.GetCols()) > 0 {
			in.edit(list, list, ", "+quoteIdent(in.rel.tenant.Column))
		}
		for _, end := range ends {
			in.edit(end, end, ", "+in.rel.tenantDefault.spelled())
		}
	case i >= 0:
		for _, row := range rows {
			items := row.GetList().GetItems()
			if i >= len(items) || items[i].GetSetToDefault() == nil {
				continue
			}
			t := in.tokens[in.tokenAt(items[i].GetSetToDefault().GetLocation())]
			in.edit(int(t.start), int(t.end), in.rel.tenantDefault.spelled())
		}
	}
}

// valuesEnds returns the offsets of the parentheses that close the list of target columns and each of n rows.
func (in *insertion) valuesEnds(s *ast.InsertStmt, n int) (list int, ends []int) {
	depth, values := 0, false
	for i := in.tokenAt(s.GetRelation().GetLocation()); i < len(in.tokens) && len(ends) < n; i++ {
		switch in.word(i) {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 && values {
				ends = append(ends, int(in.tokens[i].start))
			} else if depth == 0 {
				list = int(in.tokens[i].start)
			}
		case "values":
			values = values || depth == 0 && in.keyword(i)
		}
	}
	if len(ends) < n {
		panic("not as many rows as the parser says")
	}
	return list, ends
}

// defaultTenant is the tenant of a row that leaves it to its default.
func (in *insertion) defaultTenant() (tenantValue, bool) {
	if in.rel.tenantDefault == nil {
		return tenantValue{}, false
	}
	ref := *in.rel.tenantDefault
	ref.Claims = in.rel.claims
	return tenantValue{TenantRef: ref}, true
}
