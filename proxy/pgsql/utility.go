package pgsql

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sqlc-dev/oliphant/ast"
)

// utility plans what is not SELECT, INSERT, UPDATE, DELETE or MERGE. A kind of statement that is not named here, or on the
// list of harmless ones, is refused if a protected table's name occurs in it.
func (a *analysis) utility(n *ast.Node) Statement {
	st := Statement{Writes: true, Schema: changesCatalog(n)}
	switch s := n.GetNode().(type) {
	case *ast.Node_DeallocateStmt:
		a.deallocate(s.DeallocateStmt.GetName(), s.DeallocateStmt.GetIsall())
		return Statement{Deallocate: s.DeallocateStmt.GetName(), DeallocateAll: s.DeallocateStmt.GetIsall()}
	case *ast.Node_DiscardStmt:
		if s.DiscardStmt.GetTarget() == ast.DiscardMode_DISCARD_ALL {
			a.deallocate("", true)
			st.DeallocateAll, st.Naming = true, &Naming{ClosesAll: true}
		}
	case *ast.Node_VariableSetStmt:
		a.setting(s.VariableSetStmt)
	case *ast.Node_VariableShowStmt:
		st.Writes = false
	case *ast.Node_ExplainStmt:
		return a.explain(s.ExplainStmt)
	case *ast.Node_PrepareStmt:
		return a.prepare(s.PrepareStmt)
	case *ast.Node_DeclareCursorStmt:
		return a.declareCursor(s.DeclareCursorStmt)
	case *ast.Node_FetchStmt:
		return fetch(s.FetchStmt)
	case *ast.Node_ClosePortalStmt:
		return closeCursor(s.ClosePortalStmt)
	case *ast.Node_CopyStmt:
		a.copyStmt(&st, s.CopyStmt)
	case *ast.Node_ExecuteStmt:
		return a.execute(n, s.ExecuteStmt)
	case *ast.Node_CallStmt:
		a.walk(n, &scope{})
	default:
		if kind := statementKind(n); !slices.Contains(harmless, kind) && !a.definition(n) {
			a.refuseMentions(n, kind)
		}
	}
	return st
}

// harmless are the kinds of statements that neither read nor write a column's values.
var harmless = []string{"transaction_stmt", "variable_set_stmt", "drop_stmt", "truncate_stmt", "vacuum_stmt", "lock_stmt",
	"comment_stmt", "grant_stmt", "grant_role_stmt", "reindex_stmt", "cluster_stmt", "check_point_stmt", "listen_stmt",
	"notify_stmt", "unlisten_stmt", "create_seq_stmt", "alter_seq_stmt",
	"alter_owner_stmt", "alter_default_privileges_stmt", "sec_label_stmt", "create_role_stmt", "alter_role_stmt",
	"drop_role_stmt", "drop_owned_stmt", "reassign_owned_stmt", "create_publication_stmt", "alter_publication_stmt",
	"create_subscription_stmt", "alter_subscription_stmt", "drop_subscription_stmt", "constraints_set_stmt",
	"refresh_mat_view_stmt", "create_extension_stmt", "createdb_stmt", "dropdb_stmt", "create_table_space_stmt",
	"alter_system_stmt", "load_stmt"}

// statementKind is the name of a statement's field in the parser's Node, such as "drop_stmt".
func statementKind(n *ast.Node) string {
	m := n.ProtoReflect()
	fd := m.WhichOneof(m.Descriptor().Oneofs().ByName("node"))
	if fd == nil {
		return ""
	}
	return string(fd.Name())
}

// changesCatalog reports whether a statement may change the catalog. DO, CALL and EXECUTE may do anything.
func changesCatalog(n *ast.Node) bool {
	kind := statementKind(n)
	for _, prefix := range []string{"create_", "alter_", "drop_", "rename_", "view_", "rule_", "index_", "define_", "composite_",
		"import_", "do_", "call_", "execute_"} {
		if strings.HasPrefix(kind, prefix) {
			return true
		}
	}
	return false
}

// refuseMentions refuses a statement of a kind that is not understood, or whose body is opaque, if a protected table's
// name occurs in one of its names or strings.
func (a *analysis) refuseMentions(n *ast.Node, kind string) {
	visitStrings(n.ProtoReflect(), func(s string) {
		if name, found := a.relations.bodies.match(s); found {
			what := "a protected table"
			if name != "" {
				what = "protected table " + name
			}
			refuse(-1, codeUnsupported, "Run it on a direct connection if it handles no protected values.",
				"this statement (%s) names %s, and its effect on protected columns cannot be told", strings.TrimSuffix(kind, "_stmt"), what)
		}
	})
}

func visitStrings(m protoreflect.Message, found func(s string)) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Kind() == protoreflect.StringKind && !fd.IsList():
			found(v.String())
		case fd.Message() == nil:
		case fd.IsList():
			for i := range v.List().Len() {
				visitStrings(v.List().Get(i).Message(), found)
			}
		default:
			visitStrings(v.Message(), found)
		}
		return true
	})
}

// sealed plans a statement inside another, in which no value can be sealed or opened.
func (a *analysis) sealed(use, hint string, n *ast.Node) {
	if s := n.GetExecuteStmt(); s != nil {
		a.tableFromExecute(n, s)
		a.execute(n, s)
		return
	}
	edits, params := len(a.edits), a.params
	out := a.query(n, &scope{}, asIs)
	a.prove() // what is compared is to be sealed here, or refused
	if p := out.anyProtected(); p != nil {
		refuseUse(p, a.position(n), use, hint)
	}
	stores := len(a.edits) > edits
	for _, role := range a.params {
		stores = stores || role.sealed != nil
	}
	if stores {
		refuse(a.position(n), codeUnsupported, hint, "a protected column cannot be written in %s", use)
	}
	a.params = params
}

// newTable refuses a temporary table that would hide a protected one from every later statement.
func (a *analysis) newTable(rv *ast.RangeVar) {
	if !temporary(rv) {
		return
	}
	for _, r := range a.relations.byName[rv.GetRelname()] {
		if r.sensitive() {
			refuse(int(rv.GetLocation()), codeUnsupported, "Give the temporary table another name.",
				"a temporary table must not have the name of protected table %s, which it would hide", r.qualified())
		}
	}
}

// temporary reports whether a new relation is one of the session alone.
func temporary(rv *ast.RangeVar) bool {
	return rv.GetRelpersistence() == "t" || strings.HasPrefix(rv.GetSchemaname(), "pg_temp")
}

// filledTable is newTable for one that is made and filled by a query.
func (a *analysis) filledTable(rv *ast.RangeVar) {
	a.newTable(rv)
	for _, r := range a.policyTables(rv) {
		if r.lineage != nil {
			continue // a view is replaced
		}
		refuse(int(rv.GetLocation()), codeUnsupported, "Create the table first, and insert into it.",
			"protected table %s cannot be made from a query, whose values would not be sealed", r.qualified())
	}
}
