package pgproxy

import (
	"errors"

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
		case c.feed > 0:
			taken, err := m.copyData(in[n:], out)
			n += taken
			if err != nil {
				return n, err
			}
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
	if isCopy(typ) && (c.rows != nil || c.plainRows) {
		return false // what is held for replies would be held for this
	}
	if (isCopy(typ) || typ == 'Q') && c.rows == nil && c.copying == nil && !c.ignoring && m.awaitsRows() {
		return true // until it is known whose rows they are
	}
	return c.barrier || m.queue.full() || (c.segment.flushed && !c.ignoring && !m.queue.empty())
}

// clientMessage handles the message of the given size that in begins with. It returns how many bytes it took, 0 if the
// message must be whole first.
func (m *machine) clientMessage(in []byte, size int, out *output) (int, error) {
	c := &m.client
	typ := in[0]
	if m.observer != nil {
		return m.observeClient(typ, in, size, out)
	}
	if c.owesSync && typ != 'X' {
		return 0, m.leaveSegment(out)
	}
	if c.copying != nil && typ != 'X' {
		return m.refusedRows(typ, in, size, out), nil
	}
	if c.ignoring && typ != 'S' && typ != 'X' {
		// The server would throw the message away. It is thrown away here, since no plan has looked at its values.
		return discard(in, size, &c.drop), nil
	}
	if isCopy(typ) {
		return m.copyMessage(typ, in, size, out)
	}
	if c.rows != nil && typ != 'X' {
		return m.duringCopyIn(typ, in, size, out), nil
	}
	c.deaf = c.deaf && (typ == 'H' || typ == 'S')
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
	m.settings.used = false
	if err := m.rewriteClient(typ, in[:size], out); err != nil {
		var a *asking
		if errors.As(err, &a) {
			err = m.ask(a.question, out)
		}
		return 0, err
	}
	clear(m.scratch.tenants)
	clear(m.scratch.indexes)
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
		return len(m.statements) > 0 || len(m.portals) > 0 || len(m.changed) > 0 || m.settings.prepared
	case 'E':
		return len(m.portals) > 0 || len(m.changed) > 0 || len(m.policy.settings) > 0
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
	m.client.segment.begun = !p.request.ready()
	m.client.segment.asked = m.client.segment.asked && m.client.segment.begun
	m.noteUnsettling(&p)
	m.noteEffect(&p)
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
	out.buf = appendRefused(out.own(), name)
	m.client.ignoring, m.client.deaf = true, true
}

// appendRefused appends a Parse that must fail.
func appendRefused(dst, name []byte) []byte {
	return appendParse(dst, name, refusedText)
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
