package pgvalue

import (
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// appendInteger is assignment to a smallint, integer or bigint column. A string is read as the type's input function
// reads it; the server would refuse a declared text here, but drivers declare varchar for any string.
func appendInteger(dst []byte, v source, t Type) ([]byte, error) {
	s, ok, err := v.text()
	if err != nil {
		return dst, err
	}
	var n int64
	switch {
	case ok:
		n, err = parseInt(s, t.bits())
	case v.oid == pgtype.NumericOID:
		n, err = v.roundNumeric()
	case v.oid == pgtype.Float4OID, v.oid == pgtype.Float8OID:
		n, err = v.roundFloat()
	default:
		n, err = v.integer(t)
	}
	switch {
	case err == errInt8Range, err == nil && n>>(t.bits()-1) != n>>63: // the bits above the type's must all be its sign
		return dst, errRange(intName(t.bits()))
	case err != nil:
		return dst, err
	}
	return appendSigned(dst, n, t.bits()), nil
}

// bits returns the width of a fixed-size type.
func (t Type) bits() int { return 8 * int(t.Size()) }

// integer returns the value of a parameter declared int2, int4 or int8, or, if not declared, of type t.
func (v source) integer(t Type) (int64, error) {
	bits := 0
	switch v.oid {
	case pgtype.Int2OID:
		bits = 16
	case pgtype.Int4OID:
		bits = 32
	case pgtype.Int8OID:
		bits = 64
	case 0:
		bits = t.bits()
	default:
		return 0, errMismatch(t)
	}
	if v.format == TextFormat {
		return parseInt(v.bytes, bits)
	}
	if err := v.binary(bits / 8); err != nil {
		return 0, err
	}
	return signed(v.bytes), nil
}

// isInteger reports whether the declared type is one that integer reads.
func isInteger(oid uint32) bool {
	return oid == pgtype.Int2OID || oid == pgtype.Int4OID || oid == pgtype.Int8OID
}

// signed returns the big-endian integer of 2, 4 or 8 bytes.
func signed(b []byte) int64 {
	switch len(b) {
	case 2:
		return int64(int16(binary.BigEndian.Uint16(b)))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b)))
	}
	return int64(binary.BigEndian.Uint64(b))
}

// appendSigned appends the big-endian form of an integer that fits in 16, 32 or 64 bits.
func appendSigned(dst []byte, n int64, bits int) []byte {
	switch bits {
	case 16:
		return binary.BigEndian.AppendUint16(dst, uint16(n))
	case 32:
		return binary.BigEndian.AppendUint32(dst, uint32(n))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(n))
}

// parseInt reads an integer as PostgreSQL's intNin do: a sign, decimal digits, white space around them.
func parseInt(b []byte, bits int) (int64, error) {
	n, err := strconv.ParseInt(string(trimSpace(b)), 10, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, &Error{Code: codeOutOfRange, Message: "value is out of range for type " + intName(bits)}
	case err != nil:
		return 0, errInvalidText(intName(bits))
	}
	return n, nil
}

func intName(bits int) string {
	switch bits {
	case 16:
		return "smallint"
	case 32:
		return "integer"
	}
	return "bigint"
}
