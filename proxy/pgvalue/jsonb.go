package pgvalue

import (
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5/pgtype"
)

// jsonbDepth is the nesting that is accepted, one below what jsontext reads. The server's bound is its stack
// (max_stack_depth); a stock one takes more than this.
const jsonbDepth = 9999

// jsonbGrowth is how many bytes numbers written with exponents may grow in one document when they are written
// out. The server stores them compactly; without a bound nine bytes (1e131071) would become 131,072.
const jsonbGrowth = 1 << 20

// appendJSONB is assignment to a jsonb column; the result is the text that jsonb's output function shows
// (PostgreSQL documentation, 8.14): keys sorted by length, then bytes, the last of equal keys, one space after
// each comma and colon, numbers as numeric prints them, the fewest escapes in strings.
//
// It needs memory in proportion to the document, at worst (an array of digits) about 20 times its size, and time
// in proportion but for sorting keys. The caller bounds the size.
func appendJSONB(dst []byte, v source) ([]byte, error) {
	src, err := v.json(JSONB)
	if err != nil {
		return dst, err
	}
	p := jsonParser{dec: jsontext.NewDecoder(bytes.NewBuffer(src), jsontext.AllowDuplicateNames(true)), growth: jsonbGrowth}
	p.text = make([]byte, 0, len(src))
	root, err := p.value(0)
	if err != nil {
		return dst, err
	}
	if _, err := p.dec.ReadToken(); err != io.EOF {
		return dst, errInvalidText("json")
	}
	return p.appendValue(dst, root), nil
}

// json returns the text of a document for a column of type t.
func (v source) json(t Type) ([]byte, error) {
	switch {
	case v.oid != 0 && v.oid != pgtype.JSONBOID && v.oid != pgtype.JSONOID && !isString(v.oid):
		return nil, errMismatch(t)
	case v.format == TextFormat:
		return v.bytes, nil
	}
	src := v.bytes
	if v.oid == pgtype.JSONBOID || v.oid == 0 && t == JSONB {
		if len(src) == 0 {
			return nil, errShortBinary
		}
		if src[0] != jsonbVersion {
			return nil, &Error{Code: codeInternal, Message: "unsupported jsonb version number"}
		}
		src = src[1:]
	}
	if !validText(src) {
		return nil, errEncoding
	}
	return src, nil
}
