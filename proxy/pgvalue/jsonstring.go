package pgvalue

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// appendUnquoted appends what a JSON string means. PostgreSQL's text cannot hold U+0000.
func appendUnquoted(dst, raw []byte) ([]byte, error) {
	from := len(dst)
	dst, err := jsontext.AppendUnquote(dst, raw)
	if err != nil {
		return dst, errInvalidText("json")
	}
	if bytes.IndexByte(dst[from:], 0) >= 0 {
		return dst, &Error{Code: codeUntranslatable, Message: `unsupported Unicode escape sequence: \u0000 cannot be converted to text`}
	}
	return dst, nil
}

// appendQuoted appends s as PostgreSQL's escape_json does: short escapes where JSON has them, \u00xx for the other
// control characters, everything else as it is (/, <, DEL and U+2028 too, which other writers escape).
func appendQuoted(dst, s []byte) []byte {
	const hexDigits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= 0x20:
			dst = append(dst, c)
		case c == '\b':
			dst = append(dst, '\\', 'b')
		case c == '\f':
			dst = append(dst, '\\', 'f')
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(dst, '"')
}
