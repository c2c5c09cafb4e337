package pgsql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sqlc-dev/oliphant/ast"
)

// hiddenName begins the names of columns that the plan adds. It is no name that anyone writes, and a text that has it is
// refused when one must be added.
const hiddenName = "ks:tenant:"

// hiddenPlace says where a query's list ends and whether it may be made longer.
type hiddenPlace struct {
	list    []*ast.Node
	blocked bool // another output column would change what the query means
	grouped bool // the tenant is a group's, and must be an aggregate
	spare   bool // nothing is added for a row that conditions hold to one tenant
	// A list without locations is that of TABLE t: there is none in the text.
}

// placeOf is the place of a query. Where rows are grouped, a protected column that is not grouped depends on the key of its
// table, which the server sees to: the rows of a group then have that one row, and the least of its tenants is its tenant.
// DISTINCT ON looks at what it names only.
func (a *analysis) placeOf(s *ast.SelectStmt, out output) hiddenPlace {
	place := hiddenPlace{list: s.GetTargetList()}
	if len(s.GetGroupClause()) > 0 && !a.tenantsGrouped(out) {
		place.grouped, place.spare = true, true
		for _, n := range s.GetGroupClause() {
			place.blocked = place.blocked || n.GetGroupingSet() != nil
		}
	}
	for _, n := range s.GetDistinctClause() {
		place.blocked, place.spare = place.blocked || n.GetNode() == nil, true
	}
	return place
}

// constantTenant is the tenant to which conditions hold a row, if they do.
func (a *analysis) constantTenant(r *row) (tenantValue, bool) {
	k := a.tenantOfRow(r)
	return k.constant()
}

// within is where the tenant is looked for: an aggregate over columns of an outer query would be one of that query.
func (p *hiddenPlace) within(level *scope) *scope {
	if p.grouped {
		return &scope{items: level.items}
	}
	return level
}

// carryTenants makes sure that each protected column of an output is accompanied by its row's tenant, by adding hidden
// columns where it isn't. Where nothing may be added the output stays as it is: a tenant that is missing in the end is
// found by resultTenant, or by the outer query that adds the column there.
func (a *analysis) carryTenants(out output, level *scope, dest destination, place hiddenPlace) output {
	if p := out.anyProtected(); p != nil && out.opaque && dest == toClient {
		refuseUse(p, -1, "a result with a * whose columns are not known", "Name the columns.")
	}
	if dest == asIs || a.asView || a.fixed || place.blocked || len(place.list) == 0 || place.list[0].GetResTarget().GetLocation() < 0 {
		return out
	}
	accept := anyType
	if dest == toClient {
		accept = isTextType
	}
	for i := range out.cols {
		c := &out.cols[i]
		if c.prot == nil || c.row.rel.tenant.Column == "" || tenantIndex(out.cols, c.row, accept) >= 0 {
			continue
		}
		if _, constant := a.constantTenant(c.row); place.spare && constant {
			continue
		}
		source := place.within(level).tenantReference(c.row)
		if source == "" {
			continue
		}
		out.cols = append(out.cols, a.addHidden(source, c.row, place))
	}
	return out
}

// addHidden appends a column to a query's list.
func (a *analysis) addHidden(source string, r *row, place hiddenPlace) column {
	if strings.Contains(a.text, hiddenName) {
		refuse(strings.Index(a.text, hiddenName), codeUnsupported, "Use another name.", "names that begin with %s are reserved", hiddenName)
	}
	a.hidden++
	name := fmt.Sprintf("%s%d", hiddenName, a.hidden)
	at := a.listEnd(place.list)
	source += "::pg_catalog.text"
	if place.grouped {
		source = "pg_catalog.min(" + source + ")"
	}
	a.edit(at, at, fmt.Sprintf(", %s AS %s", source, quoteIdent(name)))
	return column{name: name, tenantOf: []*row{r}, typ: oidText, hidden: true}
}

// tenantReference spells a reference to the tenant column of r that means it, and nothing else, at this level; empty if
// there is none.
func (s *scope) tenantReference(r *row) string {
	for l := s; l != nil; l = l.outer {
		for _, it := range l.items {
			for i := range it.cols {
				c := &it.cols[i]
				if slices.Contains(c.tenantOf, r) {
					if ref := s.spell(it, c); ref != "" {
						return ref
					}
				}
			}
		}
	}
	return ""
}

// spell writes a reference to column c of it, if that is what it would mean here.
func (s *scope) spell(it *item, c *column) string {
	if it.relSeen && it.alias != "" && s.named("", it.alias) == it && it.count(c.name) == 1 {
		same := 0
		for _, other := range s.items {
			if other.relSeen && other.alias == it.alias {
				same++
			}
		}
		if same <= 1 {
			return quoteIdent(it.alias) + "." + quoteIdent(c.name)
		}
		if it.schema != "" {
			return quoteIdent(it.schema) + "." + quoteIdent(it.alias) + "." + quoteIdent(c.name)
		}
		return ""
	}
	if it.colSeen && it.count(c.name) == 1 && s.seenOnce(it, c.name) {
		return quoteIdent(c.name)
	}
	return ""
}

func (it *item) count(name string) int {
	n := 0
	for i := range it.cols {
		if it.cols[i].name == name {
			n++
		}
	}
	return n
}

// seenOnce reports whether name, unqualified, means that of it: an entry of this level, all of whose entries are known.
func (s *scope) seenOnce(it *item, name string) bool {
	if !slices.Contains(s.items, it) {
		return false
	}
	for _, other := range s.items {
		if other != it && other.colSeen && (other.opaque || other.find(name) != nil) {
			return false
		}
	}
	return true
}

// listEnders are the reserved words that can follow a select list. None can be inside an expression outside of
// parentheses, but for the cases that endsList knows.
var listEnders = []string{"from", "where", "group", "having", "window", "union", "intersect", "except", "order", "limit",
	"offset", "fetch", "for", "into"}

// listEnd returns the offset behind the last entry of a select list or RETURNING list.
func (a *analysis) listEnd(list []*ast.Node) int {
	depth := 0
	i := a.tokenAt(list[len(list)-1].GetResTarget().GetLocation())
	for ; i < len(a.tokens); i++ {
		switch c := a.text[a.tokens[i].start]; {
		case a.tokens[i].kind == tokPunct && (c == '(' || c == '['):
			depth++
		case a.tokens[i].kind == tokPunct && (c == ')' || c == ']'):
			depth--
		}
		if depth < 0 || depth == 0 && a.endsList(i) {
			break
		}
	}
	return int(a.tokens[i-1].end)
}

// endsList reports whether token i, outside of parentheses, is the first behind a list.
func (a *analysis) endsList(i int) bool {
	if a.tokens[i].kind == tokPunct {
		return a.word(i) == ";"
	}
	if !slices.Contains(listEnders, a.word(i)) || !a.keyword(i) {
		return false
	}
	switch a.word(i - 1) {
	case "distinct": // IS [NOT] DISTINCT FROM; else it is a label
		return a.word(i) != "from" || !a.keyword(i-1) || a.word(i-2) != "is" && a.word(i-2) != "not"
	case "within": // WITHIN GROUP (ORDER BY …); else it is a label
		return a.word(i) != "group" || !a.keyword(i-1) || a.word(i+1) != "("
	}
	return true
}

// keyword reports whether word i stands for itself, and is not a name behind a dot or a label behind AS: AS as FROM.
func (a *analysis) keyword(i int) bool {
	if a.kind(i) != tokWord || a.word(i-1) == "." {
		return false
	}
	return a.word(i-1) != "as" || !a.keyword(i-1)
}
