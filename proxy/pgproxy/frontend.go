package pgproxy

import (
	"bytes"
	"encoding/binary"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// fromClient takes what the client sent and appends what goes to the server. It returns how many bytes it consumed: all
// but the beginning of a message that is not whole yet, whose size is then in client.want.
func (m *machine) fromClient(in []byte, out *output) (n int, err error) {
	c := &m.client
	for n < len(in) {
		switch {
		case c.pass > 0:
			n += forward(in[n:], c.pass, out, &c.pass)
			continue
		case c.drop > 0:
			n += discard(in[n:], c.drop, &c.drop)
			continue
		case len(in)-n < pgwire.HeaderSize:
			c.want = pgwire.HeaderSize
			return n, nil
		case m.held(in[n]):
			return n, errHold
		}
		size, err := pgwire.MessageSize(in[n:])
		if err != nil {
			return n, fatal(codeProtocolViolation, "invalid message length from the client")
		}
		taken, err := m.clientMessage(in[n:], size, out)
		if err != nil {
			return n, err
		}
		if taken == 0 {
			c.want = size
			return n, nil
		}
		n += taken
	}
	c.want = 0
	return n, nil
}

// held reports whether the client's next message has to wait for replies. Before the first ReadyForQuery only the
// answers to authentication go on: what the server reports of its settings decides how a text is read.
func (m *machine) held(typ byte) bool {
	c := &m.client
	switch {
	case typ == 'X':
		return false
	case !m.server.started:
		return typ != 'p'
	}
	if m.queue.empty() {
		c.segment.flushed = false // all replies have come; the next hold asks again
	}
	return c.barrier || m.queue.full() || (c.segment.flushed && !c.ignoring && !m.queue.empty())
}

// clientMessage handles the message of the given size that in begins with. It returns how many bytes it took, 0 if the
// message must be whole first.
func (m *machine) clientMessage(in []byte, size int, out *output) (int, error) {
	c := &m.client
	typ := in[0]
	if c.copying != nil && typ != 'X' {
		return m.refusedRows(typ, in, size, out), nil
	}
	if c.ignoring && typ != 'S' && typ != 'X' {
		// The server would throw the message away. It is thrown away here, since no plan has looked at its values.
		return discard(in, size, &c.drop), nil
	}
	if c.deaf = c.deaf && isCopy(typ); c.deaf {
		return discard(in, size, &c.drop), nil
	}
	if !m.looksInto(typ) {
		if err := m.trackClient(typ, out); err != nil {
			return 0, err
		}
		return forward(in, size, out, &c.pass), nil
	}
	if size > m.limits.sizeLimit(typ) {
		return 0, fatal(codeLimitExceeded, "message of %d bytes is over the proxy's limit of %d", size, m.limits.sizeLimit(typ))
	}
	if len(in) < size {
		return 0, nil
	}
	if err := m.rewriteClient(typ, in[:size], out); err != nil {
		return 0, err
	}
	clear(m.scratch.tenants)
	return size, nil
}

// isCopy reports whether the message belongs to a COPY from the client.
func isCopy(typ byte) bool { return typ == 'd' || typ == 'c' || typ == 'f' }

// looksInto reports whether the message can matter, so that all of it is needed.
func (m *machine) looksInto(typ byte) bool {
	switch typ {
	case 'Q', 'P':
		return true
	case 'B', 'C', 'D':
		return len(m.statements) > 0 || len(m.portals) > 0 || len(m.changed) > 0
	case 'E':
		return len(m.portals) > 0 || len(m.changed) > 0
	}
	return false
}

// trackClient notes a message that passes unread.
func (m *machine) trackClient(typ byte, out *output) error {
	switch typ {
	case 'B':
		m.push(pending{request: reqBind})
	case 'C':
		m.push(pending{request: reqClose})
	case 'D':
		m.push(pending{request: reqDescribe})
	case 'E':
		m.client.segment.writes = true // for all that is known
		m.push(pending{request: reqExecute})
	case 'c', 'f':
		m.copyEnded()
	case 'F':
		m.push(pending{request: reqFunctionCall})
	case 'S':
		return m.sync(out)
	case 'X':
		m.client.ended = true
	}
	return nil
}

// copyEnded notes that the client ended a COPY, which the server may not have begun yet.
func (m *machine) copyEnded() {
	c := &m.client
	switch n := len(c.copyEnds); {
	case m.queue.empty():
		c.copyEnds = c.copyEnds[:0]
	case n == 0 || c.copyEnds[n-1] != m.serial:
		c.copyEnds = append(c.copyEnds, m.serial)
	}
}

func (m *machine) push(p pending) {
	m.serial++
	if p.request.ready() {
		m.segments++
	}
	p.serial = m.serial
	m.queue.push(p)
}

func (m *machine) rewriteClient(typ byte, msg []byte, out *output) error {
	switch typ {
	case 'Q':
		return m.simpleQuery(msg, out)
	case 'P':
		return m.parse(msg, out)
	case 'B':
		return m.bind(msg, out)
	case 'C':
		return m.close(msg, out)
	case 'D':
		return m.describe(msg, out)
	}
	return m.execute(msg, out)
}

// refuse sends a statement that must fail in place of a message of the extended protocol, so that the error comes in
// order, aborts the transaction, and makes the server skip to the next Sync. What the client has sent up to there is
// thrown away here: the server would not look at it, and it may hold values that no plan has sealed.
func (m *machine) refuse(reason *Error, name []byte, out *output) {
	m.push(pending{request: reqParse, refusal: reason})
	buf := out.own()
	start := len(buf)
	buf = pgwire.BeginMessage(buf, 'P')
	buf = append(append(buf, name...), 0)
	buf = append(append(buf, refusedText...), 0, 0, 0)
	pgwire.EndMessage(buf, start)
	out.buf = buf
	m.client.ignoring = true
}

// refusedText is what the server gets to see of a refused statement. It is a syntax error (42601) whatever the state of
// the transaction, since the server parses a text before it looks at anything else, and a Parse that fails leaves no
// statement behind.
const (
	refusedText   = "keyaside_refused_this_statement"
	refusedByText = "42601"
)

// refusedName is the name under which a statement is refused that the client does not prepare.
var refusedName = []byte("keyaside refused")

// sync ends a segment.
func (m *machine) sync(out *output) error {
	c := &m.client
	s := &c.segment
	switch {
	case c.ignoring:
		if s.failed {
			// The client has seen an error that the server does not know of: let it fail, too, before the Sync.
			m.refuse(nil, refusedName, out)
		}
		c.ignoring = false
	case s.reads && s.writes && !s.flushed && !m.queue.empty() && (m.server.status == 'I' || m.queue.syncs > 0):
		// The Sync would commit what the segment wrote, although its rows might turn out not to open. Ask for the rows
		// first. Inside a transaction block that is not needed: a read that fails aborts the block.
		return m.holdForReplies(out)
	}
	c.barrier = s.reads
	m.push(pending{request: reqSync})
	*s = segment{}
	return nil
}

func (m *machine) simpleQuery(msg []byte, out *output) error {
	text, ok := textOf(msg[pgwire.HeaderSize:])
	if !ok {
		return fatal(codeProtocolViolation, "invalid Query message")
	}
	plan, refusal, err := m.plan(text)
	if err != nil {
		return err
	}
	if refusal != nil && copyFromStdin.Match(text) {
		m.refuseCopy(refusal, out)
		return nil
	}
	if refusal != nil {
		m.refuseQuery(refusal, out)
		return nil
	}
	if plan == nil {
		m.push(pending{request: reqQuery})
		out.pass(msg)
		return nil
	}
	edited, err := m.editText(text, plan)
	if reason := refusalOf(err); reason != nil {
		m.refuseQuery(reason, out)
		return nil
	}
	if err != nil {
		return err
	}
	m.client.barrier = readsProtected(plan)
	m.push(pending{request: reqQuery, script: plan, text: edited, rows: scriptRows(plan, 0)})
	if edited == nil {
		out.pass(msg)
		return nil
	}
	appendQuery(out, string(edited.server))
	return nil
}

// refuseQuery sends a statement that must fail in place of a simple query. Should the query be a COPY whose data the
// client sends at once, that is thrown away, as the server would.
func (m *machine) refuseQuery(reason *Error, out *output) {
	m.push(pending{request: reqQuery, refusal: reason})
	appendQuery(out, refusedText)
	m.client.deaf = true
}

func appendQuery(out *output, text string) {
	buf := out.own()
	start := len(buf)
	buf = pgwire.BeginMessage(buf, 'Q')
	buf = append(append(buf, text...), 0)
	pgwire.EndMessage(buf, start)
	out.buf = buf
}

// scriptRows describes the result of a simple query's statement, which always comes as text.
func scriptRows(plan *pgsql.Plan, i int) *rows {
	if i >= len(plan.Statements) || plan.Statements[i].Columns == nil {
		return nil
	}
	return &rows{columns: plan.Statements[i].Columns}
}

func readsProtected(plan *pgsql.Plan) bool {
	for i := range plan.Statements {
		if plan.Statements[i].Columns != nil {
			return true
		}
	}
	return false
}

// maxStatements bounds the prepared statements that a session keeps.
const maxStatements = 1 << 14

func (m *machine) parse(msg []byte, out *output) error {
	name, text, oids, ok := splitParse(msg[pgwire.HeaderSize:])
	if !ok {
		return fatal(codeProtocolViolation, "invalid Parse message")
	}
	plan, refusal, err := m.plan(text)
	if err != nil {
		return err
	}
	if refusal != nil {
		m.refuse(refusal, name, out)
		return nil
	}
	if plan == nil {
		m.push(pending{request: reqParse, undo: m.forgetStatement(name)})
		out.pass(msg)
		return nil
	}
	if len(m.statements) >= maxStatements {
		m.refuse(&Error{Code: codeLimitExceeded, Message: "too many prepared statements on protected tables in this session",
			Hint: "Close statements that are no longer used."}, name, out)
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
		if use.Param <= len(oids) {
			oids[use.Param-1] = 0
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
	if err != nil {
		return fatal(codeProtocolViolation, "invalid Bind message")
	}
	if m.unsettled('S', name) {
		return m.holdForReplies(out)
	}
	st := m.statements[string(name)]
	if st == nil {
		m.push(pending{request: reqBind, undo: m.forgetPortal(portalName)})
		out.pass(msg)
		return nil
	}
	if !st.plan.Protected() {
		m.push(pending{request: reqBind, undo: m.setPortal(portalName, &portal{statement: st})})
		out.pass(msg)
		return nil
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
	if m.otherEncoding() {
		return nil, encodingError()
	}
	p := &portal{statement: st}
	if st.columns() != nil {
		r, reason := boundRows(st, b)
		if reason != nil {
			return nil, reason
		}
		p.rows = r
		m.scratch.results = r.serverFormats(m.scratch.results[:0])
	}
	if err := m.sealParams(st, b); err != nil {
		return nil, err
	}
	if p.rows != nil {
		b.ResultFormats = append(b.ResultFormats[:0], m.scratch.results...)
	}
	return p, nil
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
			p.params = st
			if st.columns() != nil {
				p.rows = &rows{columns: st.columns()}
			}
		}
	} else if known := m.portals[string(name)]; known != nil {
		p.rows = known.rows
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
	if m.unsettled('P', name) {
		return m.holdForReplies(out)
	}
	p := pending{request: reqExecute}
	if known := m.portals[string(name)]; known != nil {
		p.rows, p.script = known.rows, known.statement.plan
	}
	s := &m.client.segment
	s.reads = s.reads || p.rows != nil
	s.writes = s.writes || p.script == nil || scriptWrites(p.script)
	m.push(p)
	out.pass(msg)
	return nil
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

// textOf returns the text of a Query body without its terminator.
func textOf(body []byte) ([]byte, bool) {
	i := bytes.IndexByte(body, 0)
	if i < 0 || i != len(body)-1 {
		return nil, false
	}
	return body[:i], true
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
	return name, text, oids, true
}

// splitNamed takes a Describe or Close body apart: 'S' or 'P', and the name.
func splitNamed(body []byte) (kind byte, name []byte, ok bool) {
	if len(body) < 2 || (body[0] != 'S' && body[0] != 'P') {
		return 0, nil, false
	}
	name, _, ok = bytes.Cut(body[1:], []byte{0})
	return body[0], name, ok
}
