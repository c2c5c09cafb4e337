package pgvalue

import (
	"bytes"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

// AppendCanonical appends the canonical plaintext of src to dst. src is what the client sent, in the given format,
// for a parameter that it declared with type oid (0: not declared, so it is the logical type).
//
// It uses the zero Settings: a date whose day and month could be exchanged (01/02/2024) is refused, and so is what
// depends on the session's time zone; see AppendCanonicalIn.
func (t Type) AppendCanonical(dst, src []byte, format Format, oid uint32) ([]byte, error) {
	return t.AppendCanonicalIn(dst, src, format, oid, &defaultSettings)
}

// AppendCanonicalIn is AppendCanonical under the session's settings, on which the meaning of some dates and times depends.
func (t Type) AppendCanonicalIn(dst, src []byte, format Format, oid uint32, s *Settings) ([]byte, error) {
	return t.AppendModified(dst, src, format, oid, s, NoModifier)
}

// AppendModified is AppendCanonicalIn for a column whose declaration has a modifier: the value is rounded, cut or refused
// as the server would. Errors are *Error; dst is then returned as it was. Strings and all binary forms of a fixed size
// are read without an allocation, numbers too unless they have a modifier, texts of dates and times with a few, jsonb and
// arrays with some per element.
func (t Type) AppendModified(dst, src []byte, format Format, oid uint32, s *Settings, m Modifier) ([]byte, error) {
	if format != TextFormat && format != BinaryFormat {
		return dst, errBadFormat
	}
	if format == TextFormat && !validText(src) {
		return dst, errEncoding
	}
	if oid == pgtype.UnknownOID { // to the server, this is not declared either
		oid = 0
	}
	out, err := t.appendColumn(dst, source{src, format, oid}, s, m)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// appendColumn is assignment to a column of the type with a modifier.
func (t Type) appendColumn(dst []byte, v source, s *Settings, m Modifier) ([]byte, error) {
	if t.isArray() {
		return appendArray(dst, v, t.Elem(), s, m)
	}
	out, err := t.appendCanonical(dst, v, s)
	if err != nil {
		return dst, err
	}
	return t.modify(out, len(dst), m)
}

// source is one value as the client sent it.
type source struct {
	bytes  []byte
	format Format
	oid    uint32
}

// appendCanonical is assignment to a column of a scalar type.
func (t Type) appendCanonical(dst []byte, v source, s *Settings) ([]byte, error) {
	switch t {
	case Text, Varchar:
		return appendText(dst, v, t, s)
	case Bytea:
		return appendBytea(dst, v)
	case Bool:
		return appendBool(dst, v)
	case Int2, Int4, Int8:
		return appendInteger(dst, v, t)
	case Float4, Float8:
		return appendFloat(dst, v, t)
	case Numeric:
		return appendNumeric(dst, v)
	case Date:
		return appendDate(dst, v, s)
	case Timestamp, Timestamptz:
		return appendTimestamp(dst, v, t, s)
	case UUID:
		return appendUUID(dst, v)
	case JSON:
		return appendJSON(dst, v)
	case JSONB:
		return appendJSONB(dst, v)
	}
	return dst, errUnknownType
}

// isString reports whether the declared type is one whose binary form is its text.
func isString(oid uint32) bool {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID:
		return true
	}
	return false
}

// text returns the characters of a value that was declared as a string, and whether it was one. A value without
// a declared type is characters if it came in text format.
func (v source) text() ([]byte, bool, error) {
	if v.oid == 0 {
		return v.bytes, v.format == TextFormat, nil
	}
	if !isString(v.oid) {
		return nil, false, nil
	}
	if v.format == BinaryFormat && !validText(v.bytes) {
		return nil, false, errEncoding
	}
	return v.bytes, true, nil
}

// binary checks that a binary value has exactly size bytes, with the server's errors.
func (v source) binary(size int) error {
	switch {
	case len(v.bytes) < size:
		return errShortBinary
	case len(v.bytes) > size:
		return errLongBinary
	}
	return nil
}

// validText reports whether the server would take b as text in encoding UTF8, which has no NUL.
func validText(b []byte) bool { return bytes.IndexByte(b, 0) < 0 && utf8.Valid(b) }

// trimSpace removes the white space of C's isspace, which the server's input functions skip.
func trimSpace(b []byte) []byte { return bytes.Trim(b, " \t\n\v\f\r") }
