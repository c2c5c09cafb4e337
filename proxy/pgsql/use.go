package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// UseKind is what a statement does with a protected column. The zero value is the one that least may be allowed for.
type UseKind uint8

const (
	// UseUnknown is a value that is sealed for the column without it being known what for.
	UseUnknown UseKind = iota
	// UseTest names the column: to tell it from NULL, to count it, to hand it on inside of the statement. Every other use
	// but a write comes with this one.
	UseTest
	// UseRead returns the column's values to the client.
	UseRead
	// UseInsert gives the column of a new row a value.
	UseInsert
	// UseUpdate gives the column of a row that may be there already a value, also by ON CONFLICT DO UPDATE and MERGE.
	UseUpdate
	// UseCompare compares the column with a value.
	UseCompare
)

// String returns a word for the kind: test, read, insert, update or compare.
func (k UseKind) String() string {
	return [...]string{"unknown", "test", "read", "insert", "update", "compare"}[k]
}

// Use is one way in which a text uses a protected column. A plan has each kind of each column once, however often the
// text does it.
type Use struct {
	Column *Column
	Kind   UseKind
	token  int32 // number of the token where the text does so first; -1 if there is none
}

// Position returns the byte offset in the text at which the column is first used so, -1 if there is none. It takes the text
// apart anew: texts of one template differ in their offsets.
func (u Use) Position(text string) int {
	if u.token < 0 {
		return -1
	}
	lx := lexer{text: text}
	for n := int32(0); ; n++ {
		switch t := lx.next(); {
		case t.kind == 0:
			return -1
		case n == u.token:
			return int(t.start)
		}
	}
}

// used notes that the text uses a protected column at a byte offset, -1 if it does so nowhere in particular.
func (a *analysis) used(c *Column, kind UseKind, at int) {
	key := Use{Column: c, Kind: kind}
	if a.usedAlready[key] {
		return
	}
	if a.usedAlready == nil {
		a.usedAlready = map[Use]bool{}
	}
	a.usedAlready[key] = true
	key.token = -1
	if i, ok := a.findToken(int32(at)); ok {
		key.token = int32(i)
	}
	a.columnUses = append(a.columnUses, key)
}

// usedBy is used for the place of an expression, which takes time to find.
func (a *analysis) usedBy(c *Column, kind UseKind, n *ast.Node) {
	if !a.usedAlready[Use{Column: c, Kind: kind}] {
		a.used(c, kind, a.position(n))
	}
}

// named notes the columns that a reference names.
func (a *analysis) named(r reference, at int) {
	if r.col != nil && r.col.prot != nil {
		a.used(r.col.prot, UseTest, at)
	}
	if r.whole == nil {
		return
	}
	for i := range r.whole.cols {
		if c := r.whole.cols[i].prot; c != nil {
			a.used(c, UseTest, at)
		}
	}
}

// allUses returns what a plan's statements use, with a use of its own for what is sealed for a reason that nobody has
// noted: it then counts as the gravest.
func (a *analysis) allUses(p *Plan) []Use {
	for i := range p.Params {
		a.accounted(p.Params[i].Column, -1)
	}
	for i := range p.Edits {
		if l := p.Edits[i].Literal; l != nil {
			a.accounted(l.Column, p.Edits[i].Start)
		}
	}
	return a.columnUses
}

func (a *analysis) accounted(c *Column, at int) {
	for _, kind := range []UseKind{UseInsert, UseUpdate, UseCompare} {
		if a.usedAlready[Use{Column: c, Kind: kind}] {
			return
		}
	}
	a.used(c, UseUnknown, at)
}
