package pgproxy

import (
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// What the session has on the server is sometimes needed before a client's message can be planned, and nothing of the
// protocol tells it. The machine then asks the server itself, between the client's messages, and the client never sees
// it. A question is only asked when all replies have come, so its answer is what holds for the message that waits.

// question is a statement of the proxy's own. It must change nothing, and name what it uses with its schema.
type question struct {
	text   string
	params []string // as text
	// row takes one row of the answer; its values, as text, lie in the read buffer and are valid during the call.
	row func(values []pgwire.Param)
	// done is called once: when all rows have come, or when the server did not answer.
	done func(answered bool)
	// stays is set for a question whose answer holds in the transaction only in which it is asked: it is asked in the one of
	// the message that waits, which it may begin.
	stays bool
	alone bool // it began the segment
}

// askName is the statement and the portal of questions. The unnamed ones are the client's.
var askName = []byte("keyaside asks")

// ask sends q and returns errHold, for the caller to return: the message at hand is handled again once the answer is in.
// The caller knows by q.done that it need not ask again. It must not ask in a failed transaction (canAsk), where nothing
// is answered.
//
// Outside of a segment the question is one of its own, so that it neither opens a transaction nor makes a pipeline of what
// follows. Inside of one it joins the client's; should it fail there, the client gets the error in place of its own
// message's answer, since the server skips the rest of the segment.
func (m *machine) ask(q *question, out *output) error {
	if !m.queue.empty() {
		return m.holdForReplies(out)
	}
	alone := !m.client.segment.begun
	own := alone && !q.stays
	m.push(pending{request: reqClose, silent: true, asked: q}) // left behind by a question that failed
	out.buf = appendNamed(out.own(), 'C', 'S', askName)
	m.push(pending{request: reqParse, silent: true, asked: q})
	out.buf = appendParse(out.buf, askName, q.text)
	m.push(pending{request: reqBind, silent: true, asked: q})
	bind := pgwire.Bind{Portal: askName, Statement: askName}
	for _, p := range q.params {
		bind.Params = append(bind.Params, pgwire.Param{Value: []byte(p)})
	}
	out.buf, _ = bind.Append(out.buf) // a question's parameters are short
	m.push(pending{request: reqExecute, silent: true, asked: q})
	out.buf = appendExecute(out.buf, askName)
	for _, kind := range []byte("PS") {
		m.push(pending{request: reqClose, silent: true})
		out.buf = appendNamed(out.buf, 'C', kind, askName)
	}
	if own {
		m.push(pending{request: reqSync, silent: true})
		out.buf = append(out.buf, 'S', 0, 0, 0, 4)
		m.client.segment.flushed = true // what the client has sent behind waits
		return errHold
	}
	q.alone = alone
	m.client.segment.asked = m.client.segment.asked || alone && m.server.status == 'I'
	return m.holdForReplies(out)
}

// mixes reports whether a simple query must not be sent now, since a question has begun a transaction in the extended
// protocol. PostgreSQL 18 does not commit at the end of such a query, nor at a Sync behind it.
func (m *machine) mixes() bool { return m.client.segment.asked && m.server.major >= 18 }

// leaveQuestion ends the transaction that a question has begun, for a simple query to begin its own.
func (m *machine) leaveQuestion(out *output) {
	if m.mixes() {
		m.push(pending{request: reqSync, silent: true})
		out.buf = append(out.own(), 'S', 0, 0, 0, 4)
	}
}

func errNotWithQuestion() *Error {
	return &Error{Code: codeNotSupported, Message: "the proxy asks for the session's tenant and role in each transaction, and cannot in that of this simple query",
		Hint: "Run it between BEGIN and COMMIT."}
}

// canAsk reports whether the server would answer a question now.
func (m *machine) canAsk() bool { return m.server.status != 'E' && !m.client.ignoring }

// answerRow hands a row to the question that it answers.
func (q *question) answerRow(body []byte) error {
	var row pgwire.DataRow
	if err := row.Decode(body); err != nil {
		return fatal(codeProtocolViolation, "invalid DataRow from the server")
	}
	q.row(row.Values)
	return nil
}

// failQuestion ends the question that the server has answered with an error, and reports whether the client is not to see
// it, because it concerns none of its messages.
func (m *machine) failQuestion(first *pending) bool {
	if first == nil || first.asked == nil {
		return false
	}
	first.asked.done(false)
	m.client.owesSync = first.asked.alone
	return m.queue.syncs > 0 || first.asked.alone
}

// leaveSegment sends the Sync of a question that has failed in a segment that the client does not know of.
func (m *machine) leaveSegment(out *output) error {
	m.client.owesSync, m.client.ignoring = false, false
	m.push(pending{request: reqSync, silent: true})
	out.buf = append(out.own(), 'S', 0, 0, 0, 4)
	m.client.segment.flushed = true
	return errHold
}

// appendExecute appends an Execute for all rows.
func appendExecute(dst, portal []byte) []byte {
	start := len(dst)
	dst = pgwire.BeginMessage(dst, 'E')
	dst = append(append(dst, portal...), 0, 0, 0, 0, 0)
	pgwire.EndMessage(dst, start)
	return dst
}

// appendParse appends a Parse that declares no types.
func appendParse(dst, name []byte, text string) []byte {
	start := len(dst)
	dst = pgwire.BeginMessage(dst, 'P')
	dst = append(append(dst, name...), 0)
	dst = append(append(dst, text...), 0, 0, 0)
	pgwire.EndMessage(dst, start)
	return dst
}
