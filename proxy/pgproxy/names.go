package pgproxy

// The session's names of protected statements and portals. Each change returns how to undo it, since a message that was
// sent is not carried out if the server skips it after an error.

func (m *machine) setStatement(name []byte, st *statement) undo {
	u := undo{kind: undoStatement, name: string(name), statement: m.statements[string(name)]}
	m.statements[u.name] = st
	return u
}

func (m *machine) forgetStatement(name []byte) undo {
	old := m.statements[string(name)]
	if old == nil {
		return undo{}
	}
	u := undo{kind: undoStatement, name: string(name), statement: old}
	delete(m.statements, u.name)
	return u
}

func (m *machine) setPortal(name []byte, p *portal) undo {
	u := undo{kind: undoPortal, name: string(name), portal: m.portals[string(name)]}
	m.portals[u.name] = p
	return u
}

func (m *machine) forgetPortal(name []byte) undo {
	old := m.portals[string(name)]
	if old == nil {
		return undo{}
	}
	u := undo{kind: undoPortal, name: string(name), portal: old}
	delete(m.portals, u.name)
	return u
}

// undoPending takes back what a skipped message changed.
func (m *machine) undoPending(p *pending) {
	if p.asksForRows {
		m.client.copying = nil // the client is not asked for rows
	}
	u := &p.undo
	switch u.kind {
	case undoStatement:
		if u.statement == nil {
			delete(m.statements, u.name)
			return
		}
		m.statements[u.name] = u.statement
	case undoPortal:
		if u.portal == nil {
			delete(m.portals, u.name)
			return
		}
		m.portals[u.name] = u.portal
	}
}

// deallocate forgets statements that the SQL of the message numbered serial dropped. Later messages under way may have
// prepared the same name again: those stay.
func (m *machine) deallocate(name string, all bool, serial uint64) {
	for n, st := range m.statements {
		if (all || n == name) && st.serial < serial {
			delete(m.statements, n)
		}
	}
}
