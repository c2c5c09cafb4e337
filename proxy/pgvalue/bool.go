package pgvalue

import (
	"bytes"

	"github.com/jackc/pgx/v5/pgtype"
)

// appendBool is assignment to a boolean column.
func appendBool(dst []byte, v source) ([]byte, error) {
	s, ok, err := v.text()
	switch {
	case err != nil:
		return dst, err
	case !ok && v.oid != 0 && v.oid != pgtype.BoolOID:
		return dst, errMismatch(Bool)
	case !ok && v.format == TextFormat:
		s, ok = v.bytes, true
	}
	var b bool
	if ok {
		b, err = parseBool(s)
	} else if err = v.binary(1); err == nil {
		b = v.bytes[0] != 0
	}
	switch {
	case err != nil:
		return dst, err
	case b:
		return append(dst, 1), nil
	}
	return append(dst, 0), nil
}

// boolWords are the spellings of boolean; a beginning that only one of them has, or that has the same value in all,
// stands for it.
var boolWords = [...]struct {
	word     string
	shortest int // characters of the shortest beginning
	value    bool
}{{"true", 1, true}, {"false", 1, false}, {"yes", 1, true}, {"no", 1, false}, {"on", 2, true}, {"off", 2, false}, {"1", 1, true}, {"0", 1, false}}

// parseBool reads what boolin does (PostgreSQL documentation, 8.6), in any case.
func parseBool(b []byte) (bool, error) {
	b = trimSpace(b)
	for i := range boolWords {
		w := &boolWords[i]
		if len(b) >= w.shortest && len(b) <= len(w.word) && bytes.EqualFold(b, []byte(w.word[:len(b)])) && isASCII(b) {
			return w.value, nil
		}
	}
	return false, errInvalidText("boolean")
}

// isASCII keeps EqualFold from taking U+017F for s, and the Kelvin sign for k.
func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
