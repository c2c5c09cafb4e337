package pgproxy

import (
	"bytes"
	"errors"
	"fmt"

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
