package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// literalUse is what the analysis did with a literal. The greatest counts.
type literalUse uint8

const (
	literalUnseen   literalUse = iota // not met: the plan may depend on it
	literalIgnored                    // met where each value of its class gives the same plan
	literalCarried                    // its value is put into the plan, as a value to seal or as a tenant
	literalCompared                   // its value decided something
)

// ignore notes that a constant's value doesn't matter where it stands. A constant that the grammar has negated begins at
// its minus; where it is not the number that follows, as in - (1), the number stays unseen.
func (a *analysis) ignore(c *ast.A_Const) {
	at := int(c.GetLocation())
	if i, ok := a.findToken(c.GetLocation()); ok && a.kind(i) == tokOperator && a.word(i) == "-" && a.kind(i+1) == tokNumber {
		at = int(a.tokens[i+1].start)
	}
	if !a.keepSpelling {
		a.meet(at, literalIgnored)
	}
}

// meet notes the use of the literal that begins at a byte offset. An offset without a literal is of no account.
func (a *analysis) meet(offset int, use literalUse) {
	i, ok := a.findToken(int32(offset))
	if !ok {
		return
	}
	if a.uses == nil {
		a.uses = make([]literalUse, len(a.tokens))
	}
	a.uses[i] = max(a.uses[i], use)
}

// useOf returns what was noted of the literal that begins at a byte offset.
func (a *analysis) useOf(offset int32) literalUse {
	i, ok := a.findToken(offset)
	if !ok || a.uses == nil {
		return literalUnseen
	}
	return a.uses[i]
}

// spelled walks what may hold literals whose spelling is to stay as it is: a type's modifiers, a path.
func (a *analysis) spelled(walk func()) {
	old := a.keepSpelling
	a.keepSpelling = true
	walk()
	a.keepSpelling = old
}

// origin is one more than the byte offset of the literal that a value comes from; 0 if it comes from none.
type origin int32

func originAt(offset int) origin { return origin(offset + 1) }

// sealedOrigin says where the parts of a literal to seal come from.
type sealedOrigin struct {
	literal       *Literal
	value, tenant origin
}

// tenantValue is a tenant that a statement gives, and the literal that it comes from.
type tenantValue struct {
	TenantRef
	origin origin
	list   *list // not nil: each row of the list has its own
	home   *row  // which reading of the list is meant
}

// equalTenants compares tenants. It is the only way to: from then on it matters which literals they are.
func (a *analysis) equalTenants(x, y tenantValue) bool {
	for _, v := range []tenantValue{x, y} {
		if v.origin != 0 {
			a.meet(int(v.origin)-1, literalCompared)
		}
	}
	return x.TenantRef == y.TenantRef && x.list == nil && y.list == nil
}
