package pgvalue

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// The bits of the NaN that the server's input functions store. Clients send NaN with other bits in binary (Go's
// math.NaN() is one); the server keeps those, but takes all of them as equal, so they become one here.
const (
	nan32 = 0x7fc00000
	nan64 = 0x7ff8000000000000
)

// appendFloat is assignment to a real or double precision column.
func appendFloat(dst []byte, v source, t Type) ([]byte, error) {
	f, err := v.toFloat(t)
	if err != nil {
		return dst, err
	}
	switch {
	case t == Float8 && f != f:
		return binary.BigEndian.AppendUint64(dst, nan64), nil
	case t == Float8:
		return binary.BigEndian.AppendUint64(dst, math.Float64bits(f)), nil
	case f != f:
		return binary.BigEndian.AppendUint32(dst, nan32), nil
	}
	narrow := float32(f)
	if math.IsInf(float64(narrow), 0) && !math.IsInf(f, 0) || narrow == 0 && f != 0 {
		return dst, errRange("real")
	}
	return binary.BigEndian.AppendUint32(dst, math.Float32bits(narrow)), nil
}

// toFloat returns the value that the cast to t starts from.
func (v source) toFloat(t Type) (float64, error) {
	s, ok, err := v.text()
	switch {
	case err != nil:
		return 0, err
	case ok:
		return parseFloat(s, t.bits())
	case v.oid == 0 && t == Float4:
		v.oid = pgtype.Float4OID
	case v.oid == pgtype.NumericOID:
		return v.numericFloat(t)
	case isInteger(v.oid):
		n, err := v.integer(Int8)
		if t == Float4 {
			return float64(float32(n)), err // rounded once, not by way of a float64
		}
		return float64(n), err
	case v.oid != 0 && v.oid != pgtype.Float4OID && v.oid != pgtype.Float8OID:
		return 0, errMismatch(t)
	}
	return v.float64()
}

// numericFloat is the cast of numeric, which goes by way of its text.
func (v source) numericFloat(t Type) (float64, error) {
	n, err := v.numeric()
	if err != nil {
		return 0, err
	}
	return parseFloat(appendNumericOut(nil, n.appendBinary(nil)), t.bits())
}

// roundFloat returns a parameter declared float4 or float8 as an integer: rounded half to even, as the cast does.
func (v source) roundFloat() (int64, error) {
	f, err := v.float64()
	if err != nil {
		return 0, err
	}
	f = math.RoundToEven(f)
	// -2^63 and 2^63 are exact in a float64; NaN fails both comparisons.
	if !(f >= -1<<63 && f < 1<<63) {
		return 0, errInt8Range
	}
	return int64(f), nil
}

// float64 returns a value declared float4, or else as a float8.
func (v source) float64() (float64, error) {
	bits := 64
	if v.oid == pgtype.Float4OID {
		bits = 32
	}
	if v.format == TextFormat {
		return parseFloat(v.bytes, bits)
	}
	if err := v.binary(bits / 8); err != nil {
		return 0, err
	}
	if bits == 32 {
		return float64(math.Float32frombits(binary.BigEndian.Uint32(v.bytes))), nil
	}
	return math.Float64frombits(binary.BigEndian.Uint64(v.bytes)), nil
}

// parseFloat reads what float4in (32 bits) and float8in (64) do, but for some of C's spellings, which are refused:
// hexadecimal numbers without an exponent (0x10), NaN with a sign or a payload.
func parseFloat(b []byte, bits int) (float64, error) {
	b = trimSpace(b)
	if bytes.IndexByte(b, '_') >= 0 { // Go's digit separator
		return 0, errInvalidText(floatName(bits))
	}
	f, err := strconv.ParseFloat(string(b), bits)
	switch {
	case errors.Is(err, strconv.ErrRange), err == nil && f == 0 && underflowed(b):
		return 0, &Error{Code: codeOutOfRange, Message: "value is out of range for type " + floatName(bits)}
	case err != nil:
		return 0, errInvalidText(floatName(bits))
	}
	return f, nil
}

// underflowed reports whether a spelling of zero stood for another number, which the server refuses.
func underflowed(b []byte) bool {
	if mantissa, _, ok := bytes.Cut(bytes.ToLower(b), []byte("p")); ok {
		return bytes.ContainsAny(mantissa, "123456789abcdef")
	}
	d, ok := parseDecimal(b)
	return ok && !d.isZero()
}

func floatName(bits int) string {
	if bits == 32 {
		return "real"
	}
	return "double precision"
}
