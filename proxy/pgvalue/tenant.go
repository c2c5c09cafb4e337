package pgvalue

import (
	"bytes"
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// CanonicalTenant appends the canonical text of a tenant id to dst: src is a value of type oid in the given
// format, from a row or from a parameter. One tenant has one text whatever type and format it comes in: strings
// as they are, but char(n) without its padding; integers in decimal; uuids as 8-4-4-4-12 in lower case. oid 0 is
// a string in either format. Other types are refused, because their text depends on the session.
//
// It does not allocate beyond the growth of dst, except for errors, which are *Error; dst is then returned as it
// was. The result may be empty.
func CanonicalTenant(dst, src []byte, format Format, oid uint32) ([]byte, error) {
	if format != TextFormat && format != BinaryFormat {
		return dst, errBadFormat
	}
	v := source{src, format, oid}
	switch oid {
	case 0, pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UnknownOID:
		if !validText(src) {
			return dst, errEncoding
		}
		if oid == pgtype.BPCharOID {
			src = bytes.TrimRight(src, " ")
		}
		return append(dst, src...), nil
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		n, err := v.integer(Int8)
		if err != nil {
			return dst, err
		}
		return strconv.AppendInt(dst, n, 10), nil
	case pgtype.UUIDOID:
		return appendUUIDText(dst, v)
	}
	return dst, &Error{Code: codeDatatypeMismatch, Message: "a tenant id must be text, varchar, char, name, int2, int4, int8 or uuid"}
}
