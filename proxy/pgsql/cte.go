package pgsql

import (
	"slices"

	"github.com/sqlc-dev/oliphant/ast"
)

// cte is a WITH query and, by next, those that are visible besides it.
type cte struct {
	name  string
	node  *ast.CommonTableExpr
	scope *scope // in which its query stands
	next  *cte

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

// recursiveTerm gives the columns that a recursive query sees of itself: those of its first arm, none of them protected.
// The first arm has been planned by the time the second refers to it.
func (a *analysis) recursiveTerm(c *cte) output {
	first, planned := a.arms[c.node.GetCtequery().GetSelectStmt().GetLarg()]
	if !planned {
		refuse(int(c.node.GetLocation()), codeUnsupported, "", "WITH query %s refers to itself in a way that cannot be followed", c.name)
	}
	a.plainAll(first.cols)
	c.columns = output{cols: slices.Clone(first.cols), opaque: first.opaque}
	c.refuseProtected()
	labels := names(c.node.GetAliascolnames())
	for i := range min(len(labels), len(c.columns.cols)) {
		c.columns.cols[i].name, c.columns.cols[i].unnamed = labels[i], false
	}
	return c.columns
}

func (c *cte) refuseProtected() {
	if p := c.columns.anyProtected(); p != nil {
		refuseUse(p, int(c.node.GetLocation()), "a recursive WITH query", "Join the table outside of it.")
	}
}
