package pgwire

import (
	"encoding/binary"
	"math"
)

// Bind is the message of that name, for reading and rebuilding (PostgreSQL documentation, 55.7). Its slices lie in the
// decoded body; a Bind that is decoded into again reuses its own arrays.
type Bind struct {
	Portal        []byte
	Statement     []byte
	ParamFormats  []int16
	Params        []Param
	ResultFormats []int16
}

// Param is one parameter's value.
type Param struct {
	Value []byte
	Null  bool
}

// BindNames returns the portal and the statement that a Bind body names, without looking at the rest.
func BindNames(body []byte) (portal, statement []byte, err error) {
	r := reader{rest: body}
	portal, statement = r.cstring(), r.cstring()
	if r.failed {
		return nil, nil, Malformed("Bind")
	}
	return portal, statement, nil
}

// Decode reads body, which must stay unchanged as long as b is used.
func (b *Bind) Decode(body []byte) error {
	r := reader{rest: body}
	b.Portal, b.Statement = r.cstring(), r.cstring()
	b.ParamFormats = r.formats(b.ParamFormats[:0])
	n := r.count(4)
	b.Params = b.Params[:0]
	for range n {
		v, null := r.value()
		b.Params = append(b.Params, Param{Value: v, Null: null})
	}
	b.ResultFormats = r.formats(b.ResultFormats[:0])
	if !r.end() {
		return Malformed("Bind")
	}
	if n := len(b.ParamFormats); n > 1 && n != len(b.Params) {
		return Malformed("Bind: number of parameter formats")
	}
	return nil
}

func (r *reader) formats(dst []int16) []int16 {
	for range r.count(2) {
		dst = append(dst, r.int16())
	}
	return dst
}

// ParamFormat returns the format code of parameter i, counted from 0.
func (b *Bind) ParamFormat(i int) int16 { return formatOf(b.ParamFormats, i) }

// ResultFormat returns the format code that the client asked for in result column i, counted from 0.
func (b *Bind) ResultFormat(i int) int16 { return formatOf(b.ResultFormats, i) }

// formatOf applies the rule for lists of format codes: none means text for all, one means that one for all.
func formatOf(codes []int16, i int) int16 {
	switch {
	case len(codes) == 0:
		return 0
	case len(codes) == 1:
		return codes[0]
	case i < len(codes):
		return codes[i]
	}
	return 0
}

// Append appends the message, header included, to dst. It fails if a count or a value is too long for the protocol.
func (b *Bind) Append(dst []byte) ([]byte, error) {
	if len(b.Params) > math.MaxUint16 || len(b.ParamFormats) > math.MaxUint16 || len(b.ResultFormats) > math.MaxUint16 {
		return dst, Malformed("Bind: more than 65535 parameters or columns")
	}
	start := len(dst)
	dst = BeginMessage(dst, 'B')
	dst = append(append(dst, b.Portal...), 0)
	dst = append(append(dst, b.Statement...), 0)
	dst = appendFormats(dst, b.ParamFormats)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(b.Params)))
	for _, p := range b.Params {
		dst = AppendValue(dst, p.Value, p.Null)
	}
	dst = appendFormats(dst, b.ResultFormats)
	if len(dst)-start > math.MaxInt32 {
		return dst[:start], Malformed("Bind: longer than 2 GiB")
	}
	EndMessage(dst, start)
	return dst, nil
}

func appendFormats(dst []byte, codes []int16) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(codes)))
	for _, c := range codes {
		dst = binary.BigEndian.AppendUint16(dst, uint16(c))
	}
	return dst
}

// AppendValue appends a value with its length, or NULL.
func AppendValue(dst, v []byte, null bool) []byte {
	if null {
		return binary.BigEndian.AppendUint32(dst, math.MaxUint32)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(v)))
	return append(dst, v...)
}
