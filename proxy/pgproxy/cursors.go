package pgproxy

import (
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// declaredPortal is the portal of a cursor that DECLARE has opened. Through the protocol its rows come as text, whatever
// DECLARE says: BINARY counts for FETCH in a simple query only (exec_simple_query in src/backend/tcop/postgres.c).
func declaredPortal(c *pgsql.Cursor) *portal {
	st := newStatement(&pgsql.Plan{Statements: []pgsql.Statement{{Columns: c.Columns}}, Uses: c.Uses}, nil, nil, 0)
	return &portal{statement: st, rows: &rows{columns: c.Columns}, cursor: c}
}

// cursorOf returns the portal from which a statement fetches, if its rows have protected columns; else nil.
func (m *machine) cursorOf(st *statement) *portal {
	return m.cursorNamed(st.naming().Fetches)
}

func (m *machine) cursorNamed(name string) *portal {
	if name == "" {
		return nil
	}
	if p := m.portals[name]; p != nil && p.rows != nil {
		return p
	}
	return nil
}

// fetchedRows describes the rows that FETCH returns in a simple query.
func (m *machine) fetchedRows(name string) *rows {
	p := m.cursorNamed(name)
	switch {
	case p == nil:
		return nil
	case p.cursor == nil || !p.cursor.Binary:
		return &rows{columns: p.rows.columns}
	}
	r := &rows{columns: p.rows.columns, binary: true, formats: make([]pgvalue.Format, len(p.rows.columns))}
	for i := range r.formats {
		r.formats[i] = pgvalue.BinaryFormat
	}
	return r
}

// bindFetch is bind for a FETCH from a protected cursor: its portal has the cursor's columns.
func (m *machine) bindFetch(msg, portalName []byte, st *statement, from *portal, out *output) error {
	b := &m.scratch.bind
	if err := b.Decode(msg[pgwire.HeaderSize:]); err != nil {
		m.refuse(&Error{Code: codeProtocolViolation, Message: "invalid Bind message"}, refusedName, out)
		return nil
	}
	if err := m.settled(); err != nil {
		return err
	}
	if m.otherEncoding() {
		m.refuse(encodingError(), refusedName, out)
		return nil
	}
	if reason, err := m.authorize(from.statement.plan, nil, out); reason != nil || err != nil {
		return m.refuseOr(reason, err, out)
	}
	r, reason := boundRows(from.statement, b)
	if reason != nil {
		m.refuse(reason, refusedName, out)
		return nil
	}
	m.scratch.results = r.serverFormats(m.scratch.results[:0])
	b.ResultFormats = append(b.ResultFormats[:0], m.scratch.results...)
	buf, err := b.Append(out.own())
	if err != nil {
		return fatal(codeProtocolViolation, "invalid Bind message")
	}
	out.buf = buf
	m.push(pending{request: reqBind, undo: m.setPortal(portalName, &portal{statement: st, rows: r, fetched: from})})
	return nil
}

// described is the statement against whose result a portal's description is held.
func (p *portal) described() *statement {
	if p.fetched != nil {
		return p.fetched.statement
	}
	return p.statement
}

// fetched returns the cursors with protected columns from which the plan fetches, and that are open already.
func (m *machine) fetched(plan *pgsql.Plan) []*portal {
	var from []*portal
	for i := range plan.Statements {
		if n := plan.Statements[i].Naming; n != nil {
			if p := m.cursorNamed(n.Fetches); p != nil {
				from = append(from, p)
			}
		}
	}
	return from
}

// mayFetch returns why the session may not fetch what the plan fetches, or a reason to wait. A text that is kept is asked
// about again when it is bound.
func (m *machine) mayFetch(plan *pgsql.Plan, kept bool, out *output) (*Error, error) {
	if kept {
		return nil, nil
	}
	for _, p := range m.fetched(plan) {
		uses := *p.statement.plan
		uses.SwitchesRole = plan.SwitchesRole
		if reason, err := m.authorize(&uses, nil, out); reason != nil || err != nil {
			return reason, err
		}
		if err := m.settled(); err != nil {
			return nil, err
		}
		if m.otherEncoding() {
			return encodingError(), nil
		}
	}
	return nil, nil
}
