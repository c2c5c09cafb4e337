package pgsql

import (
	"reflect"
	"sort"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// A template is the plan of all texts that differ from one only in literals that don't matter to the plan, or whose values
// the plan only carries. That a literal doesn't matter has to be shown: what the analysis did not meet, or looked at, is
// a guard, and the template holds only for texts with the same spelling there.
//
// Why it is sound: texts with one skeleton are the same tokens but for the values of plain literals, so the guard's limits
// and the grammar treat them alike, and their trees differ in those values alone. The analysis reads a value in
// constantOperand and for places in ORDER BY and its like, nowhere else; both are noted.

// templated reports whether texts with only this statement may have a template.
func templated(n *ast.Node) bool {
	switch n.GetNode().(type) {
	case *ast.Node_SelectStmt, *ast.Node_InsertStmt, *ast.Node_UpdateStmt, *ast.Node_DeleteStmt, *ast.Node_MergeStmt:
		return true
	}
	return false
}

// template is a plan with what differs from text to text told apart. It is immutable.
type template struct {
	plan     *Plan // of the text it was made from
	guards   []literalGuard
	edits    []editPlace // parallel to plan.Edits
	tenants  []int       // parallel to plan.Params: the literal that is the tenant, -1 if none is
	sealed   int         // number of edits with a value to seal
	carries  bool        // a literal's value is in the plan
	moves    bool        // an edit is behind a literal
	reserved bool        // the plan adds columns, so that no text may have hiddenName in it
}

// literalGuard is a literal that must be spelled as it was.
type literalGuard struct {
	literal  int
	spelling string
}

// place is a byte offset that moves with the literals before it.
type place struct {
	after  int // number of literals that end at or before it
	offset int // bytes from the end of the last of them, or from the text's beginning
}

// editPlace is where an edit is and where its values come from.
type editPlace struct {
	start, end    place
	value, tenant int // the literals that hold them; -1: they are as in the template's plan
}

// template makes one of a plan that the analysis has made of a text with these literals; nil if that can't be done.
func (a *analysis) template(plan *Plan, literals []literal) *template {
	if len(a.added) > 0 {
		return nil
	}
	t := &template{plan: plan, reserved: a.hidden > 0}
	for i, l := range literals {
		if use := a.useOf(l.start); use != literalIgnored && use != literalCarried {
			t.guards = append(t.guards, literalGuard{i, strings.Clone(a.text[l.start:l.end])})
		}
	}
	if !t.locate(a, literals) {
		return nil
	}
	if !reflect.DeepEqual(t.fill(a.text, literals), plan) {
		return nil // the lexer and the parser read a literal differently
	}
	return t
}

// locate finds the literals behind the plan's edits and parameters; false if an edit begins or ends inside of one.
func (t *template) locate(a *analysis, literals []literal) bool {
	origins := make(map[*Literal]sealedOrigin, len(a.origins))
	for _, s := range a.origins {
		origins[s.literal] = s
	}
	for _, e := range t.plan.Edits {
		from := origins[e.Literal]
		p := editPlace{value: literalAt(literals, from.value), tenant: literalAt(literals, from.tenant)}
		var first, last bool
		p.start, first = placeOf(e.Start, literals)
		p.end, last = placeOf(e.End, literals)
		if !first || !last {
			return false
		}
		t.edits = append(t.edits, p)
		t.carries = t.carries || p.value >= 0 || p.tenant >= 0
		t.moves = t.moves || p.end.after > 0
	}
	for _, u := range t.plan.Params {
		n := literalAt(literals, a.params[u.Param].tenant.origin)
		t.tenants = append(t.tenants, n)
		t.carries = t.carries || n >= 0
	}
	t.sealed = len(a.origins)
	return true
}

// literalAt returns the index of the literal at an origin, or -1.
func literalAt(literals []literal, o origin) int {
	at := int32(o) - 1
	i := sort.Search(len(literals), func(i int) bool { return literals[i].start >= at })
	if i == len(literals) || literals[i].start != at {
		return -1
	}
	return i
}

// placeOf turns an offset into a place; not ok inside of a literal.
func placeOf(offset int, literals []literal) (p place, ok bool) {
	n := sort.Search(len(literals), func(i int) bool { return int(literals[i].end) > offset })
	if n < len(literals) && int(literals[n].start) < offset {
		return p, false
	}
	if n > 0 {
		offset -= int(literals[n-1].end)
	}
	return place{n, offset}, true
}

func (p place) in(literals []literal) int {
	if p.after == 0 {
		return p.offset
	}
	return int(literals[p.after-1].end) + p.offset
}

// holds reports whether the template is one for a text of its skeleton.
func (t *template) holds(text string, literals []literal) bool {
	for _, g := range t.guards {
		if l := literals[g.literal]; text[l.start:l.end] != g.spelling {
			return false
		}
	}
	return !t.reserved || !strings.Contains(text, hiddenName)
}
