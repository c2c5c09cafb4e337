package pgproxy

import (
	"encoding/binary"

	"github.com/keyaside/keyaside/proxy/pgcopy"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
	"github.com/keyaside/keyaside/proxy/pgwire"
)

// copyOut is a COPY TO STDOUT whose rows are opened on their way to the client. The server sends a message per row
// (PostgreSQL documentation, 55.2.6), and so does the proxy.
type copyOut struct {
	plan    *pgsql.Copy
	opts    pgcopy.Options // as the server writes
	shown   pgcopy.Options // as the client reads: without hidden columns
	rows    *rows
	needed  []int // columns whose values matter: protected ones and their tenants
	visible int   // columns that the client sees
	header  bool  // what comes next is the header: a line, or that of binary data
	row     pgcopy.Row
	values  []pgwire.Param // by column; only those that are needed are set
}

func (m *machine) newCopyOut(plan *pgsql.Copy) *copyOut {
	c := &copyOut{plan: plan, opts: m.copyOptions(plan), values: make([]pgwire.Param, len(plan.Columns))}
	isBinary := c.opts.Format == pgcopy.Binary
	c.header = isBinary || c.opts.Header != pgcopy.NoHeader
	c.rows = &rows{binary: isBinary}
	needed := make([]bool, len(plan.Columns))
	for i := range plan.Columns {
		column := plan.Columns[i].ResultColumn
		if column.Column != nil {
			needed[i] = true
			if column.Tenant.Kind == pgsql.TenantResult {
				needed[column.Tenant.Result] = true
			}
		}
		if !column.Hidden {
			c.visible++
		}
		column.Hidden = false // to open a value, the tenant counts as it stands in the row, also where the client doesn't see it
		c.rows.columns = append(c.rows.columns, column)
		if isBinary {
			c.rows.formats = append(c.rows.formats, pgvalue.BinaryFormat)
		}
	}
	for i := range needed {
		if needed[i] {
			c.needed = append(c.needed, i)
		}
	}
	c.shown = c.opts
	c.shown.Columns = c.opts.Columns[:c.visible]
	return c
}

// beginCopyOut handles CopyOutResponse for a COPY of protected columns. Hidden columns are not announced.
func (m *machine) beginCopyOut(msg []byte, plan *pgsql.Copy, out *output) error {
	body := msg[pgwire.HeaderSize:]
	switch {
	case len(body) < 3 || len(body) != 3+2*int(binary.BigEndian.Uint16(body[1:])):
		return fatal(codeProtocolViolation, "invalid CopyOutResponse from the server")
	case int(binary.BigEndian.Uint16(body[1:])) != len(plan.Columns):
		m.schemaChanged()
		m.failRead(staleCatalog(), out)
		return nil
	case m.otherEncoding(): // it was changed after the statement was planned
		m.failRead(encodingError(), out)
		return nil
	}
	c := m.newCopyOut(plan)
	m.server.rows = c
	buf := out.own()
	start := len(buf)
	buf = append(pgwire.BeginMessage(buf, 'H'), body[0])
	buf = binary.BigEndian.AppendUint16(buf, uint16(c.visible))
	for i := range plan.Columns {
		if !plan.Columns[i].Hidden {
			buf = append(buf, body[3+2*i], body[4+2*i])
		}
	}
	pgwire.EndMessage(buf, start)
	out.buf = buf
	return nil
}

// copyRow opens the protected values of a CopyData message from the server. In the steady state it does not allocate.
func (m *machine) copyRow(body []byte, out *output) error {
	c := m.server.rows
	buf := out.own()
	start := len(buf)
	buf = pgwire.BeginMessage(buf, 'd')
	header := c.header
	if c.opts.Format == pgcopy.Binary && header {
		size, err := pgcopy.BinaryHeader(body)
		if err != nil || size == 0 || size > len(body) {
			return m.copyRowFailed(errForeignCopy, buf[:start], out)
		}
		buf = append(buf, body[:size]...)
		body, header = body[size:], false
	}
	for first := true; first || len(body) > 0; first = false {
		if len(body) == 0 && c.opts.Format == pgcopy.Binary {
			break // the header had a message of its own
		}
		rest, last, err := c.opts.Split(&c.row, body)
		if err != nil {
			return m.copyRowFailed(errForeignCopy, buf[:start], out)
		}
		switch {
		case header:
			buf, header = c.appendRow(buf), false
		case last:
			buf = append(buf, c.row.Raw...)
		default:
			if buf, err = m.openRow(buf, c); err != nil {
				return m.copyRowFailed(err, buf[:start], out)
			}
		}
		body = rest
	}
	c.header = false
	pgwire.EndMessage(buf, start)
	out.buf = buf
	return nil
}

var errForeignCopy = &Error{Code: codeDataCorrupted, Message: "the data of COPY is not in the format that the statement asks for"}

// copyRowFailed is rowFailed for a row of COPY.
func (m *machine) copyRowFailed(err error, buf []byte, out *output) error {
	clear(buf[len(buf):cap(buf)]) // values of the row that had been opened
	out.buf = buf
	if isWait(err) {
		return err
	}
	m.failRead(copyError(err), out)
	return nil
}

// appendRow appends the visible fields of the row as they are.
func (c *copyOut) appendRow(dst []byte) []byte {
	shown := 0
	for i := range c.plan.Columns {
		if c.plan.Columns[i].Hidden {
			continue
		}
		dst = c.appendDelimiter(dst, shown)
		dst = append(dst, c.row.Raw[c.row.Fields[i].Start:c.row.Fields[i].End]...)
		shown++
	}
	return append(dst, '\n')
}

// appendDelimiter appends what stands before the field with the number i among the visible ones.
func (c *copyOut) appendDelimiter(dst []byte, i int) []byte {
	if i == 0 || c.opts.Format == pgcopy.Binary {
		return dst
	}
	return append(dst, c.opts.Delimiter)
}

// openRow appends the row's visible fields, the protected ones opened.
func (m *machine) openRow(dst []byte, c *copyOut) ([]byte, error) {
	c.fillValues(&m.scratch)
	isBinary := c.opts.Format == pgcopy.Binary
	if isBinary {
		dst = binary.BigEndian.AppendUint16(dst, uint16(c.visible))
	}
	var seen checkedKey
	shown := 0
	for i := range c.plan.Columns {
		if c.plan.Columns[i].Hidden {
			continue
		}
		dst = c.appendDelimiter(dst, shown)
		shown++
		var err error
		if dst, err = m.openField(dst, c, i, &seen); err != nil {
			return dst, err
		}
	}
	if !isBinary {
		dst = append(dst, '\n')
	}
	return dst, nil
}

// fillValues takes the values that are needed out of the row.
func (c *copyOut) fillValues(s *scratch) {
	s.copied = s.copied[:0]
	for _, i := range c.needed {
		start := len(s.copied)
		s.copied = c.row.AppendValue(s.copied, i)
		c.values[i] = pgwire.Param{Value: s.copied[start:len(s.copied):len(s.copied)], Null: c.row.Fields[i].Kind == pgcopy.Null}
	}
}

func (m *machine) openField(dst []byte, c *copyOut, i int, seen *checkedKey) ([]byte, error) {
	f := &c.row.Fields[i]
	column := c.rows.columns[i].Column
	if column == nil || f.Kind == pgcopy.Null {
		return append(dst, c.row.Raw[f.Start:f.End]...), nil
	}
	if c.opts.Format == pgcopy.Binary {
		out, err := m.openValue(dst, i, c.rows, c.values, seen)
		return out, m.columnError(column, err)
	}
	opened, err := m.openValue(m.scratch.stored[:0], i, c.rows, c.values, seen)
	m.scratch.stored = opened[:0]
	if err != nil {
		return dst, m.columnError(column, err)
	}
	if int32(binary.BigEndian.Uint32(opened)) < 0 { // what the session's role sees of it
		return append(dst, c.opts.Null...), nil
	}
	dst = c.shown.AppendField(dst, opened[4:], c.row.Quoted(i))
	clear(opened)
	return dst, nil
}

// columnError makes of an error what the client is to see, but for reasons to wait.
func (m *machine) columnError(c *pgsql.Column, err error) error {
	if err == nil || isWait(err) {
		return err
	}
	return openError(c, err)
}
