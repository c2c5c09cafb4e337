package pgvalue

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
)

func jsonCode(document string) string {
	_, err := JSON.AppendCanonical(nil, []byte(document), TextFormat, 0)
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// TestNestingOfJSONIsBounded: brackets in strings do not count, and closed ones no longer.
func TestNestingOfJSONIsBounded(t *testing.T) {
	nested := func(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }
	for document, want := range map[string]string{
		nested(jsonbDepth): "", nested(jsonbDepth + 1): codeTooComplex, nested(1_000_000): codeTooComplex, strings.Repeat("[", jsonbDepth): codeInvalidText,
		`["` + strings.Repeat("[", 20000) + `"]`: "", `["\"` + strings.Repeat("{", 20000) + `"]`: "", "[" + strings.Repeat("[],", 20000) + "{}]": "",
	} {
		if code := jsonCode(document); code != want {
			t.Errorf("%s…: %q, want %q", document[:10], code, want)
		}
	}
}

// TestJSONKeepsItsTextAndJSONBDoesNot, whichever of the two a parameter was declared as.
func TestJSONKeepsItsTextAndJSONBDoesNot(t *testing.T) {
	const sent, ordered = `{"b":1, "a":2, "a":3}`, `{"a": 3, "b": 1}`
	for _, c := range []struct {
		typ  Type
		oid  uint32
		want string
	}{{JSON, 0, sent}, {JSON, pgtype.JSONOID, sent}, {JSON, pgtype.VarcharOID, sent}, {JSON, pgtype.JSONBOID, ordered}, {JSONB, 0, ordered}, {JSONB, pgtype.JSONOID, ordered}} {
		got, err := c.typ.AppendCanonical(nil, []byte(sent), TextFormat, c.oid)
		if err != nil || string(got) != c.want {
			t.Errorf("%v declared %d: %s, %v", c.typ, c.oid, got, err)
		}
	}
}
