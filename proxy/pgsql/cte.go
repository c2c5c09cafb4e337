package pgsql

import (
	"cmp"
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// cte is a WITH query and, by next, those that are visible besides it.
type cte struct {
	name  string
	node  *ast.CommonTableExpr
	scope *scope // in which its query stands
	next  *cte

	assumed []column // what a recursive query was taken to give while it was planned
	state   cteState
	columns output
}

type cteState uint8

const (
	cteNew cteState = iota
	cteInWork
	cteDone
)

// find returns the WITH query that a name means, or nil.
func (c *cte) find(name string) *cte {
	for ; c != nil; c = c.next {
		if c.name == name {
			return c
		}
	}
	return nil
}

// with plans the queries of a WITH clause and returns the scope in which they are visible.
func (a *analysis) with(w *ast.WithClause, sc *scope) *scope {
	if w == nil {
		return sc
	}
	in := &scope{outer: sc.outer, items: sc.items, ctes: sc.ctes}
	var added []*cte
	for _, n := range w.GetCtes() {
		e := n.GetCommonTableExpr()
		c := &cte{name: e.GetCtename(), node: e, next: in.ctes}
		// Without RECURSIVE a query sees those before it; with it, all of them, itself included.
		c.scope = &scope{outer: in.outer, items: in.items, ctes: in.ctes}
		in.ctes = c
		added = append(added, c)
		if !w.GetRecursive() {
			a.cteOutput(c)
		}
	}
	for _, c := range added {
		if w.GetRecursive() {
			c.scope = in
		}
		a.cteOutput(c)
	}
	return in
}

// cteOutput plans a WITH query the first time it is asked for.
func (a *analysis) cteOutput(c *cte) output {
	switch c.state {
	case cteDone:
		return c.columns
	case cteInWork: // it refers to itself
		return a.recursiveTerm(c)
	}
	c.state = cteInWork
	c.columns = a.query(c.node.GetCtequery(), c.scope, toOuter)
	c.keeps(c.columns.cols)
	c.finish(a)
	c.state = cteDone
	return c.columns
}

// finish applies the column list and the columns that SEARCH and CYCLE add.
func (c *cte) finish(a *analysis) {
	labels := names(c.node.GetAliascolnames())
	a.checkLabels(c.columns.cols, len(labels))
	for i := range min(len(labels), len(c.columns.cols)) {
		c.columns.cols[i].name, c.columns.cols[i].unnamed = labels[i], false
	}
	if s := c.node.GetSearchClause(); s != nil {
		c.columns.cols = append(c.columns.cols, column{name: s.GetSearchSeqColumn()})
	}
	if y := c.node.GetCycleClause(); y != nil {
		c.columns.cols = append(c.columns.cols, column{name: y.GetCycleMarkColumn()}, column{name: y.GetCyclePathColumn()})
	}
}

// recursiveTerm gives the columns that a recursive query sees of itself: those of its first arm, with the tenants of their
// rows, but with nothing else that is known of the first arm's rows. That the second arm keeps what is assumed here is
// shown when it has been planned (keeps): then it holds for all rows, by induction.
func (a *analysis) recursiveTerm(c *cte) output {
	first, planned := a.arms[c.node.GetCtequery().GetSelectStmt().GetLarg()]
	if !planned {
		refuse(int(c.node.GetLocation()), codeUnsupported, "", "WITH query %s refers to itself in a way that cannot be followed", c.name)
	}
	a.plainAll(first.cols)
	if c.assumed == nil {
		c.assumed = anyRows(first.cols)
	}
	out := output{cols: slices.Clone(c.assumed), opaque: first.opaque}
	labels := names(c.node.GetAliascolnames())
	for i := range min(len(labels), len(out.cols)) {
		out.cols[i].name, out.cols[i].unnamed = labels[i], false
	}
	return out
}

// anyRows gives columns other rows, of which no more is known than which columns hold the tenants of protected ones.
func anyRows(cols []column) []column {
	fresh := map[*row]*row{}
	out := slices.Clone(cols)
	for i := range out {
		if r := out[i].row; r != nil && fresh[r] == nil {
			fresh[r] = &row{rel: r.rel}
		}
	}
	for i := range out {
		c := &out[i]
		c.row = fresh[c.row]
		switch {
		case fresh[c.self] != nil:
			c.self = fresh[c.self]
		case c.self != nil:
			c.self = &row{} // what holds of it in the first arm need not hold in the second
		}
		c.tenantOf = nil
		for _, r := range cols[i].tenantOf {
			if fresh[r] != nil {
				c.tenantOf = append(c.tenantOf, fresh[r])
			}
		}
	}
	return out
}

// keeps refuses a recursive query whose rows do not all have what was assumed of them: the same protected columns, and
// their tenants in the same columns.
func (c *cte) keeps(out []column) {
	for i := range c.assumed {
		x := &c.assumed[i]
		if len(out) < len(c.assumed) || x.prot != nil && out[i].prot == nil {
			c.refuseRecursion(x)
		}
		for j := range c.assumed {
			y := &c.assumed[j]
			if x.row == nil {
				continue
			}
			if x.row == y.self && out[j].self != out[i].row || slices.Contains(y.tenantOf, x.row) && !slices.Contains(out[j].tenantOf, out[i].row) {
				c.refuseRecursion(x)
			}
		}
	}
}

func (c *cte) refuseRecursion(p *column) {
	refuseUse(p, int(c.node.GetLocation()), "a recursive WITH query whose parts do not carry the row's tenant in the same column",
		"Select "+cmp.Or(p.tenantName(), "the tenant")+" in both parts, or join the table outside of it.")
}

// tenantName is the name of the column with the tenant of the row that a protected column is of; empty without one.
func (c *column) tenantName() string {
	if c.row == nil || c.row.rel == nil {
		return ""
	}
	return c.row.rel.tenant.Column
}
