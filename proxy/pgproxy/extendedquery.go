package pgproxy

import (
	"bytes"
	"encoding/binary"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// maxStatements bounds the prepared statements that a session keeps.
const maxStatements = 1 << 14

func (m *machine) parse(msg []byte, out *output) error {
	name, text, oids, ok := splitParse(msg[pgwire.HeaderSize:])
	if !ok {
		return fatal(codeProtocolViolation, "invalid Parse message")
	}
	plan, refusal, err := m.plan(text, true, out)
	if err != nil {
		return err
	}
	if refusal != nil {
		m.noteUnprepared(string(name))
		m.refuse(refusal, name, out)
		return nil
	}
	delete(m.unprepared, string(name))
	if plan == nil {
		m.push(pending{request: reqParse, undo: m.forgetStatement(name)})
		out.pass(msg)
		return nil
	}
	if executes(plan) && !m.queue.empty() {
		return m.holdForReplies(out) // until then it is not certain what the name means
	}
	if len(m.statements) >= maxStatements {
		m.refuse(&Error{Code: codeLimitExceeded, Message: "too many prepared statements on protected tables in this session",
			Hint: "Close statements that are no longer used."}, name, out)
		return nil
	}
	if reason := checkDeclared(plan, oids); reason != nil {
		m.refuse(reason, name, out)
		return nil
	}
	edited, err := m.editText(text, plan)
	if reason := refusalOf(err); reason != nil {
		m.refuse(reason, name, out)
		return nil
	}
	if err != nil {
		return err
	}
	st := newStatement(plan, oids, edited, m.serial+1)
	if !st.fits() {
		m.refuse(errSurplusTypes(), name, out)
		return nil
	}
	if reason := m.fitsNullIf(st); reason != nil {
		m.refuse(reason, name, out)
		return nil
	}
	st.meanings = m.meanings(plan.Names)
	if m.settings.used {
		st.sealed = m.settings.known
	}
	st.executes = m.statements[st.naming().Executes]
	m.push(pending{request: reqParse, text: edited, undo: m.setStatement(name, st)})
	m.appendParse(out, name, text, st)
	return nil
}

// appendParse appends the Parse for the server: the edited text, and no declared type for a parameter that is sealed,
// since the server takes it as what the column is stored as.
func (m *machine) appendParse(out *output, name, text []byte, st *statement) {
	if st.text != nil {
		text = st.text.server
	}
	oids := append([]uint32(nil), st.oids...)
	for _, use := range st.plan.Params {
		if to := place(&use); to < len(oids) {
			oids[to] = 0
		}
	}
	buf := out.own()
	start := len(buf)
	buf = pgwire.BeginMessage(buf, 'P')
	buf = append(append(buf, name...), 0)
	buf = append(append(buf, text...), 0)
	buf = binary.BigEndian.AppendUint16(buf, uint16(len(oids)))
	for _, oid := range oids {
		buf = binary.BigEndian.AppendUint32(buf, oid)
	}
	pgwire.EndMessage(buf, start)
	out.buf = buf
}

func (m *machine) bind(msg []byte, out *output) error {
	portalName, name, err := pgwire.BindNames(msg[pgwire.HeaderSize:])
	portalName, name = keptName(portalName), keptName(name)
	if err != nil {
		return fatal(codeProtocolViolation, "invalid Bind message")
	}
	if m.unsettled('S', name) {
		return m.holdForReplies(out)
	}
	st := m.statements[string(name)]
	if st == nil && m.settings.prepared && m.mayChangeUnseen(name) {
		st = newStatement(pgsql.Unread(), nil, nil, 0) // SQL may have prepared it
	}
	if st == nil {
		m.push(pending{request: reqBind, undo: m.forgetPortal(portalName)})
		out.pass(msg)
		return nil
	}
	err = m.stillMeant(st, out)
	if reason := refusalOf(err); reason != nil {
		m.refuse(reason, refusedName, out)
		return nil
	}
	if err != nil {
		return err
	}
	if m.unsettledNames(st) {
		return m.holdForReplies(out)
	}
	if reason := m.changedMeaning(st, nil, false); reason != nil {
		m.refuse(reason, refusedName, out)
		return nil
	}
	if takesNoValues(st) && bindsValues(msg[pgwire.HeaderSize:]) {
		m.refuse(valuesForPrepare(), refusedName, out)
		return nil
	}
	if from := m.cursorOf(st); from != nil {
		return m.bindFetch(msg, portalName, st, from, out)
	}
	if !st.plan.Protected() {
		m.push(pending{request: reqBind, undo: m.setPortal(portalName, &portal{statement: st})})
		out.pass(msg)
		return nil
	}
	if reason, err := m.authorize(st.plan, nil, out); reason != nil || err != nil {
		return m.refuseOr(reason, err, out)
	}
	b := &m.scratch.bind
	if err := b.Decode(msg[pgwire.HeaderSize:]); err != nil {
		m.refuse(&Error{Code: codeProtocolViolation, Message: "invalid Bind message"}, refusedName, out)
		return nil
	}
	p, err := m.bindProtected(st, b)
	if reason := refusalOf(err); reason != nil {
		m.refuse(reason, refusedName, out)
		return nil
	}
	if err != nil {
		return err
	}
	buf, err := b.Append(out.own())
	if err != nil {
		m.refuse(&Error{Code: codeLimitExceeded, Message: "the sealed parameters are too long for one Bind message"}, refusedName, out)
		return nil
	}
	out.buf = buf
	m.push(pending{request: reqBind, undo: m.setPortal(portalName, p)})
	return nil
}

// bindProtected seals the parameters of b and sets the result formats, and returns the portal that it makes.
func (m *machine) bindProtected(st *statement, b *pgwire.Bind) (*portal, error) {
	if err := m.settled(); err != nil {
		return nil, err
	}
	if m.otherEncoding() {
		return nil, encodingError()
	}
	if err := m.sealedForAnother(st.sealed); err != nil {
		return nil, err
	}
	p, reason := st.portalFor(b)
	if reason != nil {
		return nil, reason
	}
	if p.rows != nil {
		m.scratch.results = p.rows.serverFormats(m.scratch.results[:0])
	}
	if err := m.sealParams(st, b); err != nil {
		return nil, err
	}
	if st.sealed != nil {
		m.settings.used = true
	}
	if m.settings.used && p.sealed != m.settings.known {
		p = &portal{statement: p.statement, rows: p.rows, sealed: m.settings.known}
		st.bound = p
	}
	if p.rows != nil {
		b.ResultFormats = append(b.ResultFormats[:0], m.scratch.results...)
	}
	return m.bindTenants(st, b, p)
}

func (m *machine) describe(msg []byte, out *output) error {
	kind, name, ok := splitNamed(msg[pgwire.HeaderSize:])
	if !ok {
		return fatal(codeProtocolViolation, "invalid Describe message")
	}
	if m.unsettled(kind, name) {
		return m.holdForReplies(out)
	}
	p := pending{request: reqDescribe}
	if kind == 'S' {
		if st := m.statements[string(name)]; st != nil {
			if m.unsettledNames(st) {
				return m.holdForReplies(out)
			}
			p.params, p.announces = st, st
			if from := m.cursorOf(st); from != nil {
				p.rows, p.announces = &rows{columns: from.rows.columns}, from.statement
			} else if st.columns() != nil {
				p.rows = &rows{columns: st.columns()}
			}
		}
	} else if known := m.portals[string(name)]; known != nil {
		p.rows, p.announces = known.rows, known.described()
	}
	if p.announces != nil {
		p.announces.announced = m.segments + 1
	}
	// What is told of a result may turn out to be wrong, too, and fail the segment.
	m.client.segment.reads = m.client.segment.reads || p.rows != nil
	m.push(p)
	out.pass(msg)
	return nil
}

func (m *machine) execute(msg []byte, out *output) error {
	name, _, ok := bytes.Cut(msg[pgwire.HeaderSize:], []byte{0})
	if !ok {
		return fatal(codeProtocolViolation, "invalid Execute message")
	}
	name = keptName(name)
	if m.unsettled('P', name) {
		return m.holdForReplies(out)
	}
	p := pending{request: reqExecute}
	known := m.portals[string(name)]
	if known != nil {
		if m.unsettledNames(known.statement) {
			return m.holdForReplies(out)
		}
		err := m.mayExecute(known, out)
		if reason := refusalOf(err); reason != nil {
			m.refuse(reason, refusedName, out)
			return nil
		}
		if err != nil {
			return err
		}
	} else if m.mayChangeUnseen(name) {
		p.script = pgsql.Unread()
	}
	if known != nil {
		p.rows, p.script = known.rows, known.statement.plan
		m.noteChildren(p.script)
		if st := known.described(); p.rows != nil && !st.verified && st.announced != m.segments+1 {
			m.verify(name, known, out)
		}
	}
	s := &m.client.segment
	s.reads = s.reads || p.rows != nil || p.script != nil && readsProtected(p.script)
	s.writes = s.writes || p.script == nil || scriptWrites(p.script)
	m.push(p)
	out.pass(msg)
	if p.script != nil && changesNames(p.script) {
		_ = m.holdForReplies(out) // for the next message
	}
	return nil
}

// mayExecute returns nil if the portal may be executed with what the session's role and settings are now.
func (m *machine) mayExecute(p *portal, out *output) error {
	if reason := m.changedMeaning(p.statement, p.fetched, true); reason != nil {
		return reason
	}
	if reason := m.tooManyNames(p.statement.plan); reason != nil {
		return reason
	}
	if !p.statement.plan.Unnamed {
		if reason, err := m.authorize(p.described().plan, nil, out); reason != nil {
			return reason
		} else if err != nil {
			return err
		}
	}
	if p.described().bySetting {
		if _, err := m.facts(); err != nil {
			return err
		}
	}
	return m.sealedForAnother(p.sealed)
}

// verify asks the server to describe a portal whose result the client does not ask for, so that its rows are never taken
// apart by a catalog that is out of date.
func (m *machine) verify(name []byte, p *portal, out *output) {
	m.push(pending{request: reqDescribe, rows: p.rows, announces: p.described(), silent: true})
	out.buf = appendNamed(out.own(), 'D', 'P', name)
}

// appendNamed appends a Describe or Close message.
func appendNamed(dst []byte, typ, kind byte, name []byte) []byte {
	start := len(dst)
	dst = append(pgwire.BeginMessage(dst, typ), kind)
	dst = append(append(dst, name...), 0)
	pgwire.EndMessage(dst, start)
	return dst
}

func scriptWrites(plan *pgsql.Plan) bool {
	for i := range plan.Statements {
		if plan.Statements[i].Writes {
			return true
		}
	}
	return false
}

func (m *machine) close(msg []byte, out *output) error {
	kind, name, ok := splitNamed(msg[pgwire.HeaderSize:])
	if !ok {
		return fatal(codeProtocolViolation, "invalid Close message")
	}
	p := pending{request: reqClose}
	if kind == 'S' {
		p.undo = m.forgetStatement(name)
	} else {
		p.undo = m.forgetPortal(name)
	}
	m.push(p)
	out.pass(msg)
	return nil
}

// splitParse takes a Parse body apart: the statement's name, its text, and the declared parameter types.
func splitParse(body []byte) (name, text []byte, oids []uint32, ok bool) {
	name, rest, ok := bytes.Cut(body, []byte{0})
	if !ok {
		return nil, nil, nil, false
	}
	text, rest, ok = bytes.Cut(rest, []byte{0})
	if !ok || len(rest) < 2 || len(rest) != 2+4*int(binary.BigEndian.Uint16(rest)) {
		return nil, nil, nil, false
	}
	for rest = rest[2:]; len(rest) > 0; rest = rest[4:] {
		oids = append(oids, binary.BigEndian.Uint32(rest))
	}
	return keptName(name), text, oids, true
}

// splitNamed takes a Describe or Close body apart: 'S' or 'P', and the name.
func splitNamed(body []byte) (kind byte, name []byte, ok bool) {
	if len(body) < 2 || (body[0] != 'S' && body[0] != 'P') {
		return 0, nil, false
	}
	name, _, ok = bytes.Cut(body[1:], []byte{0})
	return body[0], keptName(name), ok
}
