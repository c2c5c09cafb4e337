package pgcopy

import "encoding/binary"

// Row is one row as it stands in the data. All of it is valid until the next row is read.
type Row struct {
	Raw    []byte  // all its bytes, the end of its line included
	Fields []Field // in order
	opts   *Options
}

// Kind says what stands in a field.
type Kind uint8

const (
	Value   Kind = iota
	Null         // the NULL string, not quoted
	Default      // the DEFAULT string, not quoted
)

// Field is a field's place in its row.
type Field struct {
	Start, End int // its bytes in Row.Raw: quotes and escapes included, and in binary the length before it
	Kind       Kind
	marked     bool // it has quotes or escapes
}

// AppendValue appends the value of field i to dst, without quotes and escapes. A field that stands for NULL or a default
// has the value that it would have if it didn't.
func (r *Row) AppendValue(dst []byte, i int) []byte {
	f := &r.Fields[i]
	raw := r.Raw[f.Start:f.End]
	switch {
	case r.opts.Format == Binary:
		return append(dst, raw[4:]...)
	case !f.marked:
		return append(dst, raw...)
	case r.opts.Format == CSV:
		return r.opts.unquote(dst, raw)
	}
	return unescape(dst, raw)
}

// Quoted reports whether the field begins with a quote.
func (r *Row) Quoted(i int) bool {
	f := &r.Fields[i]
	return r.opts.Format == CSV && f.Start < f.End && r.Raw[f.Start] == r.opts.Quote
}

// AppendField appends a value as a field, as the server would write it; quoted, in csv, also if it needn't be.
func (o *Options) AppendField(dst, value []byte, quoted bool) []byte {
	switch o.Format {
	case Binary:
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(value)))
		return append(dst, value...)
	case CSV:
		return o.quote(dst, value, quoted)
	}
	return o.escape(dst, value)
}

// add appends a field and finds its kind.
func (r *Row) add(start, end int, marked bool) {
	f := Field{Start: start, End: end, marked: marked}
	switch raw := r.Raw[start:end]; {
	case string(raw) == r.opts.Null:
		f.Kind = Null
	case r.opts.HasDefault && string(raw) == r.opts.Default:
		f.Kind = Default
	}
	r.Fields = append(r.Fields, f)
}
