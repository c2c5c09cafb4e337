package pgvalue

import (
	"bytes"
	"encoding/hex"

	"github.com/jackc/pgx/v5/pgtype"
)

// appendBytea is assignment to a bytea column. A declared string is refused, as by the server: its characters may
// be meant as the bytes, or as their escaped form.
func appendBytea(dst []byte, v source) ([]byte, error) {
	if v.oid != 0 && v.oid != pgtype.ByteaOID {
		return dst, errMismatch(Bytea)
	}
	if v.format == BinaryFormat {
		return append(dst, v.bytes...), nil
	}
	if digits, ok := bytes.CutPrefix(v.bytes, []byte(`\x`)); ok {
		return appendHexIn(dst, digits)
	}
	return appendEscapeIn(dst, v.bytes)
}

// appendHexIn reads bytea's hex form after its prefix (PostgreSQL documentation, 8.4.1): white space may stand
// between pairs of digits.
func appendHexIn(dst, src []byte) ([]byte, error) {
	if out, err := hex.AppendDecode(dst, src); err == nil { // without white space, three times as fast
		return out, nil
	}
	for len(src) > 0 {
		switch src[0] {
		case ' ', '\n', '\t', '\r':
			src = src[1:]
			continue
		}
		hi, ok := hexDigit(src[0])
		if !ok {
			return dst, &Error{Code: codeInvalidParameter, Message: "invalid hexadecimal digit"}
		}
		if len(src) == 1 {
			return dst, &Error{Code: codeInvalidParameter, Message: "invalid hexadecimal data: odd number of digits"}
		}
		lo, ok := hexDigit(src[1])
		if !ok {
			return dst, &Error{Code: codeInvalidParameter, Message: "invalid hexadecimal digit"}
		}
		dst = append(dst, hi<<4|lo)
		src = src[2:]
	}
	return dst, nil
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

// appendEscapeIn reads bytea's escape form (PostgreSQL documentation, 8.4.2): \\ and \ooo, other bytes as they are.
func appendEscapeIn(dst, src []byte) ([]byte, error) {
	for len(src) > 0 {
		n := bytes.IndexByte(src, '\\')
		if n < 0 {
			return append(dst, src...), nil
		}
		dst = append(dst, src[:n]...)
		src = src[n+1:]
		switch {
		case len(src) >= 1 && src[0] == '\\':
			dst = append(dst, '\\')
			src = src[1:]
		case len(src) >= 3 && isOctal(src[0], '3') && isOctal(src[1], '7') && isOctal(src[2], '7'):
			dst = append(dst, (src[0]-'0')<<6|(src[1]-'0')<<3|(src[2]-'0'))
			src = src[3:]
		default:
			return dst, errInvalidText("bytea")
		}
	}
	return dst, nil
}

func isOctal(c, highest byte) bool { return '0' <= c && c <= highest }

// appendHexOut appends bytea's hex form.
func appendHexOut(dst, b []byte) []byte { return hex.AppendEncode(append(dst, '\\', 'x'), b) }

// appendEscapeOut appends bytea's escape form: a backslash doubled, bytes outside of printable ASCII in octal.
func appendEscapeOut(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < 0x20 || c > 0x7e:
			dst = append(dst, '\\', '0'+(c>>6), '0'+(c>>3&7), '0'+(c&7))
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
