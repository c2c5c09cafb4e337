package pgvalue

import (
	"encoding/hex"

	"github.com/jackc/pgx/v5/pgtype"
)

const uuidSize = 16

// appendUUID is assignment to a uuid column.
func appendUUID(dst []byte, v source) ([]byte, error) {
	s, ok, err := v.text()
	switch {
	case err != nil:
		return dst, err
	case ok, v.oid == pgtype.UUIDOID && v.format == TextFormat:
		if !ok {
			s = v.bytes
		}
		id, err := parseUUID(s)
		return append(dst, id[:]...), err
	case v.oid != 0 && v.oid != pgtype.UUIDOID:
		return dst, errMismatch(UUID)
	}
	if err := v.binary(uuidSize); err != nil {
		return dst, err
	}
	return append(dst, v.bytes...), nil
}

// appendUUIDText appends the output form of a value declared uuid.
func appendUUIDText(dst []byte, v source) ([]byte, error) {
	var id [uuidSize]byte
	if _, err := appendUUID(id[:0], v); err != nil {
		return dst, err
	}
	return appendUUIDOut(dst, id[:]), nil
}

// parseUUID reads what uuid_in does (PostgreSQL documentation, 8.12): 32 hexadecimal digits of either case, a
// hyphen after any group of four, braces around. pgtype takes the two most usual of these forms only.
func parseUUID(b []byte) (id [uuidSize]byte, err error) {
	if len(b) > 0 && b[0] == '{' {
		if b[len(b)-1] != '}' {
			return id, errInvalidText("uuid")
		}
		b = b[1 : len(b)-1]
	}
	for i := range id {
		if len(b) < 2 {
			return id, errInvalidText("uuid")
		}
		hi, ok := hexDigit(b[0])
		lo, ok2 := hexDigit(b[1])
		if !ok || !ok2 {
			return id, errInvalidText("uuid")
		}
		id[i] = hi<<4 | lo
		b = b[2:]
		if i%2 == 1 && i < uuidSize-1 && len(b) > 0 && b[0] == '-' {
			b = b[1:]
		}
	}
	if len(b) > 0 {
		return id, errInvalidText("uuid")
	}
	return id, nil
}

// appendUUIDOut appends the form 8-4-4-4-12, lower case (RFC 9562, section 4).
func appendUUIDOut(dst, id []byte) []byte {
	for from := 0; from < uuidSize; {
		to := from + 2
		switch from {
		case 0:
			to = 4
		case 10:
			to = uuidSize
		}
		if from > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, id[from:to])
		from = to
	}
	return dst
}
