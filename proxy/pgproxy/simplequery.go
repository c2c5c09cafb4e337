package pgproxy

import (
	"bytes"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

func (m *machine) simpleQuery(msg []byte, out *output) error {
	text, ok := textOf(msg[pgwire.HeaderSize:])
	if !ok {
		return fatal(codeProtocolViolation, "invalid Query message")
	}
	plan, refusal, err := m.plan(text, false, out)
	if err != nil {
		return err
	}
	if refusal != nil {
		m.leaveQuestion(out)
		m.refuseQuery(refusal, out)
		return nil
	}
	if plan == nil {
		m.leaveQuestion(out)
		m.push(pending{request: reqQuery})
		out.pass(msg)
		return nil
	}
	if usesNames(plan) && !m.queue.empty() {
		return m.holdForReplies(out) // until then it is not certain what the names mean
	}
	if reason := m.tooManyNames(plan); reason != nil {
		m.leaveQuestion(out)
		m.refuseQuery(reason, out)
		return nil
	}
	edited, err := m.editQuery(text, plan)
	if reason := refusalOf(err); reason != nil {
		m.leaveQuestion(out)
		m.refuseQuery(asCopyIn(reason, plan), out)
		return nil
	}
	if err != nil {
		return err
	}
	if m.mightCommitUnread(plan) {
		if !m.queue.empty() {
			return m.holdForReplies(out) // the transaction's status is not known before
		}
		m.runSingle(text, plan, edited, out)
		return nil
	}
	if m.mixes() {
		m.leaveQuestion(out)
		m.refuseQuery(asCopyIn(errNotWithQuestion(), plan), out)
		return nil
	}
	m.noteChildren(plan)
	m.client.barrier = readsProtected(plan) || usesNames(plan)
	m.push(pending{request: reqQuery, script: plan, text: edited, rows: m.scriptRows(plan, 0)})
	if edited == nil {
		out.pass(msg)
		return nil
	}
	appendQuery(out, string(edited.server))
	return nil
}

// editQuery is editText for a simple query, whose statements run as soon as it is sent.
func (m *machine) editQuery(text []byte, plan *pgsql.Plan) (*editedText, error) {
	if len(m.policy.settings) > 0 && m.fetchesBySetting(plan) {
		if _, err := m.facts(); err != nil {
			return nil, err
		}
	}
	edited, err := m.editText(text, plan)
	if err == nil || refusalOf(err) != nil {
		if reason := m.changesOnTheWay(text, plan); reason != nil {
			return nil, reason
		}
	}
	return edited, err
}

// refuseQuery sends a statement that must fail in place of a simple query. Should the query be a COPY whose data the
// client sends at once, that is thrown away, as the server would.
func (m *machine) refuseQuery(reason *Error, out *output) {
	if reason.copyIn {
		m.refuseCopy(reason, out)
		return
	}
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
func (m *machine) scriptRows(plan *pgsql.Plan, i int) *rows {
	if i >= len(plan.Statements) {
		return nil
	}
	if n := plan.Statements[i].Naming; n != nil && n.Fetches != "" {
		return m.fetchedRows(n.Fetches)
	}
	if plan.Statements[i].Columns == nil {
		return nil
	}
	return &rows{columns: plan.Statements[i].Columns}
}

func readsProtected(plan *pgsql.Plan) bool {
	for i := range plan.Statements {
		if st := &plan.Statements[i]; st.Columns != nil || st.Copy != nil && !st.Copy.In {
			return true
		}
	}
	return false
}

// textOf returns the text of a Query body without its terminator.
func textOf(body []byte) ([]byte, bool) {
	i := bytes.IndexByte(body, 0)
	if i < 0 || i != len(body)-1 {
		return nil, false
	}
	return body[:i], true
}
