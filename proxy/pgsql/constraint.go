package pgsql

import (
	"fmt"

	"github.com/sqlc-dev/oliphant/ast"
)

// Constraints are kept by the server, which compares ciphertext. Keys hold for columns that are sealed deterministically,
// and for them within one tenant; everything else that computes with a protected column is refused.

const hintDirect = "Change the policy together with the table, on a direct connection."

// constraint plans a constraint of a table, which is nil if it has no protected columns; column is the one that it is
// written behind, if it is one column's.
func (a *analysis) constraint(r *relation, c *ast.Constraint, column string) {
	at := int(c.GetLocation())
	switch c.GetContype() {
	case ast.ConstrType_CONSTR_PRIMARY, ast.ConstrType_CONSTR_UNIQUE:
		if r != nil {
			a.key(r, columnsOr(names(c.GetKeys()), column), at)
		}
	case ast.ConstrType_CONSTR_FOREIGN:
		a.foreignKey(r, c, columnsOr(names(c.GetFkAttrs()), column))
	case ast.ConstrType_CONSTR_CHECK, ast.ConstrType_CONSTR_EXCLUSION, ast.ConstrType_CONSTR_GENERATED:
		if r == nil {
			return
		}
		a.computed("a constraint or generated column", at, func() {
			a.walk(c.GetRawExpr(), tableScope(r))
			a.exclusion(r, c.GetExclusions(), at)
			a.walk(c.GetWhereClause(), tableScope(r))
		})
	}
}

// exclusion refuses protected columns among what an exclusion constraint compares, by whatever operator.
func (a *analysis) exclusion(r *relation, elements []*ast.Node, at int) {
	for _, n := range elements {
		for _, e := range n.GetList().GetItems() {
			if p := r.protects(e.GetIndexElem().GetName()); p != nil {
				refuse(at, codeUnsupported, "Constrain another column.", "protected column %s.%s cannot be used in an exclusion constraint", r.qualified(), p.Name)
			}
		}
		a.walk(n, tableScope(r))
	}
}

func columnsOr(listed []string, column string) []string {
	if len(listed) == 0 && column != "" {
		return []string{column}
	}
	return listed
}

// computed walks an expression that the server keeps and computes by itself, so that no constant in it can be sealed.
func (a *analysis) computed(use string, at int, walk func()) {
	edits := len(a.edits)
	a.inClause(use, walk)
	a.prove()
	if len(a.edits) > edits {
		refuse(at, codeUnsupported, "Leave the comparison out.", "a protected column cannot be compared with a constant in %s", use)
	}
}

// key refuses a unique key over columns whose equal values differ, and one that would have to hold across tenants.
func (a *analysis) key(r *relation, columns []string, at int) {
	tenant := r.tenant.Column == ""
	var protected *Column
	for _, name := range columns {
		tenant = tenant || name == r.tenant.Column
		if p := r.protects(name); p != nil {
			a.mustBeDeterministic(r, p, "a key", "Constrain another column.", at)
			protected = p
		}
	}
	if protected != nil && !tenant {
		refuse(at, codeUnsupported, "Make "+r.tenant.Column+" a column of the key.",
			"protected column %s.%s cannot be in a key without the tenant column: equal values of two tenants are sealed to different ciphertexts", r.qualified(), protected.Name)
	}
}

func (a *analysis) mustBeDeterministic(r *relation, c *Column, use, hint string, at int) {
	switch c.Search {
	case SearchDeterministic:
	case SearchTerm:
		refuse(at, codeUnsupported, "Let \"keyaside schema\" print the statement for the column's term.",
			"protected column %s.%s cannot be used in %s: equal values are sealed to different ciphertexts with equal terms", r.qualified(), c.Name, use)
	default:
		refuse(at, codeUnsupported, hint, "protected column %s.%s cannot be used in %s: equal values are sealed to different ciphertexts", r.qualified(), c.Name, use)
	}
}

// foreignKey refuses a foreign key that pairs a protected column with one of another domain or without protection, and one
// that does not pair the tenants. Either table may be nil.
func (a *analysis) foreignKey(r *relation, c *ast.Constraint, columns []string) {
	at := int(c.GetLocation())
	other := a.policyTable(c.GetPktable())
	refers := names(c.GetPkAttrs())
	var used *Column
	tenants := false
	for i := range max(len(columns), len(refers)) {
		from, to := protectedAt(r, columns, i), protectedAt(other, refers, i)
		switch {
		case from == nil && to == nil:
			tenants = tenants || isTenant(r, columns, i) && isTenant(other, refers, i)
			continue
		case from == nil || to == nil:
			refuse(at, codeUnsupported, "Refer to another unique column, or protect both with one equality domain.",
				"protected column %s cannot be used in a foreign key with a column that is not protected, or not named", nameOf(r, from, other, to))
		case from.Domain != to.Domain || from.Type != to.Type || from.Storage != to.Storage:
			refuse(at, codeUnsupported, "Give both fields one equality domain.",
				"protected column %s.%s cannot be used in a foreign key to %s.%s: they have different equality domains", r.qualified(), from.Name, other.qualified(), to.Name)
		}
		a.mustBeDeterministic(r, from, "a foreign key", "Refer to another unique column.", at)
		a.mustBeDeterministic(other, to, "a foreign key", "Refer to another unique column.", at)
		used = from
	}
	if used == nil || tenants || r.tenant.Column == "" && r.tenant == other.tenant {
		return
	}
	refuse(at, codeUnsupported, "Add the tenant columns of both tables to the key.",
		"protected column %s.%s cannot be used in a foreign key without the tenant: equal values of two tenants are sealed to different ciphertexts", r.qualified(), used.Name)
}

func nameOf(r *relation, from *Column, other *relation, to *Column) string {
	if from != nil {
		return fmt.Sprintf("%s.%s", r.qualified(), from.Name)
	}
	return fmt.Sprintf("%s.%s", other.qualified(), to.Name)
}

func protectedAt(r *relation, columns []string, i int) *Column {
	if r == nil || i >= len(columns) {
		return nil
	}
	return r.protects(columns[i])
}

func isTenant(r *relation, columns []string, i int) bool {
	return r != nil && i < len(columns) && columns[i] == r.tenant.Column
}
