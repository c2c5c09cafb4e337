package pgproxy

import (
	"encoding/binary"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A simple query outside of a transaction block is committed by the server before the proxy has seen its rows. Where it
// both writes and returns protected values, its statements are therefore sent in the extended protocol, one behind the
// other, and the Sync, which commits them all, only once the rows have opened. The client sees the answers of a simple
// query. That is not done for texts with other statements than queries in them, which may begin and commit by themselves.

// maxSeparate bounds how many statements of a text are sent by themselves.
const maxSeparate = 4096

// mightCommitUnread reports whether the query is one that writes, returns protected values, may be outside of a
// transaction block, and can be sent statement by statement. So is one that must not be sent as a simple query (mixes).
func (m *machine) mightCommitUnread(plan *pgsql.Plan) bool {
	if m.server.status != 'I' && m.queue.empty() || len(plan.Statements) > maxSeparate {
		return false
	}
	for i := range plan.Statements {
		if !plan.Statements[i].Separable {
			return false
		}
	}
	return readsProtected(plan) && scriptWrites(plan) || m.mixes()
}

// runSingle sends a simple query's statements in the extended protocol. The queue is empty.
func (m *machine) runSingle(text []byte, plan *pgsql.Plan, edited *editedText, out *output) {
	// A simple query ends the unnamed statement and portal as well.
	m.forgetStatement(nil)
	m.forgetPortal(nil)
	if edited == nil {
		kept := append([]byte(nil), text...) // the caller's is gone when an answer has a position
		edited = &editedText{client: kept, server: kept}
	}
	for i := range plan.Statements {
		one := &pgsql.Plan{Statements: plan.Statements[i : i+1], Uses: plan.Uses, Effect: plan.Effect}
		m.runPart(one, edited.part(plan, i), out)
	}
	m.push(pending{request: reqClose, silent: true})
	out.buf = appendNamed(out.own(), 'C', 'S', nil)
	out.buf = append(out.own(), 'H', 0, 0, 0, 4)
	m.client.barrier = true
	m.server.single = true
}

// runPart sends one of the statements.
func (m *machine) runPart(plan *pgsql.Plan, text *editedText, out *output) {
	var bind pgwire.Bind
	var r *rows
	if st := newStatement(plan, nil, text, 0); st.columns() != nil {
		r, _ = boundRows(st, &bind) // no formats, which fit any columns
		bind.ResultFormats = r.serverFormats(nil)
	}
	m.push(pending{request: reqParse, text: text, silent: true})
	out.buf = appendParse(out.own(), nil, string(text.server))
	m.push(pending{request: reqBind, text: text, silent: true})
	out.buf, _ = bind.Append(out.buf) // no parameters, and as many columns as a plan has
	m.push(pending{request: reqDescribe, text: text, rows: r})
	out.buf = appendNamed(out.buf, 'D', 'P', nil)
	m.push(pending{request: reqExecute, text: text, rows: r, script: plan})
	out.buf = appendExecute(out.buf, nil)
}

// part is the i-th statement of an edited text, by itself. Its positions are mapped to those of the whole text.
func (t *editedText) part(plan *pgsql.Plan, i int) *editedText {
	start, end := plan.Statements[i].Start, len(t.client)
	last := i+1 == len(plan.Statements)
	if !last {
		end = plan.Statements[i+1].Start
	}
	p := &editedText{client: t.client, edits: []edited{{end: start}}} // what is before it is left out
	from, to := start, end
	for _, e := range t.edits {
		grown := e.size - (e.end - e.start)
		switch {
		case e.start < start:
			from, to = from+grown, to+grown
		case e.start < end || last:
			p.edits, to = append(p.edits, e), to+grown
		}
	}
	p.server = t.server[from:to]
	return p
}

// endSingle sends the Sync of such a query when all its answers have come, or when a row has failed to open: the server
// is then made to fail first, so that nothing is committed.
func (m *machine) endSingle(back *output) {
	if !m.server.single || !m.queue.empty() && !m.server.swallow {
		return
	}
	m.server.single = false
	buf := back.own()
	if m.server.swallow {
		m.push(pending{request: reqParse, silent: true})
		buf = appendRefused(buf, refusedName)
	}
	m.push(pending{request: reqSync})
	buf = append(buf, 'S')
	back.buf = binary.BigEndian.AppendUint32(buf, 4)
}
