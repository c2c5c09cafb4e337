package pgvalue

import (
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// appendInt8 is assignment to a bigint column. A string is read as bigint's input function reads it; the server
// would refuse a declared text here, but drivers declare varchar for any string.
func appendInt8(dst []byte, v source) ([]byte, error) {
	s, ok, err := v.text()
	if err != nil {
		return dst, err
	}
	var n int64
	switch {
	case ok:
		n, err = parseInt(s, 64)
	case v.oid == pgtype.NumericOID:
		n, err = v.numeric()
	case v.oid == pgtype.Float4OID, v.oid == pgtype.Float8OID:
		n, err = v.float()
	default:
		n, err = v.integer()
	}
	if err != nil {
		return dst, err
	}
	return appendFixed(dst, n), nil
}

// integer returns the value of a parameter declared int2, int4 or int8, or not declared.
func (v source) integer() (int64, error) {
	bits := 0
	switch v.oid {
	case pgtype.Int2OID:
		bits = 16
	case pgtype.Int4OID:
		bits = 32
	case pgtype.Int8OID, 0:
		bits = 64
	default:
		return 0, errMismatch(Int8)
	}
	if v.format == TextFormat {
		return parseInt(v.bytes, bits)
	}
	if err := v.binary(bits / 8); err != nil {
		return 0, err
	}
	switch bits {
	case 16:
		return int64(int16(binary.BigEndian.Uint16(v.bytes))), nil
	case 32:
		return int64(int32(binary.BigEndian.Uint32(v.bytes))), nil
	}
	return int64(binary.BigEndian.Uint64(v.bytes)), nil
}

// parseInt reads an integer as PostgreSQL's intNin do: a sign, decimal digits, white space around them.
func parseInt(b []byte, bits int) (int64, error) {
	n, err := strconv.ParseInt(string(trimSpace(b)), 10, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, &Error{codeOutOfRange, "value is out of range for type " + intName(bits)}
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
