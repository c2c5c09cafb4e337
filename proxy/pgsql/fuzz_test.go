package pgsql

import (
	"path/filepath"
	"reflect"
	"testing"

	oliphant "github.com/sqlc-dev/oliphant"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sqlc-dev/oliphant/ast"
)

// FuzzPlan checks that no text makes the planner fail, that a plan depends on the text alone and is well formed, and that
// a text that is not looked at really names no protected relation.
func FuzzPlan(f *testing.F) {
	files, err := filepath.Glob("testdata/plan/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		for _, c := range readGolden(f, file) {
			f.Add(c.text)
		}
	}
	f.Add(longStatement)
	p := newTestPlanner(f)
	f.Fuzz(func(t *testing.T, text string) {
		plan := p.Plan([]byte(text), &Session{})
		checkInvariants(t, text, plan)
		if plan == nil {
			checkUnprotected(t, p, text)
			return
		}
		again := p.planText(text, &Session{})
		if !p.filter.match([]byte(text)) {
			again = p.unnamed(text)
		}
		if !reflect.DeepEqual(plan, again) {
			t.Fatalf("%q is planned differently the second time", text)
		}
		if plan.Refusal == nil {
			checkServerText(t, text, plan)
		}
	})
}

// checkUnprotected checks the filter against the parser: the tree of a text it let go names no sensitive relation.
func checkUnprotected(t *testing.T, p *Planner, text string) {
	if _, refusal := p.limits.check(text); refusal != nil {
		return
	}
	tree, err := oliphant.Parse(text)
	if err != nil {
		return
	}
	var visit func(m protoreflect.Message)
	visit = func(m protoreflect.Message) {
		if rv, ok := m.Interface().(*ast.RangeVar); ok {
			if r, ambiguous := p.relations.find(rv.GetSchemaname(), rv.GetRelname()); ambiguous || r != nil && r.sensitive() {
				t.Fatalf("%q names %s and was not looked at", text, rv.GetRelname())
			}
		}
		m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
			switch {
			case fd.Message() == nil:
			case fd.IsList():
				for i := range v.List().Len() {
					visit(v.List().Get(i).Message())
				}
			default:
				visit(v.Message())
			}
			return true
		})
	}
	visit(tree.ProtoReflect())
}

// checkServerText checks that the text with its edits made is still SQL, of as many statements.
func checkServerText(t *testing.T, text string, plan *Plan) {
	if len(plan.Edits) == 0 {
		return
	}
	sealed := make([]Edit, len(plan.Edits))
	copy(sealed, plan.Edits)
	for i := range sealed {
		if sealed[i].Literal != nil {
			sealed[i].Literal, sealed[i].Text = nil, `'\xf54b'`
		}
	}
	server := applyEdits(text, &Plan{Edits: sealed})
	tree, err := oliphant.Parse(server)
	if err != nil {
		t.Fatalf("%q becomes %q, which does not parse: %v", text, server, err)
	}
	if len(tree.GetStmts()) != len(plan.Statements) {
		t.Fatalf("%q becomes %q, of another number of statements", text, server)
	}
}
