package pgproxy

import (
	"bytes"
	"encoding/binary"

	"github.com/keyaside/keyaside/proxy/pgcopy"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// awaitsRows reports whether a statement under way may still ask the client for rows, of which it is known what it does
// with them.
func (m *machine) awaitsRows() bool {
	for i := range m.queue.count {
		if m.queue.at(i).awaitsRows() {
			return true
		}
	}
	return false
}

// awaitsRows reports whether a statement of the script that has not begun yet is a COPY FROM STDIN.
func (p *pending) awaitsRows() bool {
	if p.script == nil {
		return false
	}
	for i := max(p.current, p.copies); i < len(p.script.Statements); i++ {
		if p.script.Statements[i].CopyIn {
			return true
		}
	}
	return false
}

// copying returns the plan of the COPY that the pending message runs at present, or nil.
func (p *pending) copying() *pgsql.Copy {
	if p == nil || p.script == nil || p.current >= len(p.script.Statements) {
		return nil
	}
	return p.script.Statements[p.current].Copy
}

// beginCopyIn handles CopyInResponse, the server's readiness for rows, for a message with a plan.
func (m *machine) beginCopyIn(msg []byte, first *pending, out, back *output) error {
	plan := first.copying()
	first.copies = first.current + 1
	m.copyIn(first, back)
	var reason *Error
	switch body := msg[pgwire.HeaderSize:]; {
	case plan == nil:
		m.client.plainRows = true
	case len(body) < 3 || int(binary.BigEndian.Uint16(body[1:])) != len(plan.Columns):
		m.schemaChanged()
		reason = staleCatalog()
	case m.otherEncoding(): // it was changed after the statement was planned
		reason = encodingError()
	default:
		m.client.rows = m.newCopyIn(plan, first.facts)
	}
	if reason != nil {
		m.failCopyIn(reason, back)
		return nil
	}
	out.pass(msg)
	return nil
}

// copyAborted notes that the server gave an error in place of a COPY's end, or of its beginning. Rows that the client sends
// all the same are for nobody, unless it has sent another statement in between.
func (m *machine) copyAborted(first *pending) {
	c := &m.client
	c.plainRows = false
	if c.rows != nil {
		m.endCopyIn()
		return
	}
	if first == nil {
		return
	}
	// A simple query fails alone, any other message with all up to the Sync.
	skipped, awaited := 0, false
	for skipped < m.queue.count && (skipped == 0 || !first.request.ready() && m.queue.at(skipped).request != reqSync) {
		if p := m.queue.at(skipped); p.awaitsRows() {
			awaited = true
			p.copies = len(p.script.Statements)
		}
		skipped++
	}
	for ; awaited && skipped < m.queue.count; skipped++ {
		awaited = m.queue.at(skipped).request == reqSync
	}
	c.deaf = c.deaf || awaited
}

// refusedByServer handles the server's refusal to begin a simple query's only statement, a COPY FROM STDIN into a protected
// table: in a failed transaction, say. psql would take the rows behind it for statements, so the client is asked for them
// as if the proxy had refused it, and shown the server's error when it has sent the last one.
func (m *machine) refusedByServer(msg []byte, code string, first *pending, out *output) bool {
	plan := first.copying()
	if plan == nil || !plan.In || first.request != reqQuery || first.copies > 0 || len(first.script.Statements) != 1 || m.queue.count != 1 {
		return false
	}
	var shown output
	m.showError(msg, code, first, &shown)
	m.client.copying = &Error{Code: code, Message: "COPY was refused by the server", shown: bytes.Clone(shown.bytes())}
	first.asksForRows = true
	out.buf = appendCopyInResponse(out.own(), plan)
	return true
}

func appendCopyInResponse(dst []byte, plan *pgsql.Copy) []byte {
	format := byte(pgvalue.TextFormat)
	if plan.Options.Format == pgcopy.Binary {
		format = byte(pgvalue.BinaryFormat)
	}
	start := len(dst)
	dst = append(pgwire.BeginMessage(dst, 'G'), format)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(plan.Columns)))
	for range plan.Columns {
		dst = append(dst, 0, format)
	}
	pgwire.EndMessage(dst, start)
	return dst
}
