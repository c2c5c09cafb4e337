package pgcopy

import (
	"bytes"
	"fmt"
)

// Each appends to dst what row is to be replaced with, and returns the longer dst. An error takes the row back: it is
// handed out once more by the next Feed. An *Error, or any that is not a reason to try again, ends the reading for good.
type Each func(dst []byte, row *Row) ([]byte, error)

// Reader takes COPY data in pieces and hands out its rows.
type Reader struct {
	opts  Options
	limit int // of a row, in bytes
	each  Each
	row   Row
	carry []byte // the beginning of a row, from earlier pieces
	done  bool   // the end-of-copy marker or the trailer was read

	lines  lines
	header bool // the header line is still to come

	begun bool // the binary header was read
	skip  int  // bytes of its extension that are still to come
}

// NewReader returns a Reader at the beginning of the data. A row of more than limit bytes is an error.
func NewReader(opts Options, limit int, each Each) *Reader {
	r := &Reader{opts: opts, limit: limit, each: each, header: opts.Header != NoHeader}
	r.row.opts = &r.opts
	return r
}

// maxKept is the largest buffer, in bytes, that outlives its row.
const maxKept = 128 << 10

// Feed reads in and appends what is to be sent in its place to dst. It stops early when dst has become most bytes long,
// and returns how many bytes of in it has read: all of them, then, but what belongs to a row that isn't whole is kept and
// comes out later. After an error of Each, in is to be fed again from there.
func (r *Reader) Feed(dst, in []byte, most int) (out []byte, n int, err error) {
	for n < len(in) && len(dst) < most && err == nil {
		var taken int
		switch {
		case r.opts.Format == Binary:
			dst, taken, err = r.binary(dst, in[n:])
		case r.done: // the server reads on as well, and throws it away
			taken = len(in) - n
		default:
			dst, taken, err = r.line(dst, in[n:])
		}
		n += taken
	}
	return dst, n, err
}

// line reads one line of text or csv, or keeps the beginning of one.
func (r *Reader) line(dst, in []byte) (out []byte, n int, err error) {
	before, kept := r.lines, len(r.carry)
	n, whole, err := r.lines.next(&r.opts, in)
	if err != nil {
		return dst, 0, err
	}
	if kept+n > r.limit {
		return dst, 0, errTooLong
	}
	raw := in[:n]
	if kept > 0 || !whole {
		r.carry = append(r.carry, raw...)
		raw = r.carry
	}
	if !whole {
		return dst, n, nil
	}
	start := len(dst)
	if dst, err = r.emit(dst, raw, r.lines.style.size()); err != nil {
		r.lines, r.carry = before, r.carry[:kept]
		return dst[:start], 0, err
	}
	r.release()
	return dst, n, nil
}

// release lets go of the row that was read.
func (r *Reader) release() {
	clear(r.carry)
	r.carry = r.carry[:0]
	if cap(r.carry) > maxKept {
		r.carry = nil
	}
}

// emit hands out a whole line, of which the last bytes end it.
func (r *Reader) emit(dst, raw []byte, ending int) ([]byte, error) {
	row, end := &r.row, len(raw)-ending
	row.Raw = raw
	if bytes.IndexByte(raw, 0) >= 0 {
		return dst, errZero
	}
	if r.header && r.opts.Header == HeaderLine && string(raw[:end]) != `\.` {
		r.header = false
		return append(dst, raw[end:]...), nil // whatever it is, nobody is to read it
	}
	marker, err := r.split(row, end)
	switch {
	case err != nil:
		return dst, err
	case marker && ending == 0:
		return dst, errMarker
	case marker:
		r.done = true
		return append(dst, raw...), nil
	case r.header:
		r.header = false
		return append(dst, raw...), r.match(row)
	case len(row.Fields) < len(r.opts.Columns):
		return dst, &Error{codeBadFormat, fmt.Sprintf("missing data for column %q", r.opts.Columns[len(row.Fields)])}
	}
	return r.each(dst, row)
}

func (r *Reader) split(row *Row, end int) (marker bool, err error) {
	if r.opts.Format == Text {
		return r.opts.splitText(row, end)
	}
	if r.opts.CSVMarker && end < len(row.Raw) && string(row.Raw[:end]) == `\.` {
		return true, nil
	}
	return false, r.opts.splitCSV(row, end)
}

// match holds the header line against the columns' names.
func (r *Reader) match(row *Row) error {
	if len(row.Fields) != len(r.opts.Columns) {
		return errHeaderCount
	}
	var name []byte
	for i, want := range r.opts.Columns {
		name = row.AppendValue(name[:0], i)
		if row.Fields[i].Kind == Null || string(name) != want {
			return errHeaderNames
		}
	}
	return nil
}

// binary reads the header, a row or the trailer of binary data, or keeps the beginning of one.
func (r *Reader) binary(dst, in []byte) (out []byte, n int, err error) {
	switch {
	case r.skip > 0:
		n = min(r.skip, len(in))
		r.skip -= n
		return dst, n, nil
	case !r.begun:
		return r.binaryHeader(dst, in)
	case r.done:
		return dst, 0, errAfterMarker
	}
	kept := len(r.carry)
	r.row.Raw = in
	if kept > 0 {
		r.carry = append(r.carry, in...)
		r.row.Raw = r.carry
	}
	whole, last, err := r.opts.splitTuple(&r.row, r.limit)
	switch {
	case err != nil:
		return dst, 0, err
	case !whole && kept == 0:
		r.carry = append(r.carry, in...)
		return dst, len(in), nil
	case !whole:
		return dst, len(in), nil
	}
	start := len(dst)
	if last {
		dst, r.done = append(dst, r.row.Raw...), true
	} else if dst, err = r.each(dst, &r.row); err != nil {
		r.carry = r.carry[:kept]
		return dst[:start], 0, err
	}
	n = len(r.row.Raw) - kept
	r.release()
	return dst, n, nil
}

// binaryHeader reads the header. Its extension, of which no server knows a use, is left out.
func (r *Reader) binaryHeader(dst, in []byte) (out []byte, n int, err error) {
	n = min(headerSize-len(r.carry), len(in))
	r.carry = append(r.carry, in[:n]...)
	size, err := BinaryHeader(r.carry)
	if err != nil || size == 0 {
		return dst, n, err
	}
	dst = append(append(dst, r.carry[:headerSize-4]...), 0, 0, 0, 0)
	r.begun, r.skip = true, size-headerSize
	r.release()
	return dst, n, nil
}

// Finish ends the data: a last line that nothing ends comes out. An error of Each asks for another call.
func (r *Reader) Finish(dst []byte) (out []byte, err error) {
	switch {
	case r.opts.Format == Binary && (len(r.carry) > 0 || r.skip > 0):
		return dst, errUnexpected
	case len(r.carry) == 0 || r.done:
		return dst, nil
	}
	ending, err := r.lines.finish()
	if err != nil {
		return dst, err
	}
	start := len(dst)
	if dst, err = r.emit(dst, r.carry, ending); err != nil {
		return dst[:start], err
	}
	r.release()
	return dst, nil
}

// Split takes apart the first row of a CopyData message from the server, which in text and csv is all of it. It returns
// what is behind the row, and whether the row is the trailer of binary data. row and its fields are used again.
func (o *Options) Split(row *Row, raw []byte) (rest []byte, last bool, err error) {
	row.Raw, row.opts = raw, o
	if o.Format == Binary {
		whole, last, err := o.splitTuple(row, len(raw))
		if err == nil && !whole {
			err = errForeignRow
		}
		return raw[len(row.Raw):], last, err
	}
	end := len(raw) - 1
	if end < 0 || raw[end] != '\n' {
		return nil, false, errForeignRow
	}
	if o.Format == CSV {
		err = o.splitCSV(row, end)
	} else if _, err = o.splitText(row, end); err == nil && bytes.IndexByte(raw[:end], '\n') >= 0 {
		err = errForeignRow
	}
	if err == nil && len(row.Fields) != len(o.Columns) {
		err = errForeignRow
	}
	return nil, false, err
}
