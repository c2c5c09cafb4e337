package pgproxy

import (
	"bytes"
	"maps"

	"github.com/jackc/pgproto3/v2"

	"github.com/keyaside/keyaside/proxy/pgwire"
)

// fromServer takes what the server sent and appends what goes to the client and, where a failed read must abort the
// transaction, what goes back to the server. It returns how many bytes it consumed, as fromClient does.
func (m *machine) fromServer(in []byte, out, back *output) (n int, err error) {
	s := &m.server
	clear(m.scratch.recent[:])
	for n < len(in) {
		switch {
		case s.pass > 0:
			n += forward(in[n:], s.pass, out, &s.pass)
			continue
		case s.drop > 0:
			n += discard(in[n:], s.drop, &s.drop)
			continue
		case len(in)-n < pgwire.HeaderSize:
			s.want = pgwire.HeaderSize
			return n, nil
		}
		size, err := pgwire.MessageSize(in[n:])
		if err != nil {
			return n, fatal(codeProtocolViolation, "invalid message length from the server")
		}
		taken, err := m.serverMessage(in[n:], size, out, back)
		if err != nil {
			return n, err
		}
		if taken == 0 {
			s.want = size
			return n, nil
		}
		n += taken
	}
	s.want = 0
	return n, nil
}

func (m *machine) serverMessage(in []byte, size int, out, back *output) (int, error) {
	s := &m.server
	typ := in[0]
	first := m.queue.first()
	if !needsBody(typ, first, s.swallow) && !m.needsCopy(typ, first) {
		hide := s.swallow || first != nil && first.silent || s.single && typ == 'n' // a simple query's answer has no NoData
		m.trackServer(typ, first, back)
		m.endSingle(back)
		if hide && !asynchronous(typ) {
			return discard(in, size, &s.drop), nil
		}
		return forward(in, size, out, &s.pass), nil
	}
	if limit := m.limits.MessageBytes; size > limit {
		if typ == 'D' || typ == 'd' {
			m.failRead(&Error{Code: codeLimitExceeded, Message: "a row with protected columns is over the proxy's message limit"}, out)
			return discard(in, size, &s.drop), nil
		}
		return 0, fatal(codeLimitExceeded, "message of %d bytes from the server is over the proxy's limit of %d", size, limit)
	}
	if len(in) < size {
		return 0, nil
	}
	if err := m.readServer(in[:size], first, out, back); err != nil {
		return 0, err
	}
	m.endSingle(back)
	clear(m.scratch.ids)
	return size, nil
}

// asynchronous reports whether the server may send the message at any time, apart from any request
// (PostgreSQL documentation, 55.2.7).
func asynchronous(typ byte) bool { return typ == 'N' || typ == 'A' || typ == 'S' }

// needsBody reports whether the message must be whole and looked into. Rows of results without protected columns are
// the bulk of all traffic and pass by their header alone.
func needsBody(typ byte, first *pending, swallow bool) bool {
	switch typ {
	case 'Z', 'E', 'S', 'C':
		return true
	case 'I':
		return first != nil && first.asksForRows
	case 'D':
		return !swallow && first != nil && (first.rows != nil || first.asked != nil)
	case 'T':
		return !swallow && first != nil && first.rows != nil
	case 't':
		return !swallow && first != nil && first.params != nil
	}
	return false
}

// trackServer notes a message that passes, or is dropped, unread.
func (m *machine) trackServer(typ byte, first *pending, back *output) {
	if first == nil {
		return
	}
	switch typ {
	case '1', '2', '3', 's', 'I':
		m.answered(first)
	case 'n', 'T':
		if first.request == reqDescribe {
			m.queue.pop()
		}
	case 'G':
		m.copyIn(first, back)
	case 'c':
		m.endCopies()
	}
}

// needsCopy is needsBody for the messages of COPY.
func (m *machine) needsCopy(typ byte, first *pending) bool {
	switch {
	case m.server.swallow:
		return false
	case typ == 'd':
		return m.server.rows != nil
	case typ == 'G':
		return first != nil && first.awaitsRows()
	}
	return typ == 'H' && first.copying() != nil
}

// answered takes the end of one answer: the request is done, or the next statement of a simple query answers.
func (m *machine) answered(first *pending) {
	if first.request != reqQuery {
		if !first.request.ready() {
			m.queue.pop()
		}
		return
	}
	first.current++
	if first.script != nil {
		first.rows = m.scriptRows(first.script, first.current)
	}
}

// copyIn handles the server's readiness for COPY data.
func (m *machine) copyIn(first *pending, back *output) {
	if m.server.swallow {
		// The client believes that the query has failed and will send no data.
		back.buf = append(back.own(), 'f', 0, 0, 0, 5, 0)
		return
	}
	if first.request == reqExecute {
		m.queue.ignoreSyncs(m.copyEnd(first))
	}
}

// copyEnd returns the number of the last message that the client sent before it ended the COPY that first began.
func (m *machine) copyEnd(first *pending) uint64 {
	ends := m.client.copyEnds
	for len(ends) > 0 && ends[0] < first.serial {
		ends = ends[1:]
	}
	end := m.serial // not ended yet
	if len(ends) > 0 {
		end, ends = ends[0], ends[1:]
	}
	m.client.copyEnds = append(m.client.copyEnds[:0], ends...)
	return end
}

func (m *machine) readServer(msg []byte, first *pending, out, back *output) error {
	body := msg[pgwire.HeaderSize:]
	switch msg[0] {
	case 'Z':
		return m.readyForQuery(msg, out, back)
	case 'E':
		return m.errorResponse(msg, first, out)
	case 'S':
		m.parameterStatus(body)
	case 'C':
		silent := m.server.swallow || first != nil && first.silent
		m.commandComplete(body, first)
		if silent {
			return nil
		}
	case 'I':
		m.askForRows(first, out)
		return nil
	case 'D':
		if first.asked != nil {
			return first.asked.answerRow(body)
		}
		m.reading = first.facts
		return m.dataRow(body, first.rows, out)
	case 'd':
		m.reading = first.facts
		return m.copyRow(body, out)
	case 'G':
		return m.beginCopyIn(msg, first, out, back)
	case 'H':
		return m.beginCopyOut(msg, first.copying(), out)
	case 'T':
		return m.rowDescription(body, first, out)
	case 't':
		return m.parameterDescription(body, first.params, out)
	}
	out.pass(msg)
	return nil
}

// readyForQuery ends a segment or a simple query.
func (m *machine) readyForQuery(msg []byte, out, back *output) error {
	s := &m.server
	if len(msg) != pgwire.HeaderSize+1 {
		return fatal(codeProtocolViolation, "invalid ReadyForQuery from the server")
	}
	s.status = msg[pgwire.HeaderSize]
	if !s.started {
		s.started = true
		out.pass(msg)
		return nil
	}
	first := m.queue.first()
	// The client is in the middle of its COPY, or it is the Sync of a question.
	hidden := first != nil && (first.asksForRows || first.silent && first.request == reqSync)
	if !s.aborting {
		m.finishSegment()
		if s.swallow && s.status == 'T' {
			// A read inside a transaction block failed: the block must not be committed.
			appendQuery(back, refusedText)
			s.aborting = true
			return nil
		}
	}
	s.aborting, s.swallow = false, false
	m.endCopies()
	m.client.barrier = false
	if m.queue.empty() && len(m.changed) > 0 {
		clear(m.changed)
	}
	m.settingsReady(hidden)
	if s.status == 'I' {
		m.endTransaction()
	}
	if !hidden {
		out.pass(msg)
	}
	if s.draining && m.idle() && !hidden {
		return errDrained
	}
	return nil
}

// finishSegment takes what the ReadyForQuery answers off the queue, and all before it that stayed unanswered.
func (m *machine) finishSegment() {
	for p := m.queue.first(); p != nil; p = m.queue.first() {
		last := p.request.ready()
		m.queue.pop()
		if last {
			return
		}
	}
}

// endTransaction forgets portals, which do not outlive the transaction, and reports a changed catalog.
func (m *machine) endTransaction() {
	if len(m.portals) > 0 && m.queue.empty() {
		maps.DeleteFunc(m.portals, func(_ string, p *portal) bool { return p.cursor == nil || !p.cursor.Hold })
	}
	if m.queue.empty() { // else they may be those of a statement under way
		m.session.Children = nil
	}
	if m.server.ddl {
		m.server.ddl = false
		m.schemaChanged()
	}
	m.roles.stale = m.roles.stale || m.policy.ask == AskEachTransaction
}

// errorResponse passes an error on, or shows the proxy's own in its place, and takes off the queue what the server now
// skips.
func (m *machine) errorResponse(msg []byte, first *pending, out *output) error {
	s := &m.server
	body := msg[pgwire.HeaderSize:]
	code, final := errorCode(body)
	if final {
		s.ended = true
		out.pass(msg)
		return nil
	}
	m.roles.stale = m.roles.stale || m.roles.switches // it may have rolled a change back
	s.rows = nil
	if s.swallow {
		if first != nil && !first.request.ready() && !s.aborting {
			m.queue.skipToSync(m.undoPending) // the client is not told, but what it prepared is skipped as well
		}
		return nil
	}
	if m.refusedByServer(msg, code, first, out) {
		return nil
	}
	m.copyAborted(first)
	m.prepareFailed(first, code)
	if !m.failQuestion(first) {
		m.showError(msg, code, first, out)
	}
	m.forgetNames() // an aborted transaction takes its SET back
	if first != nil && first.asksForRows {
		first.asksForRows, m.client.copying = false, nil // the client is not asked for rows
	}
	if first == nil || first.request.ready() {
		return nil // ReadyForQuery follows by itself
	}
	if !m.queue.skipToSync(m.undoPending) && !s.single {
		m.client.ignoring = true
		m.client.barrier = false // if it was a skipped query's, no ReadyForQuery comes
		m.client.segment = segment{}
	}
	return nil
}

func (m *machine) showError(msg []byte, code string, first *pending, out *output) {
	switch {
	case first != nil && first.copyError != nil && bytes.Contains(msg, []byte(copyFailText)):
		out.buf = first.copyError.append(out.own(), "ERROR")
	case first != nil && first.refusal != nil && code == refusedByText:
		out.buf = first.refusal.append(out.own(), "ERROR")
	case first != nil && first.text != nil:
		if buf, mapped := mapError(out.own(), msg[pgwire.HeaderSize:], first.text); mapped {
			out.buf = buf
			return
		}
		out.pass(msg)
	default:
		out.pass(msg)
	}
}

// errorCode returns an error's SQLSTATE and whether the server ends the session with it.
func errorCode(body []byte) (code string, final bool) {
	for len(body) > 1 {
		value, rest, ok := bytes.Cut(body[1:], []byte{0})
		if !ok {
			break
		}
		switch body[0] {
		case 'C':
			code = string(value)
		case 'V':
			final = string(value) == "FATAL" || string(value) == "PANIC"
		}
		body = rest
	}
	return code, final
}

// failRead tells the client that a protected result cannot be read, and keeps the rest of the segment from it.
func (m *machine) failRead(reason *Error, out *output) {
	out.buf = reason.append(out.own(), "ERROR")
	m.server.swallow = true
	if m.queue.syncs == 0 && !m.server.single {
		// The Sync has not been sent yet: when it comes, the server is made to fail before it.
		m.client.segment.failed = true
		m.client.ignoring = true
	}
}

func (m *machine) parameterStatus(body []byte) {
	name, rest, ok := bytes.Cut(body, []byte{0})
	value, _, ok2 := bytes.Cut(rest, []byte{0})
	if !ok || !ok2 {
		return
	}
	m.report(string(name), string(value))
}

// commandComplete notes what a finished statement means for the session.
func (m *machine) commandComplete(body []byte, first *pending) {
	if changesSchema(body) {
		m.server.ddl = true
	}
	m.roleTag(body, first)
	m.endCopies()
	if first == nil {
		return
	}
	if first.asked != nil {
		first.asked.done(true)
	}
	if plan := first.script; plan != nil && first.current < len(plan.Statements) {
		st := &plan.Statements[first.current]
		if st.Deallocate != "" || st.DeallocateAll {
			m.deallocate(st.Deallocate, st.DeallocateAll, first.serial)
		}
		m.server.ddl = m.server.ddl || st.Schema
		if st.Naming != nil {
			m.nameDone(st.Naming)
		}
	}
	m.answered(first)
}

// changesSchema tells from a command tag whether the catalog may have changed.
func changesSchema(tag []byte) bool {
	return bytes.HasPrefix(tag, []byte("ALTER ")) || bytes.HasPrefix(tag, []byte("CREATE ")) || bytes.HasPrefix(tag, []byte("DROP "))
}

// decoder is a message of pgproto3.
type decoder interface{ Decode([]byte) error }

var (
	_ decoder = (*pgproto3.RowDescription)(nil)
	_ decoder = (*pgproto3.ParameterDescription)(nil)
	_ decoder = (*pgproto3.ErrorResponse)(nil)
)

// decode decodes a body, and takes a panic of the decoder for what it is: a malformed message.
func decode(msg decoder, body []byte) (err error) {
	defer func() {
		if recover() != nil {
			err = pgwire.ErrMalformed
		}
	}()
	return msg.Decode(body)
}
