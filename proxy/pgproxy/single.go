package pgproxy

import (
	"encoding/binary"

	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A simple query outside of a transaction block is committed by the server before the proxy has seen its rows. Where one
// statement both writes and returns protected values, it is therefore sent in the extended protocol, and the Sync, which
// commits, only once the rows have opened. The client sees the answers of a simple query.

// mightCommitUnread reports whether the query is one that writes, returns protected values, and may be outside of a
// transaction block.
func (m *machine) mightCommitUnread(plan *pgsql.Plan) bool {
	return len(plan.Statements) == 1 && plan.Statements[0].Columns != nil && plan.Statements[0].Writes &&
		(m.server.status == 'I' || !m.queue.empty())
}

// runSingle sends a simple query's only statement in the extended protocol. The queue is empty.
func (m *machine) runSingle(text []byte, plan *pgsql.Plan, edited *editedText, out *output) {
	// A simple query ends the unnamed statement and portal as well.
	m.forgetStatement(nil)
	m.forgetPortal(nil)
	st := newStatement(plan, nil, edited, m.serial+1)
	r, _ := boundRows(st, &pgwire.Bind{})
	m.push(pending{request: reqParse, text: edited, silent: true})
	m.appendParse(out, nil, text, st)
	m.push(pending{request: reqBind, silent: true})
	bind := pgwire.Bind{ResultFormats: r.serverFormats(nil)}
	out.buf, _ = bind.Append(out.own()) // no parameters, and as many columns as a plan has
	m.push(pending{request: reqDescribe, rows: r})
	out.buf = appendNamed(out.own(), 'D', 'P', nil)
	m.push(pending{request: reqExecute, rows: r, script: plan})
	out.buf = append(out.own(), 'E', 0, 0, 0, 9, 0, 0, 0, 0, 0)
	m.push(pending{request: reqClose, silent: true})
	out.buf = appendNamed(out.own(), 'C', 'S', nil)
	out.buf = append(out.own(), 'H', 0, 0, 0, 4)
	m.client.barrier = true
	m.server.single = true
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
