package pgsql

import (
	"encoding/binary"
	"slices"
	"sync"

	"github.com/sqlc-dev/oliphant/ast"
)

// An unqualified name that several schemas have means what the session's search path makes of it, and only the server
// knows that path. So the planner refuses the name and lists it in Plan.Names; the caller asks the server what it means,
// puts that into Session.Names, and plans again. Names that are the same for every path are never asked for.

// Name is what an unqualified name means in a session.
type Name struct {
	OID uint32 // the relation, 0 if there is none
	// Temporary is set for a temporary table of the session that inherits from nothing, so that it can hold nothing protected.
	Temporary bool
}

// planNamed plans a text whose names depend on the session. general is its plan without the names.
func (p *Planner) planNamed(text []byte, general *Plan, names map[string]Name) *Plan {
	buf := keys.Get().(*[]byte)
	defer keys.Put(buf)
	key := (*buf)[:0]
	for _, n := range general.Names {
		meaning, known := names[n]
		if !known {
			return general
		}
		key = append(binary.BigEndian.AppendUint32(key, meaning.OID), '-')
		if meaning.Temporary {
			key[len(key)-1] = 't'
		}
	}
	key = append(key, text...)
	*buf = key
	if plan := lookUp(p.named, key); plan != nil {
		return plan
	}
	plan, _ := p.analyse(string(text), &Session{Names: names})
	p.named.Add(string(key), plan)
	return plan
}

var keys = sync.Pool{New: func() any { return new([]byte) }}

// depends reports whether a name without a schema means different things for different search paths, and it matters.
func (rs *relations) depends(name string) bool {
	candidates := rs.byName[name]
	return len(candidates) > 1 && slices.ContainsFunc(candidates, (*relation).sensitive)
}

// namesIn lists the names in statements that depend on the search path: too many rather than too few.
func (rs *relations) namesIn(stmts []*ast.RawStmt) []string {
	var found []string
	for _, n := range stmts {
		visitStrings(n.ProtoReflect(), func(name string) {
			if rs.depends(name) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		})
	}
	slices.Sort(found)
	return found
}

const hintSchema = "Write the table's name with its schema."

// bySearchPath finds the table that a name without a schema means in the session; nil for a temporary table.
func (a *analysis) bySearchPath(rv *ast.RangeVar) *relation {
	a.byPath = true
	name, at := rv.GetRelname(), int(rv.GetLocation())
	switch {
	case a.prepares:
		refuse(at, codeAmbiguous, hintSchema, "table name %s is ambiguous in a statement that PREPARE keeps: the search path may have changed when it is executed", name)
	case a.unsettled:
		refuse(at, codeAmbiguous, hintSchema+" Or send the statement by itself.",
			"table name %s is ambiguous: a statement before it in the same text may change the search path", name)
	}
	meaning, known := a.names[name]
	r := a.relations.byOID[meaning.OID]
	switch {
	case !known:
		refuse(at, codeAmbiguous, hintSchema, "table name %s is ambiguous: several schemas have it and not all are protected alike", name)
	case meaning.OID == 0:
		refuse(at, codeNoTable, "", "relation \"%s\" does not exist", name)
	case meaning.Temporary:
		return nil
	case r == nil || r.Name != name:
		refuse(at, codeUnsupported, hintFresh, "table %s, as the search path finds it, is not in the catalog", name)
	}
	return r
}

// settles reports whether a statement leaves the search path as it is.
func (a *analysis) settles(n *ast.Node) bool {
	switch n.GetNode().(type) {
	case *ast.Node_SelectStmt, *ast.Node_InsertStmt, *ast.Node_UpdateStmt, *ast.Node_DeleteStmt:
		return !a.calls
	}
	begins := []ast.TransactionStmtKind{ast.TransactionStmtKind_TRANS_STMT_BEGIN, ast.TransactionStmtKind_TRANS_STMT_START}
	return slices.Contains(begins, n.GetTransactionStmt().GetKind())
}
