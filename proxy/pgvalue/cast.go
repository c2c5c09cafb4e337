package pgvalue

import "github.com/jackc/pgx/v5/pgtype"

// castTargets are the types that a cast may name: the logical types, and char(n) without its length.
var castTargets = map[uint32]Type{pgtype.BPCharOID: Text}

func init() {
	for t := Text; int(t) < len(types); t++ {
		castTargets[t.OID()] = t
		castTargets[t.Array().OID()] = t.Array()
	}
}

// AppendCast appends to dst what an explicit cast to type to makes of a value that came in the given format and is of type
// oid (0: not known yet, as a literal's or a parameter's, so that the cast decides how it is read). modifier is that of
// pg_attribute.atttypmod, -1 for none: it cuts a varchar, and rounds a numeric or a timestamp, as the server does.
//
// The result is in the form that AppendCast and AppendCanonicalIn take with the format that is returned and the oid to.
// Errors are *Error; dst is then returned as it was.
func AppendCast(dst, src []byte, format Format, oid, to uint32, modifier int32, s *Settings) ([]byte, Format, error) {
	t := castTargets[to]
	start := len(dst)
	out, err := t.AppendCanonicalIn(dst, src, format, oid, s)
	if err != nil {
		if oid != 0 && oid != to {
			err = late(err)
		}
		return dst, format, err
	}
	if out, err = t.coerce(out, start, Modifier(modifier)); err != nil {
		return dst, format, err
	}
	if t == Text || t == Varchar || t == JSON || t == JSONB {
		return out, TextFormat, nil
	}
	return out, BinaryFormat, nil
}

// late is the error of a cast, which the server carries out when it runs the statement.
func late(err error) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	return &Error{Code: e.Code, Message: e.Message, Late: true}
}

// coerce changes the canonical value that begins at start as an explicit cast to a type with a modifier does: as an
// assignment, but that a varchar is cut without an error (varchar in the server's varchar.c).
func (t Type) coerce(out []byte, start int, m Modifier) ([]byte, error) {
	if t == Varchar && m != NoModifier {
		return out[:start+len(cutCharacters(out[start:], int(m)-modifierHeader))], nil
	}
	return t.modify(out, start, m)
}

// cutCharacters returns the first n characters of a valid text.
func cutCharacters(b []byte, n int) []byte {
	for i, c := range b {
		if c&0xC0 == 0x80 {
			continue
		}
		if n == 0 {
			return b[:i]
		}
		n--
	}
	return b
}

// appendOutputOf is the cast of another type to text or varchar: its output function, but for bool, which is written out
// (booltext). Floats and bytea depend on settings that the server does not report.
func appendOutputOf(dst []byte, v source, to Type, s *Settings) ([]byte, error) {
	t := castTargets[v.oid]
	switch {
	case t == Timestamptz && s.Location == nil:
		return dst, errMismatch(to)
	case t != Bool && t != Numeric && t != Date && t != Timestamp && t != Timestamptz:
		return dst, errMismatch(to)
	}
	canonical, err := t.appendCanonical(nil, v, s)
	defer clear(canonical)
	switch {
	case err != nil:
		return dst, err
	case t == Bool && canonical[0] == 1:
		return append(dst, "true"...), nil
	case t == Bool:
		return append(dst, "false"...), nil
	}
	return t.appendOut(dst, canonical, s), nil
}
