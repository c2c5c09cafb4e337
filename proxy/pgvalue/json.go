package pgvalue

import (
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5/pgtype"
)

// appendJSON is assignment to a json column: the text is checked as json_in does, but kept as it is, so that equal
// documents may have different plaintexts. A declared jsonb is first brought into its own form.
func appendJSON(dst []byte, v source) ([]byte, error) {
	if v.oid == pgtype.JSONBOID {
		return appendJSONB(dst, v)
	}
	src, err := v.json(JSON)
	if err != nil {
		return dst, err
	}
	if jsonNesting(src) > jsonbDepth {
		return dst, &Error{Code: codeTooComplex, Message: "the json document is nested too deeply"}
	}
	// The server's json, other than jsonb, does not look at what escapes mean: half a surrogate pair may stay.
	if !jsontext.Value(src).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return dst, errInvalidText("json")
	}
	return append(dst, src...), nil
}

// jsonNesting returns how deep the objects and arrays of a document are nested; of an invalid one, any number.
func jsonNesting(src []byte) (deepest int) {
	depth, quoted := 0, false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}
