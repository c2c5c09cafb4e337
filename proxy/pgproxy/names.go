package pgproxy

import "github.com/keyaside/keyaside/proxy/pgsql"

// The session's names of protected statements and portals. Each change returns how to undo it, since a message that was
// sent is not carried out if the server skips it after an error.

// nameKey is a name of a statement ('S') or a portal ('P').
type nameKey struct {
	kind byte
	name string
}

// keptName is the part of a name that the server tells names apart by (NAMEDATALEN less one, src/include/pg_config_manual.h):
// its tables of statements and portals cut longer ones.
func keptName(name []byte) []byte { return name[:min(len(name), 63)] }

// unsettled reports whether a message of an earlier segment that changed the name is still unanswered. If it failed, the
// name means again what it meant before; in the same segment the server would skip what follows.
func (m *machine) unsettled(kind byte, name []byte) bool {
	if len(m.changed) == 0 {
		return false
	}
	if m.queue.empty() {
		clear(m.changed)
		return false
	}
	segment, ok := m.changed[nameKey{kind, string(name)}]
	return ok && segment != m.segments
}

// unsettledNames is unsettled for the names in a statement of SQL.
func (m *machine) unsettledNames(st *statement) bool {
	n := st.naming()
	return n.Executes != "" && m.unsettled('S', []byte(n.Executes)) || n.Fetches != "" && m.unsettled('P', []byte(n.Fetches))
}

// holdForReplies asks the server for all replies, for which the client's next message then waits.
func (m *machine) holdForReplies(out *output) error {
	m.client.segment.flushed = true
	out.buf = append(out.own(), 'H', 0, 0, 0, 4)
	return errHold
}

// change notes that a message under way changes a name, and begins the record of how to undo that.
func (m *machine) change(kind byte, name []byte) undo {
	u := undo{key: nameKey{kind, string(name)}, segment: m.segments}
	m.changed[u.key] = m.segments
	return u
}

func (m *machine) setStatement(name []byte, st *statement) undo {
	u := m.change('S', name)
	u.statement = m.statements[u.key.name]
	m.statements[u.key.name] = st
	return u
}

func (m *machine) forgetStatement(name []byte) undo {
	old := m.statements[string(name)]
	if _, under := m.changed[nameKey{'S', string(name)}]; old == nil && !under {
		return undo{}
	}
	u := m.change('S', name)
	u.statement = old
	delete(m.statements, u.key.name)
	return u
}

func (m *machine) setPortal(name []byte, p *portal) undo {
	u := m.change('P', name)
	u.portal = m.portals[u.key.name]
	m.portals[u.key.name] = p
	return u
}

func (m *machine) forgetPortal(name []byte) undo {
	old := m.portals[string(name)]
	if _, under := m.changed[nameKey{'P', string(name)}]; old == nil && !under {
		return undo{}
	}
	u := m.change('P', name)
	u.portal = old
	delete(m.portals, u.key.name)
	return u
}

// undoPending takes back what a skipped message changed. Where a message of a later segment has changed the name again,
// that change stands, and what it would go back to is what the skipped message would have gone back to.
func (m *machine) undoPending(p *pending) {
	if p.asksForRows {
		m.client.copying = nil // the client is not asked for rows
	}
	u := p.undo
	if u.key.kind == 0 {
		return
	}
	p.undo = undo{} // so that an earlier message's change does not wait for it
	if m.changed[u.key] != u.segment {
		if later := m.queue.change(u.key, u.segment); later != nil {
			later.statement, later.portal = u.statement, u.portal
			return
		}
	}
	switch {
	case u.key.kind == 'S' && u.statement == nil:
		delete(m.statements, u.key.name)
	case u.key.kind == 'S':
		m.statements[u.key.name] = u.statement
	case u.portal == nil:
		delete(m.portals, u.key.name)
	default:
		m.portals[u.key.name] = u.portal
	}
}

// noteChildren keeps what a statement under way makes of tables, until the catalog has it.
func (m *machine) noteChildren(plan *pgsql.Plan) {
	for i := range plan.Statements {
		m.session.Children = append(m.session.Children, plan.Statements[i].Children...)
	}
}

// deallocate forgets statements that the SQL of the message numbered serial dropped. Later messages under way may have
// prepared the same name again: those stay.
func (m *machine) deallocate(name string, all bool, serial uint64) {
	delete(m.unprepared, name)
	if all {
		clear(m.unprepared)
	}
	for n, st := range m.statements {
		if (all || n == name) && st.serial < serial {
			delete(m.statements, n)
		}
	}
}
