package pgsql

import (
	"cmp"
	"maps"
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// oidUnknown is the type of a parameter that is declared to be inferred.
const oidUnknown = 705

// prepare plans PREPARE. The statement's parameters are its own: they get their values from EXECUTE, or from the Bind of
// the protocol, which shares the names.
func (a *analysis) prepare(s *ast.PrepareStmt) Statement {
	outer := a.params
	a.params = map[int]paramRole{}
	edits, added := len(a.edits), len(a.added)
	st := a.dispatch(s.GetQuery())
	st.Separable, st.Unsettles = true, !a.settles(s.GetQuery())
	a.refuseSettingSealed(edits)
	if len(a.added) > added {
		refuse(a.added[added].at, codeUnsupported, "Pass each value as a parameter of its own.",
			"a value for protected column %s cannot be prepared: it would need a parameter that EXECUTE does not have", a.added[added].sealed.Column.Name)
	}
	types := a.parameterTypes(s.GetArgtypes())
	plan := &Plan{Statements: []Statement{st}, Params: a.sealedParams()}
	a.params = outer
	plan.Uses = a.usesSoFar(plan)
	if a.calls {
		plan.Effect = Changes
	}
	made := &Prepared{Name: s.GetName(), Types: types}
	if plan.Protected() || len(plan.Uses) > 0 {
		made.Plan = plan
	}
	if a.prepared == nil {
		a.prepared = map[string]*Prepared{}
	}
	a.prepared[made.Name] = made
	return Statement{Naming: &Naming{Prepares: made}}
}

// refuseSettingSealed refuses literals, beginning with an edit's number, that are sealed now for a tenant that the session's
// parameters name now: the statement runs later, when they may name another.
func (a *analysis) refuseSettingSealed(first int) {
	for _, e := range a.edits[first:] {
		if l := e.Literal; l != nil && (l.Tenant.Kind == TenantSetting || l.Tenant.Claims != nil && l.Tenant.Claims.Setting != "") {
			refuse(e.Start, codeUnsupported, "Pass the value as a parameter.",
				"the literal for protected column %s.%s cannot be prepared: the session's tenant may be another when the statement is executed",
				a.ownerOf(l.Column).qualified(), l.Column.Name)
		}
	}
}

// usesSoFar returns what the text has been found to use, the plan's parameters among it, without places: for what runs
// later, apart from the text. It may be more than the statement at hand uses.
func (a *analysis) usesSoFar(p *Plan) []Use {
	uses := slices.Clone(a.allUses(p))
	for i := range uses {
		uses[i].token = -1
	}
	return uses
}

// sealedParams lists the parameters that were found to be sealed, in the order of their numbers.
func (a *analysis) sealedParams() []ParamUse {
	var params []ParamUse
	for _, role := range a.params {
		if role.sealed != nil {
			params = append(params, *role.sealed)
		}
	}
	for _, role := range a.added {
		params = append(params, *role.sealed)
	}
	slices.SortFunc(params, func(x, y ParamUse) int {
		return cmp.Or(cmp.Compare(x.Param, y.Param), -cmp.Compare(x.Added, y.Added))
	})
	return params
}

// parameterTypes returns the types that PREPARE declares. Those of sealed parameters become unknown in the text: the server
// takes them as what the column is stored as.
func (a *analysis) parameterTypes(list []*ast.Node) []uint32 {
	types := make([]uint32, len(list))
	for i, n := range list {
		t := n.GetTypeName()
		role := a.params[i+1]
		array := role.sealed != nil && role.sealed.Array
		name := unmodifiedType(t, array)
		if !array { // that of an array is left to be inferred
			types[i] = typeOIDs[name]
		}
		if role.sealed == nil || builtinName(t.GetNames()) == "unknown" {
			continue
		}
		c, at := role.sealed.Column, int(t.GetLocation())
		if name == "" || !castFits(c.Type, name) {
			refuse(at, codeMismatch, "Declare it as "+c.Type+", or declare no types.",
				"parameter $%d meets protected column %s and is declared to be of a type that does not fit its type %s", i+1, a.ownerOf(c).qualified()+"."+c.Name, c.Type)
		}
		a.edit(at, a.typeListEnd(t.GetLocation()), "unknown")
	}
	return types
}

// unmodifiedType is typeName, of the elements of an array type if array is set, without regard to a modifier, which is of
// no account for a parameter.
func unmodifiedType(t *ast.TypeName, array bool) string {
	name := builtinName(t.GetNames())
	bounds := 0
	if array {
		bounds = 1
	}
	if typeOIDs[name] == 0 || len(t.GetArrayBounds()) != bounds || t.GetSetof() || t.GetPctType() {
		return ""
	}
	return name
}

// typeListEnd returns the offset behind a type in a list between parentheses.
func (a *analysis) typeListEnd(location int32) int {
	depth := 0
	i := a.tokenAt(location)
	for ; i < len(a.tokens); i++ {
		switch w := a.word(i); {
		case w == "(" || w == "[":
			depth++
		case depth == 0 && (w == "," || w == ")"):
			return int(a.tokens[i-1].end)
		case w == ")" || w == "]":
			depth--
		}
	}
	panic("a list of types does not end")
}

// preparedNames lists the names that PREPARE gives in statements.
func preparedNames(stmts []*ast.RawStmt) []string {
	var names []string
	for _, s := range stmts {
		if p := s.GetStmt().GetPrepareStmt(); p != nil {
			names = append(names, p.GetName())
		}
	}
	return names
}

// separable reports whether a statement is Statement.Separable by its kind.
func separable(n *ast.Node) bool {
	switch n.GetNode().(type) {
	case *ast.Node_SelectStmt, *ast.Node_InsertStmt, *ast.Node_UpdateStmt, *ast.Node_DeleteStmt, *ast.Node_MergeStmt:
		return true
	}
	return false
}

// statementNamed finds a prepared statement: one of this text, or one that the session had before.
func (a *analysis) statementNamed(name string) *Prepared {
	if made, ok := a.prepared[name]; ok {
		return made
	}
	if a.deallocated || a.session.Prepared == nil {
		return nil
	}
	return a.session.Prepared(name)
}

// deallocate notes that a name, or all of them, means nothing to the rest of the text.
func (a *analysis) deallocate(name string, all bool) {
	if all {
		a.prepared, a.deallocated = nil, true
		return
	}
	if a.prepared == nil {
		a.prepared = map[string]*Prepared{}
	}
	a.prepared[name] = nil
}

// execute plans EXECUTE: its values are sealed as the statement's parameters are, and the rows are the statement's.
func (a *analysis) execute(n *ast.Node, s *ast.ExecuteStmt) Statement {
	a.executed = s.GetName()
	st := Statement{Writes: true, Schema: changesCatalog(n)}
	p := a.statementNamed(s.GetName())
	if p != nil && p.Refused {
		refuse(-1, codeNoStatement, "Prepare it first; its PREPARE was refused or has failed.", "prepared statement \"%s\" does not exist", p.Name)
	}
	if p != nil && p.Bound {
		refuse(-1, codeUnsupported, "Bind and execute it through the protocol.",
			"EXECUTE cannot run a statement prepared through the protocol that depends on the session's search path or tenant, or seals a value twice")
	}
	if p == nil || p.Plan == nil {
		a.inClause("a value of EXECUTE", func() { a.walkAll(s.GetParams(), &scope{}) })
		return st
	}
	at := a.position(n)
	for _, u := range p.Plan.Uses {
		a.used(u.Column, u.Kind, at)
	}
	for i, arg := range s.GetParams() {
		k := slices.IndexFunc(p.Plan.Params, func(u ParamUse) bool { return u.Param == i+1 })
		if k < 0 {
			a.inClause("a value of EXECUTE", func() { a.walk(arg, &scope{}) })
			continue
		}
		a.argument(p, &p.Plan.Params[k], s.GetParams())
	}
	ran := p.Plan.Statements[0]
	st.Columns, st.Writes, st.Schema, st.Separable = ran.Columns, ran.Writes, ran.Schema, ran.Separable
	return st
}

// argument plans the value of EXECUTE for a parameter that is sealed.
func (a *analysis) argument(p *Prepared, use *ParamUse, args []*ast.Node) {
	arg, r := args[use.Param-1], a.ownerOf(use.Column)
	at := max(operandOf(arg).at, -1)
	expected := cmp.Or(p.declared(use.Param), use.CastOID)
	if own := castOID(operandOf(arg)); own != 0 && expected != 0 && !sameTenantType(own, expected) {
		refuse(at, codeUnsupported, "Leave the cast out.",
			"the value for protected column %s.%s has a cast to another type than that of the prepared statement's parameter", r.qualified(), use.Column.Name)
	}
	edits := len(a.edits)
	if (len(use.Casts) > 0 || use.NullIf != nil) && operandOf(arg).kind == operandParam || use.NullIf != nil {
		refuse(at, codeUnsupported, "Bind and execute the statement through the protocol.",
			"the value for protected column %s.%s is computed from its parameter in the prepared statement, which EXECUTE cannot do", r.qualified(), use.Column.Name)
	}
	tenant := func(c *Column, at int, _ listRow) tenantValue { return a.argumentTenant(r, use, args, at) }
	(&storing{a, r, use.Column, &scope{}, tenant, nil, nil}).store(arg)
	for i := edits; i < len(a.edits); i++ {
		l := a.edits[i].Literal
		if l == nil {
			continue
		}
		l.Form, l.Array = use.Form, use.Array
		if l.CastOID == 0 {
			l.CastOID = expected
		}
		l.Casts = slices.Concat(l.Casts, use.Casts)
	}
}

// argumentTenant is the tenant under which a value of EXECUTE is sealed.
func (a *analysis) argumentTenant(r *relation, use *ParamUse, args []*ast.Node, at int) tenantValue {
	if use.Tenant.Kind != TenantParam {
		return tenantValue{TenantRef: use.Tenant}
	}
	if use.Tenant.Param <= len(args) {
		if ref, ok := a.tenantFrom(r, args[use.Tenant.Param-1]); ok && ref.Kind != TenantParam {
			ref.TypeOID, ref.Claims = use.Tenant.TypeOID, use.Tenant.Claims
			return ref
		}
	}
	refuse(at, codeUnsupported, "Write the tenant as a literal.",
		"the value for protected column %s.%s cannot be sealed: the tenant, parameter $%d of the prepared statement, is not a literal", r.qualified(), use.Column.Name, use.Tenant.Param)
	panic("unreachable")
}

// ownerOf finds the table that binds a column; a child's parent is as good as the child.
func (a *analysis) ownerOf(c *Column) *relation {
	for _, name := range slices.Sorted(maps.Keys(a.relations.byName)) {
		for _, r := range a.relations.byName[name] {
			if r.Kind == View {
				continue
			}
			if slices.Contains(r.protected, c) || slices.Contains(r.pending, c) {
				return r
			}
		}
	}
	panic("a protected column belongs to no table")
}

// tableFromExecute refuses CREATE TABLE AS EXECUTE of a statement that returns sealed values.
func (a *analysis) tableFromExecute(n *ast.Node, s *ast.ExecuteStmt) {
	p := a.statementNamed(s.GetName())
	if p == nil || p.Plan == nil || p.Plan.Statements[0].Columns == nil && len(p.Plan.Params) == 0 {
		return
	}
	refuse(a.position(n), codeUnsupported, "Create the table first, and insert into it.",
		"a table cannot be made from a prepared statement on protected columns")
}
