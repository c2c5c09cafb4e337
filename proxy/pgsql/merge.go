package pgsql

import "github.com/sqlc-dev/oliphant/ast"

// merging is a MERGE at work (PostgreSQL documentation, MERGE; transformMergeStmt in src/backend/parser/parse_merge.c).
type merging struct {
	*analysis
	rel    *relation // nil, or without protected columns: what is stored is not sealed
	target *item
	source []*item
	on     *ast.Node
	scope  *scope
}

// merge plans MERGE.
func (a *analysis) merge(s *ast.MergeStmt, sc *scope, dest destination) output {
	sc = a.with(s.GetWithClause(), sc)
	m := &merging{analysis: a, rel: a.writable(s.GetRelation()), on: s.GetJoinCondition(), scope: sc}
	m.target = a.targetItem(s.GetRelation(), m.rel)
	m.source = a.from([]*ast.Node{s.GetSourceRelation()}, sc)
	defer a.enter()()
	a.read(m.both().items)
	m.condition("ON", m.both(), m.on)
	for _, n := range s.GetMergeWhenClauses() {
		m.when(n.GetMergeWhenClause())
	}
	// * is the source's columns, then the target's.
	return a.returningOf(s.GetReturningClause(), append(append([]*item{}, m.source...), m.target), m.target, sc, dest)
}

// both is what names mean where source and target have a row.
func (m *merging) both() *scope { return m.level(append([]*item{m.target}, m.source...)) }

func (m *merging) level(items []*item) *scope {
	return &scope{outer: m.scope, items: items, ctes: m.scope.ctes}
}

// condition walks conditions of a row all of which must be true.
func (m *merging) condition(use string, level *scope, conditions ...*ast.Node) {
	defer m.enter()()
	for _, n := range conditions {
		m.holds(n, level)
	}
	m.inClause(use, func() { m.walk(conditions[len(conditions)-1], level) })
}

// when plans one WHEN clause. The ON condition holds for the rows of WHEN MATCHED only; the clause's own always does.
func (m *merging) when(w *ast.MergeWhenClause) {
	level, conditions := m.both(), []*ast.Node{m.on, w.GetCondition()}
	switch w.GetMatchKind() {
	case ast.MergeMatchKind_MERGE_WHEN_NOT_MATCHED_BY_SOURCE:
		level, conditions = m.level([]*item{m.target}), conditions[1:]
	case ast.MergeMatchKind_MERGE_WHEN_NOT_MATCHED_BY_TARGET:
		level, conditions = m.level(m.source), conditions[1:]
	}
	m.condition("a condition of WHEN", level, conditions...)
	defer m.enter()()
	for _, n := range conditions {
		m.holds(n, level)
	}
	guarded := m.rel != nil && m.rel.guarded()
	switch w.GetCommandType() {
	case ast.CmdType_CMD_INSERT:
		if guarded {
			m.insert(w, level, conditions)
			return
		}
		m.inClause("a value of INSERT in another table", func() { m.walkAll(w.GetValues(), level) })
	case ast.CmdType_CMD_UPDATE:
		if guarded {
			h := m.hold(m.rel, m.target.home(), conditions, level)
			h.clause = "ON or WHEN"
			m.assignmentTo(m.rel, m.target, level, h).plan(w.GetTargetList())
			return
		}
		m.refuseTenantChange(m.rel, w.GetTargetList())
		m.inClause("a value of SET in another table", func() { m.setElsewhere(w.GetTargetList(), level) })
	}
}

// insert plans INSERT of a WHEN NOT MATCHED clause.
func (m *merging) insert(w *ast.MergeWhenClause, level *scope, conditions []*ast.Node) {
	if len(w.GetTargetList()) == 0 && len(w.GetValues()) > 0 {
		refuse(m.position(w.GetValues()[0]), codeUnsupported, "Write INSERT (column, …) VALUES (…).",
			"INSERT of MERGE into %s must name its columns", m.rel.qualified())
	}
	in := &insertion{analysis: m.analysis, rel: m.rel, scope: level}
	for _, n := range w.GetTargetList() {
		in.addTarget(n.GetResTarget())
	}
	m.refuseDefaults(m.rel, in.columns, m.position(&ast.Node{Node: &ast.Node_MergeWhenClause{MergeWhenClause: w}}))
	in.place(sourceRow{values: w.GetValues(), scope: level, conditions: conditions})
}
