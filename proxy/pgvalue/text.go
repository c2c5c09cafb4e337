package pgvalue

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// nameLimit is NAMEDATALEN-1, the bytes that a value of type name can hold.
const nameLimit = 63

// appendText is assignment to a column of type t, text or varchar: strings as they are, other types by their output function, as far
// as they have one form for every session.
func appendText(dst []byte, v source, t Type, s *Settings) ([]byte, error) {
	if v.oid == 0 {
		v.oid = pgtype.TextOID
	}
	if isString(v.oid) {
		return appendString(dst, v)
	}
	switch v.oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		n, err := v.integer(Int8)
		return strconv.AppendInt(dst, n, 10), err
	case pgtype.UUIDOID:
		return appendUUIDText(dst, v)
	case pgtype.JSONBOID:
		return appendJSONB(dst, v)
	case pgtype.JSONOID:
		return appendJSON(dst, v)
	}
	return appendOutputOf(dst, v, t, s)
}

func appendString(dst []byte, v source) ([]byte, error) {
	s, _, err := v.text()
	if err != nil {
		return dst, err
	}
	switch {
	case v.oid == pgtype.BPCharOID: // char(n) to text drops the padding
		s = bytes.TrimRight(s, " ")
	case v.oid == pgtype.NameOID && len(s) > nameLimit:
		if v.format == BinaryFormat { // namerecv refuses, namein cuts
			return dst, &Error{Code: codeNameTooLong, Message: "identifier too long"}
		}
		s = cutRunes(s, nameLimit)
	}
	return append(dst, s...), nil
}

// cutRunes returns the longest prefix of whole characters that has at most limit bytes.
func cutRunes(s []byte, limit int) []byte {
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
