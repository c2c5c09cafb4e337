package pgproxy

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgcopy"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// A COPY FROM STDIN into a protected table begins when the server says that it is ready for rows. Drivers do not all wait
// for that, so data that comes earlier is held. Data is taken in pieces however it is cut, and what the server gets is
// one message per piece. A row that can't be sealed ends the COPY: the server is sent CopyFail, which aborts the
// statement in its place, the client is shown the reason when the server's error comes, and what it still sends is thrown
// away, as the server would.

// copyIn is a COPY FROM STDIN that takes rows from the client.
type copyIn struct {
	machine   *machine
	plan      *pgsql.Copy
	reader    *pgcopy.Reader
	protected []int // the protected columns' places in a row
	format    pgvalue.Format
	facts     *facts // the session's settings while the rows are taken; nil: not known
}

func (m *machine) newCopyIn(plan *pgsql.Copy, f *facts) *copyIn {
	c := &copyIn{machine: m, plan: plan, facts: f, format: pgvalue.TextFormat}
	if plan.Options.Format == pgcopy.Binary {
		c.format = pgvalue.BinaryFormat
	}
	for i := range plan.Columns {
		if plan.Columns[i].Column != nil {
			c.protected = append(c.protected, i)
		}
	}
	c.reader = pgcopy.NewReader(m.copyOptions(plan), m.limits.MessageBytes, c.seal)
	return c
}

// copyOptions returns the plan's options for the server at hand.
func (m *machine) copyOptions(plan *pgsql.Copy) pgcopy.Options {
	o := plan.Options
	o.CSVMarker = m.server.major < 18
	return o
}

// maxBatch is how many bytes are collected for the server before they are written, so that short rows, which sealing makes
// many times longer, need no more memory than long ones.
const maxBatch = 128 << 10

// copyMessage handles a client's message of the types CopyData, CopyDone and CopyFail.
func (m *machine) copyMessage(typ byte, in []byte, size int, out *output) (taken int, err error) {
	c := &m.client
	switch {
	case c.rows == nil && c.deaf && !c.plainRows:
		return discard(in, size, &c.drop), nil
	case c.rows == nil:
		c.plainRows = c.plainRows && typ == 'd'
		if err := m.trackClient(typ, out); err != nil {
			return 0, err
		}
		return forward(in, size, out, &c.pass), nil
	case typ == 'd':
		c.feed = size - pgwire.HeaderSize
		return pgwire.HeaderSize, nil
	case size > m.limits.MessageBytes:
		return 0, fatal(codeLimitExceeded, "message of %d bytes is over the proxy's limit of %d", size, m.limits.MessageBytes)
	case len(in) < size:
		return 0, nil
	case typ == 'f':
		// Drivers put their own error here, which may quote the value that they could not encode, and the server logs it.
		text, _, _ := bytes.Cut(in[pgwire.HeaderSize:size], []byte{0})
		m.failCopyIn(&Error{Code: codeQueryCanceled, Message: "COPY from stdin failed: " + string(text)}, out)
		return size, nil
	}
	return size, m.copyDone(in[:size], out)
}

// copyData hands a part of a CopyData message to the reader.
func (m *machine) copyData(in []byte, out *output) (n int, err error) {
	c := &m.client
	in = in[:min(len(in), c.feed)]
	buf := out.own()
	start := len(buf)
	buf = pgwire.BeginMessage(buf, 'd')
	buf, n, err = c.rows.reader.Feed(buf, in, maxBatch)
	out.buf = endCopyData(buf, start)
	c.feed -= n
	switch {
	case err == nil && n < len(in):
		return n, errMore
	case err == nil:
	case isWait(err):
		return n, err
	default:
		m.failCopyIn(copyError(err), out)
	}
	return n, nil
}

// endCopyData ends the message that begins at start, or takes it back if it is empty.
func endCopyData(buf []byte, start int) []byte {
	if len(buf) == start+pgwire.HeaderSize {
		return buf[:start]
	}
	pgwire.EndMessage(buf, start)
	return buf
}

// copyDone ends the rows: a last line without an end comes out of the reader.
func (m *machine) copyDone(msg []byte, out *output) error {
	buf := out.own()
	start := len(buf)
	buf, err := m.client.rows.reader.Finish(pgwire.BeginMessage(buf, 'd'))
	out.buf = endCopyData(buf, start)
	switch {
	case isWait(err):
		return err
	case err != nil:
		m.failCopyIn(copyError(err), out)
		return nil
	}
	m.endCopyIn()
	out.pass(msg)
	return nil
}

// duringCopyIn handles any other message while rows are awaited. The server ignores Flush and Sync, and takes the rest for
// an error (CopyGetData in copyfromparse.c).
func (m *machine) duringCopyIn(typ byte, in []byte, size int, out *output) int {
	if typ != 'H' && typ != 'S' {
		m.failCopyIn(&Error{Code: codeProtocolViolation, Message: fmt.Sprintf("unexpected message type 0x%02X during COPY from stdin", typ)}, out)
	}
	return discard(in, size, &m.client.drop)
}

// copyFailText is the reason that the server is given, by which its error is known. It is followed by a zero byte.
const copyFailText = "keyaside refused the data\x00"

// failCopyIn lets the server fail, whose error is then shown as the reason.
func (m *machine) failCopyIn(reason *Error, out *output) {
	out.buf = appendCopyFail(out.own())
	m.endCopyIn()
	if first := m.queue.first(); first != nil { // always, with a server that keeps to the protocol
		first.copyError = reason
		m.client.ignoring = first.request == reqExecute // the server skips to the Sync
	}
}

func appendCopyFail(dst []byte) []byte {
	start := len(dst)
	dst = append(pgwire.BeginMessage(dst, 'f'), copyFailText...)
	pgwire.EndMessage(dst, start)
	return dst
}

// endCopyIn ends the taking of rows: what the client still sends of them is thrown away.
func (m *machine) endCopyIn() {
	c := &m.client
	c.drop += c.feed
	c.rows, c.feed, c.deaf = nil, 0, true
	m.releaseCopy()
}

// releaseCopy lets go of the memory that a COPY of large values has taken.
func (m *machine) releaseCopy() {
	for _, b := range []*[]byte{&m.scratch.copied, &m.scratch.tenantField, &m.scratch.stored} {
		if cap(*b) > maxKept {
			*b = nil
		}
	}
}

// endCopies forgets the COPY under way when the server says that it has ended.
func (m *machine) endCopies() {
	if m.server.rows != nil {
		m.server.rows = nil
		m.releaseCopy()
	}
	if m.client.rows != nil { // without the client's CopyDone: this is no server that keeps to the protocol
		m.endCopyIn()
	}
}

// copyError is an error in the data of COPY.
func copyError(err error) *Error {
	var own *Error
	var format *pgcopy.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &format):
		return &Error{Code: format.Code, Message: format.Message}
	}
	return &Error{Code: codeSystemError, Message: "the data of COPY could not be read"}
}

// seal appends a row with its protected values sealed.
func (c *copyIn) seal(dst []byte, row *pgcopy.Row) ([]byte, error) {
	m := c.machine
	var tenant []byte
	last := 0
	for _, i := range c.protected {
		column := &c.plan.Columns[i]
		value, ok := c.value(row, i)
		if !ok {
			continue // NULL or the default: the server knows what that is
		}
		if tenant == nil {
			var err error
			if tenant, err = c.tenant(row, &column.Tenant); err != nil {
				return dst, err
			}
		}
		envelope, err := m.seal(m.scratch.envelope[:0], column.Column, tenant, value, c.format, 0)
		clear(value)
		m.scratch.envelope = envelope[:0]
		if err != nil {
			return dst, err
		}
		f := &row.Fields[i]
		dst = append(dst, row.Raw[last:f.Start]...)
		dst = c.appendEnvelope(dst, envelope, column.Column.Storage)
		last = f.End
	}
	clear(m.scratch.tenants)
	clear(m.scratch.indexes)
	return append(dst, row.Raw[last:]...), nil
}

// value returns what a field means to the server, valid until the next call; false for NULL and the default
// (NextCopyFrom in copyfromparse.c).
func (c *copyIn) value(row *pgcopy.Row, i int) ([]byte, bool) {
	column, scratch := &c.plan.Columns[i], &c.machine.scratch
	switch row.Fields[i].Kind {
	case pgcopy.Default:
		return nil, false
	case pgcopy.Null:
		scratch.copied = append(scratch.copied[:0], c.plan.Options.Null...)
		return scratch.copied, column.ForceNotNull && c.plan.Options.Format == pgcopy.CSV
	}
	scratch.copied = row.AppendValue(scratch.copied[:0], i)
	if column.ForceNull && c.plan.Options.Format == pgcopy.CSV && string(scratch.copied) == c.plan.Options.Null {
		return nil, false
	}
	return scratch.copied, true
}

// tenant returns the tenant of a row; valid until the next call.
func (c *copyIn) tenant(row *pgcopy.Row, ref *pgsql.TenantRef) ([]byte, error) {
	m := c.machine
	if ref.Kind != pgsql.TenantResult {
		return m.literalTenant(ref)
	}
	kept := m.scratch.copied
	m.scratch.copied = m.scratch.tenantField
	value, ok := c.value(row, ref.Result)
	m.scratch.tenantField, m.scratch.copied = m.scratch.copied, kept
	if !ok {
		return nil, &Error{Code: codeInvalidParameter, Message: "the tenant column's value is NULL or its default, so protected values of the row have no key",
			Hint: "Give the tenant in each row that has a protected value."}
	}
	tenant, err := m.canonicalTenant(value, c.format, ref.TypeOID)
	return m.agreed(tenant, ref, err)
}

// appendEnvelope appends an envelope as a field that the column takes.
func (c *copyIn) appendEnvelope(dst, envelope []byte, storage pgsql.Storage) []byte {
	options, s := &c.plan.Options, &c.machine.scratch
	switch {
	case storage == pgsql.StorageText:
		s.stored = fieldcrypt.AppendText(s.stored[:0], envelope)
	case options.Format == pgcopy.Binary:
		return options.AppendField(dst, envelope, false)
	case options.Format == pgcopy.Text: // none of its digits can be a delimiter there
		return hex.AppendEncode(append(dst, `\\x`...), envelope)
	default:
		s.stored = hex.AppendEncode(append(s.stored[:0], `\x`...), envelope)
	}
	return options.AppendField(dst, s.stored, false)
}

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
